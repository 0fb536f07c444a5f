package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/riverqueue/river"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/users"
)

// welcomeAttempts bounds the attempts to send a welcome mail: with River's
// delays, the last one is some two hours after the first.
const welcomeAttempts = 8

// Register implements users.Service.
func (s *Service) Register(ctx context.Context, in users.RegisterInput) (*users.Login, error) {
	in, err := in.Normalize()
	if err != nil {
		return nil, err
	}
	hash, err := s.deps.Passwords.Hash(ctx, in.Password)
	if err != nil {
		return nil, fmt.Errorf("register: %w", err)
	}
	var user *users.User
	err = postgres.InTx(ctx, s.deps.Pool, func(tx pgx.Tx) error {
		if user, err = insertUser(ctx, tx, id.New(), in, hash, s.now()); err != nil {
			return err
		}
		_, err := s.jobs.InsertTx(ctx, tx, users.WelcomeArgs{UserID: user.ID}, &river.InsertOpts{
			Queue: users.NotifyQueue, MaxAttempts: welcomeAttempts, UniqueOpts: river.UniqueOpts{ByArgs: true},
		})
		if err != nil {
			return err
		}
		return s.sendVerification(ctx, tx, user.ID)
	})
	if takenEmail(err) {
		return nil, users.Fail(users.CodeConflict, "email", "belongs to another account")
	}
	if err != nil {
		return nil, fmt.Errorf("register: %w", err)
	}
	return s.login(user)
}

// insertUser writes a new account.
func insertUser(ctx context.Context, tx pgx.Tx, key id.UUID, in users.RegisterInput, hash string, at time.Time) (*users.User, error) {
	rows, err := tx.Query(ctx, `insert into users (id, email, email_key, password_hash, display_name, time_zone, created_at, updated_at)
		values ($1, $2, $3, $4, $5, $6, $7, $7) returning `+columns,
		key, in.Email, users.EmailKey(in.Email), hash, in.DisplayName, in.TimeZone, at)
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
// password and a locked account is the same: one statement, one hash, one answer.
func (s *Service) Login(ctx context.Context, in users.LoginInput) (*users.Login, error) {
	user, hash, err := credentials(ctx, s.deps.Pool, in.Email)
	if err != nil {
		return nil, fmt.Errorf("login: %w", err)
	}
	if len(in.Password) > users.MaxPasswordBytes {
		in.Password, hash = "", "" // nobody's password; hashing it would cost us
	}
	matches, err := s.deps.Passwords.Verify(ctx, in.Password, hash)
	if err != nil {
		return nil, fmt.Errorf("login: %w", err)
	}
	if !matches || !mayLogIn(user) {
		return nil, users.Fail(users.CodeInvalidCredentials, "email", "address and password do not match")
	}
	return s.login(user)
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

// login issues the tokens of a new session.
func (s *Service) login(user *users.User) (*users.Login, error) {
	var scopes []string
	if slices.Contains(user.Roles, users.RoleAdmin) {
		scopes = append(scopes, users.AdminScope)
	}
	access, seconds, err := s.deps.Tokens.Issue(user.ID, id.Format(id.Session, id.New()), scopes)
	if err != nil {
		return nil, err
	}
	return &users.Login{User: user, Tokens: &users.AuthTokens{AccessToken: access, ExpiresIn: seconds, TokenType: "Bearer"}}, nil
}
