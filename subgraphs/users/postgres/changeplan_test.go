package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/crypto/bcrypt"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/internal/page"
	"github.com/weftql/weft/subgraphs/internal/seed"
	servicepostgres "github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/subgraphs/users/postgres"
)

// signUp registers somebody and returns the login and the viewer in it.
func (p *planned) signUp(t *testing.T) (*users.Login, users.Viewer, string) {
	t.Helper()
	p.emails++
	email := fmt.Sprintf("%d.%s", p.emails, p.suffix)
	login := p.register(t, email)
	return login, p.in(t, login), email
}

// in returns the viewer in the newest session of a login.
func (p *planned) in(t *testing.T, login *users.Login) users.Viewer {
	t.Helper()
	viewer := users.Viewer{ID: login.User.ID}
	sessions, err := p.Sessions(t.Context(), viewer, []string{viewer.ID}, page.Args{})
	if err != nil || len(sessions[0].Edges) == 0 {
		t.Fatalf("sessions %+v, %v", sessions, err)
	}
	viewer.Session = sessions[0].Edges[0].Node.ID
	return viewer
}

// logIn logs in with a password.
func (p *planned) logIn(t *testing.T, email, password string) (*users.Login, error) {
	p.advance(time.Microsecond) // it is the newest
	return p.Login(t.Context(), users.Viewer{Address: "192.0.2.1", UserAgent: email}, users.LoginInput{Email: email, Password: password})
}

// again is the service once more, with other dependencies.
func (p *planned) again(t *testing.T, change func(*postgres.Deps)) *postgres.Service {
	t.Helper()
	deps := p.deps
	change(&deps)
	service, err := postgres.New(deps)
	if err != nil {
		t.Fatal(err)
	}
	return service
}

// wants returns nil if err is the expected failure.
func wants(failure users.ErrorCode, err error) error {
	var refused users.UserErrors
	if !errors.As(err, &refused) || refused[0].Code != failure {
		return fmt.Errorf("%v, want %s", err, failure)
	}
	return nil
}

// sessionPlans are what begins, continues and ends sessions, and what Run does.
func (p *planned) sessionPlans(t *testing.T) []planCase {
	ctx := t.Context()
	login, ada, email := p.signUp(t)
	other, err := p.logIn(t, email, secret)
	if err != nil {
		t.Fatal(err)
	}
	second := p.in(t, other)
	announcing := p.again(t, func(deps *postgres.Deps) { deps.Redis, deps.EndedSet = p.client, "test:ended" })
	sweeping := p.again(t, func(deps *postgres.Deps) { deps.Pool = undone{p.pool} })
	refresh := func() error {
		_, err := p.RefreshSession(ctx, users.Viewer{}, *login.Tokens.RefreshToken)
		return err
	}
	return []planCase{
		{name: "Login", want: []string{"users_email", "users_pkey", "sessions_user", "sessions_devices", "login_attempts_pkey"}, do: func() error {
			_, err := p.logIn(t, email, secret)
			return err
		}},
		{name: "Login, wrong password", want: []string{"users_email"}, do: func() error {
			_, err := p.logIn(t, email, "wrong")
			return wants(users.CodeInvalidCredentials, err)
		}},
		{name: "Login, too often", want: []string{"login_attempts_pkey"}, do: func() error {
			for range 20 {
				if _, err = p.logIn(t, "nobody."+p.suffix, "wrong"); code(err) == users.CodeRateLimited {
					return nil
				}
			}
			return err
		}},
		{name: "Login, with an old hash", want: []string{"users_pkey"}, do: func() error {
			_, _, email := p.signUp(t)
			old, err := bcrypt.GenerateFromPassword([]byte(secret), bcrypt.MinCost)
			if err != nil {
				return err
			}
			if _, err = p.conn.Exec(ctx, `update users set password_hash = $1 where email = $2`, string(old), email); err != nil {
				return err
			}
			_, err = p.logIn(t, email, secret)
			return err
		}},
		{name: "RefreshSession", want: []string{"refresh_tokens_pkey", "sessions_pkey", "users_pkey", "refresh_tokens_s*"}, do: refresh},
		{name: "RefreshSession, again", want: []string{"refresh_tokens_pkey", "sessions_pkey"}, do: refresh},
		{name: "RefreshSession, copied", want: []string{"refresh_tokens_pkey", "sessions_pkey"}, do: func() error {
			p.advance(time.Minute)
			return wants(users.CodeTokenInvalid, refresh())
		}},
		{name: "AppendDenied", do: func() error { return p.AppendDenied(ctx) }},
		{name: "Logout", want: []string{"sessions_pkey", "refresh_tokens_pkey"}, do: func() error {
			return p.Logout(ctx, users.Viewer{}, *other.Tokens.RefreshToken)
		}},
		{name: "Logout by the access token", want: []string{"sessions_pkey"}, do: func() error { return p.Logout(ctx, second, "") }},
		{name: "RevokeSession", want: []string{"sessions_pkey"}, do: func() error {
			login, err := p.logIn(t, email, secret)
			if err != nil {
				return err
			}
			_, err = p.RevokeSession(ctx, ada, users.RevokeSessionInput{SessionID: p.in(t, login).Session})
			return err
		}},
		{name: "RevokeAllSessions", want: []string{"sessions_user"}, do: func() error {
			_, err := p.RevokeAllSessions(ctx, ada, users.RevokeAllSessionsInput{ExceptCurrent: true})
			return err
		}},
		// The first round tells all that Redis may lack, the second what is new.
		{name: "Announce", want: []string{"sessions_ended", "sessions_pkey"}, do: func() error { return announcing.Announce(ctx) }},
		{name: "Announce, again", want: []string{"sessions_unpublished", "sessions_pkey"}, do: func() error {
			login, err := p.logIn(t, email, secret)
			if err != nil {
				return err
			}
			return errors.Join(p.Logout(ctx, p.in(t, login), ""), announcing.Announce(ctx))
		}},
		{
			name: "Sweep", do: func() error { return sweeping.Sweep(ctx) },
			want: []string{"refresh_tokens_salted", "login_attempts_forgotten"},
		},
	}
}

// accountPlans are what people and administrators do with accounts.
func (p *planned) accountPlans(t *testing.T) []planCase {
	ctx := t.Context()
	const another = "another horse battery"
	_, ada, email := p.signUp(t)
	_, eve, _ := p.signUp(t)
	registration := users.RegisterInput{Email: "new." + p.suffix, Password: secret, DisplayName: "N. N.", TimeZone: "UTC"}
	var reset string
	var err error
	busy, undoing := users.Viewer{ID: id.Format(id.User, seed.Person(0))}, p.again(t, func(deps *postgres.Deps) { deps.Pool = undone{p.pool} })
	notifications := p.busyNotifications(t)
	return []planCase{
		{name: "Register", want: []string{"users_pkey"}, do: func() error {
			_, err := p.Register(ctx, users.Viewer{}, registration)
			return err
		}},
		{name: "UpdateProfile", want: []string{"users_pkey"}, do: func() error {
			name := "Ada"
			_, err := p.UpdateProfile(ctx, ada, users.ProfileChange{DisplayName: &name})
			return err
		}},
		{name: "UpdateNotificationSettings", want: []string{"users_pkey", "notification_settings_pkey"}, do: func() error {
			_, err := p.UpdateNotificationSettings(ctx, ada, users.NotificationSettingsChange{})
			return err
		}},
		{name: "MarkNotificationsRead", want: []string{"users_pkey", "notifications_*"}, do: func() error {
			_, _, err := p.MarkNotificationsRead(ctx, busy, notifications)
			return err
		}},
		{name: "MarkAllNotificationsRead, of some", want: []string{"notifications_unread", "notifications_pkey"}, do: func() error {
			_, _, err := p.MarkAllNotificationsRead(ctx, busy, notifications[1])
			return err
		}},
		{name: "MarkAllNotificationsRead", want: []string{"notifications_unread"}, do: func() error {
			_, _, err := undoing.MarkAllNotificationsRead(ctx, busy, "")
			return err
		}},
		{name: "ResendVerification", want: []string{"users_pkey"}, do: func() error { return p.ResendVerification(ctx, ada) }},
		{name: "ChangePassword", want: []string{"users_pkey", "one_time_tokens_user", "sessions_user"}, do: func() error {
			return p.ChangePassword(ctx, ada, secret, another)
		}},
		{name: "ChangePassword, wrong password", want: []string{"users_pkey", "login_attempts_pkey"}, do: func() error {
			return wants(users.CodeInvalidCredentials, p.ChangePassword(ctx, ada, secret, another))
		}},
		{name: "VerifyEmail", want: []string{"one_time_tokens_pkey", "users_pkey", "one_time_tokens_user"}, do: func() error {
			_, token, err := postgres.VerificationToken(ctx, p.pool, eve.ID, p.now())
			if err == nil {
				_, err = p.VerifyEmail(ctx, users.Viewer{}, token)
			}
			return err
		}},
		{name: "RequestPasswordReset", want: []string{"login_attempts_pkey", "users_email"}, do: func() error {
			if _, reset, err = postgres.ResetToken(ctx, p.pool, ada.ID, p.now()); err != nil {
				return err
			}
			return p.RequestPasswordReset(ctx, users.Viewer{Address: "192.0.2.1"}, email)
		}},
		{name: "ResetPassword", want: []string{"one_time_tokens_pkey", "users_pkey", "one_time_tokens_user", "sessions_user"}, do: func() error {
			return p.ResetPassword(ctx, users.Viewer{}, reset, another)
		}},
		{name: "SetUserRoles", want: []string{"users_pkey", "users_admins"}, whole: []string{"users_admins"}, do: func() error {
			for _, roles := range [][]users.Role{{users.RoleAdmin}, {users.RoleUser}} {
				if _, err := p.SetUserRoles(ctx, p.admin, eve.ID, roles); err != nil {
					return err
				}
			}
			return nil
		}},
		{name: "SetUserStatus", want: []string{"users_pkey", "sessions_user", "one_time_tokens_user"}, do: func() error {
			_, err := p.SetUserStatus(ctx, p.admin, eve.ID, users.StatusSuspended)
			return err
		}},
		{name: "DeleteAccount", want: []string{"users_pkey", "sessions_user", "one_time_tokens_user"}, do: func() error {
			return p.DeleteAccount(ctx, ada, another)
		}},
		{name: "demonstration accounts", want: []string{"users_email"}, do: func() error {
			demo := postgres.DemoUser{ID: id.Format(id.User, id.New()), Input: registration, Roles: []users.Role{users.RoleUser}}
			demo.Input.Email = "demo." + p.suffix
			return postgres.EnsureDemoUser(ctx, p.pool, p.deps.Passwords, demo)
		}},
	}
}

// jobPlans are what the worker asks of the service.
func (p *planned) jobPlans(t *testing.T) []planCase {
	ctx := t.Context()
	_, ada, _ := p.signUp(t)
	return []planCase{
		{name: "Contact", want: []string{"users_pkey"}, do: func() error {
			_, err := postgres.Contact(ctx, p.pool, ada.ID)
			return err
		}},
		{name: "VerificationLocale", want: []string{"users_pkey", "one_time_tokens_pkey"}, do: func() error {
			_, token, err := postgres.VerificationToken(ctx, p.pool, ada.ID, p.now())
			if err == nil {
				_, err = p.VerificationLocale(ctx, token)
			}
			return err
		}},
		{name: "SubscriberLocale", want: []string{"users_pkey"}, do: func() error {
			_, err := p.SubscriberLocale(ctx, ada.ID)
			return err
		}},
		{name: "Unsubscribe", want: []string{"users_pkey", "notification_settings_pkey"}, do: func() error {
			return p.Unsubscribe(ctx, ada.ID, users.TopicDigest)
		}},
		{name: "AddNotification", want: []string{"users_pkey", "notifications_key"}, do: func() error {
			n := users.NewNotification{Key: "assignment/" + ada.ID, UserID: ada.ID, Kind: users.NotifyAssigned, TodoID: id.Format(id.Todo, id.New()), At: p.now()}
			_, err := postgres.AddNotification(ctx, p.pool, n)
			return err
		}},
		{name: "Entry", want: []string{"audit_log_*_id_idx"}, do: func() error {
			log, err := p.AuditLog(ctx, p.admin, users.AuditFilter{TargetID: &ada.ID}, page.Args{})
			if err == nil {
				_, err = postgres.Entry(ctx, p.pool, log.Edges[0].Node.ID)
			}
			return err
		}},
		{name: "VerificationToken", want: []string{"users_pkey", "one_time_tokens_*"}, do: func() error {
			_, _, err := postgres.VerificationToken(ctx, p.pool, ada.ID, p.now())
			return err
		}},
		{name: "ResetToken", want: []string{"users_pkey", "one_time_tokens_*"}, do: func() error {
			_, _, err := postgres.ResetToken(ctx, p.pool, ada.ID, p.now())
			return err
		}},
	}
}

// undone is a database whose transactions are rolled back in the end: a seeded one
// is to be there tomorrow.
type undone struct{ servicepostgres.Pool }

// Begin implements postgres.Pool.
func (u undone) Begin(ctx context.Context) (pgx.Tx, error) {
	tx, err := u.Pool.Begin(ctx)
	return undoneTx{tx}, err
}

type undoneTx struct{ pgx.Tx }

// Commit implements pgx.Tx.
func (u undoneTx) Commit(ctx context.Context) error { return u.Rollback(ctx) }
