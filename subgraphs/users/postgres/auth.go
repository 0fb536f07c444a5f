package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/riverqueue/river"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/subgraphs/users/password"
)

// welcomeAttempts bounds the attempts to send a welcome mail: with River's
// delays, the last one is some two hours after the first.
const welcomeAttempts = 8

// Register implements users.Service.
func (s *Service) Register(ctx context.Context, viewer users.Viewer, in users.RegisterInput) (*users.Login, error) {
	in, err := in.Normalize()
	if err != nil {
		return nil, err
	}
	tried, err := s.attempt(ctx, viewer, in.Email)
	if err != nil {
		return nil, wrap("register", err)
	}
	hash, err := s.deps.Passwords.Hash(ctx, in.Password)
	if err != nil {
		return nil, wrap("register", s.unhashed(ctx, err, tried, "input", "password"))
	}
	var login *users.Login
	err = postgres.InTx(ctx, s.deps.Pool, func(tx pgx.Tx) error {
		user, err := insertUser(ctx, tx, id.New(), in, hash, s.now())
		if err != nil {
			return err
		}
		if login, err = s.beginSession(ctx, tx, viewer, user, hash); err != nil {
			return err
		}
		_, err = s.jobs.InsertTx(ctx, tx, users.WelcomeArgs{UserID: user.ID}, &river.InsertOpts{
			Queue: users.NotifyQueue, MaxAttempts: welcomeAttempts, UniqueOpts: river.UniqueOpts{ByArgs: true},
		})
		if err != nil {
			return err
		}
		if err := s.sendVerification(ctx, tx, user.ID); err != nil {
			return err
		}
		owner := viewer
		owner.ID = user.ID
		return appendEntry(ctx, tx, s.entry(owner, users.ActionRegister, user.ID))
	})
	if takenEmail(err) {
		return nil, users.Fail(users.CodeConflict, "email", "belongs to another account")
	}
	if err != nil {
		return nil, fmt.Errorf("register: %w", err)
	}
	return login, nil
}

// wrap says where an error comes from that no form can show.
func wrap(where string, err error) error {
	var refused users.UserErrors
	if errors.As(err, &refused) {
		return err
	}
	return fmt.Errorf("%s: %w", where, err)
}

// insertUser writes a new account.
func insertUser(ctx context.Context, tx pgx.Tx, key id.UUID, in users.RegisterInput, hash string, at time.Time) (*users.User, error) {
	rows, err := tx.Query(ctx, `insert into users (id, email, email_key, password_hash, display_name, time_zone, locale, created_at, updated_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $8) returning `+columns,
		key, in.Email, users.EmailKey(in.Email), hash, in.DisplayName, in.TimeZone, in.Locale, at)
	if err != nil {
		return nil, err
	}
	return pgx.CollectExactlyOneRow(rows, scanUser)
}

// takenEmail tells whether err is the refusal of a second account with an
// address.
func takenEmail(err error) bool {
	var refused *pgconn.PgError
	return errors.As(err, &refused) && refused.Code == "23505" && refused.ConstraintName == "users_email"
}

// Login implements users.Service. What it does for an unknown address, a wrong
// password and a locked account is the same: one statement, one hash, one answer; what
// the audit log is to know of it is written down later.
// A hash of bcrypt is the exception until its owner has logged in once: it takes
// the time that bcrypt takes.
func (s *Service) Login(ctx context.Context, viewer users.Viewer, in users.LoginInput) (*users.Login, error) {
	tried, err := s.attempt(ctx, viewer, in.Email)
	if err != nil {
		return nil, wrap("login", err)
	}
	// Once more if the hash was replaced meanwhile: by another login, which knew
	// the password too, or with the password.
	for range 2 {
		login, again, err := s.tryPassword(ctx, viewer, in)
		if err != nil {
			return nil, wrap("login", s.unhashed(ctx, err, tried, "input", "password"))
		}
		if login != nil {
			s.forget(ctx, tried)
			return login, nil
		}
		if !again {
			break
		}
	}
	return nil, users.Fail(users.CodeInvalidCredentials, "email", "address and password do not match")
}

// tryPassword begins a session if address and password match. If they did, but
// the account's hash is another one by now, it asks to try again.
func (s *Service) tryPassword(ctx context.Context, viewer users.Viewer, in users.LoginInput) (login *users.Login, again bool, err error) {
	user, hash, err := credentials(ctx, s.deps.Pool, in.Email)
	if err != nil {
		return nil, false, err
	}
	if len(in.Password) > users.MaxPasswordBytes {
		in.Password, hash = "", "" // nobody's password; hashing it would cost us
	}
	matches, err := s.deps.Passwords.Verify(ctx, in.Password, hash)
	switch {
	case err != nil || user == nil:
		return nil, false, err
	case !matches:
		s.deny(viewer, user, "wrong password")
		return nil, false, nil
	case !mayLogIn(user):
		s.deny(viewer, user, "the account is "+string(*user.Status))
		return nil, false, nil
	}
	if password.Outdated(hash) {
		if hash, err = s.upgrade(ctx, user, in.Password, hash); err != nil {
			return nil, false, err
		}
	}
	err = postgres.InTx(ctx, s.deps.Pool, func(tx pgx.Tx) error {
		if login, err = s.beginSession(ctx, tx, viewer, user, hash); err != nil || login == nil {
			return err
		}
		return s.loggedIn(ctx, tx, viewer, login)
	})
	if err != nil {
		return nil, false, err
	}
	return login, login == nil, nil
}

// upgrade replaces an old hash of a password by one of today's, and returns it.
// If the old one is no longer the account's, nothing happens.
func (s *Service) upgrade(ctx context.Context, user *users.User, plain, old string) (string, error) {
	hash, err := s.deps.Passwords.Hash(ctx, plain)
	if err != nil {
		return "", err
	}
	key, err := id.Parse(id.User, user.ID)
	if err != nil {
		return "", err
	}
	_, err = s.deps.Pool.Exec(ctx, `update users set password_hash = $1 where id = $2 and password_hash = $3`, hash, key, old)
	return hash, err
}

// credentials returns the account with an address and its hash, or nil and "".
func credentials(ctx context.Context, pool postgres.Pool, email string) (*users.User, string, error) {
	if len(email) > users.MaxEmailBytes || strings.ContainsRune(email, 0) {
		email = "" // no account's
	}
	rows, err := pool.Query(ctx, `select `+columns+`, password_hash from users where email_key = $1 and deleted_at is null`, users.EmailKey(email))
	if err != nil {
		return nil, "", err
	}
	var hash string
	user, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (*users.User, error) {
		return scanUserAnd(row, &hash)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, "", nil
	}
	return user, hash, err
}

func mayLogIn(user *users.User) bool {
	return *user.Status == users.StatusPending || *user.Status == users.StatusActive
}
