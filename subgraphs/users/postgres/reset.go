package postgres

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/users"
)

// RequestPasswordReset implements users.Service. It does the same whether or not
// there is such an account: there is a job in any case, and nothing in it tells
// which address was asked for.
func (s *Service) RequestPasswordReset(ctx context.Context, viewer users.Viewer, email string) error {
	email, err := users.CheckEmail(email, "email")
	if err != nil {
		return err
	}
	if err := s.mailRequest(ctx, viewer, "email"); err != nil {
		return wrap("request password reset", err)
	}
	err = postgres.InTx(ctx, s.deps.Pool, func(tx pgx.Tx) error {
		userID, err := s.whoseAddress(ctx, tx, users.EmailKey(email))
		if err != nil {
			return err
		}
		_, err = s.jobs.InsertTx(ctx, tx, users.PasswordResetArgs{UserID: userID, Asked: s.asked()}, securityMail())
		return err
	})
	if err != nil {
		return fmt.Errorf("request password reset: %w", err)
	}
	return nil
}

// whoseAddress returns the id of the account with an address, or for an address of
// none an id that is nobody's: a MAC, from which the address cannot be told.
func (s *Service) whoseAddress(ctx context.Context, tx pgx.Tx, emailKey string) (string, error) {
	mac := s.attemptKey("nobody's address", emailKey)
	key := id.UUID(mac[:16])
	err := tx.QueryRow(ctx, `select coalesce((select id from users where email_key = $1 and deleted_at is null), $2)`, emailKey, key).Scan(&key)
	return id.Format(id.User, key), err
}

// ResetPassword implements users.Service.
func (s *Service) ResetPassword(ctx context.Context, viewer users.Viewer, token, password string) error {
	token, err := users.ReadMailToken(token)
	if err != nil {
		return err
	}
	if err := users.CheckPassword(password, "newPassword"); err != nil {
		return err
	}
	// A made-up token costs no hash.
	if err := s.checkToken(ctx, resetToken, token); err != nil {
		return fmt.Errorf("reset password: %w", err)
	}
	hash, err := s.deps.Passwords.Hash(ctx, password)
	if err != nil {
		return fmt.Errorf("reset password: %w", s.unhashed(ctx, err, attempt{}, "newPassword"))
	}
	err = postgres.InTx(ctx, s.deps.Pool, func(tx pgx.Tx) error {
		key, err := s.redeem(ctx, tx, resetToken, token)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update users set password_hash = $2 where id = $1`, key, hash); err != nil {
			return err
		}
		user, err := s.verified(ctx, tx, key)
		if err != nil {
			return err
		}
		return s.passwordIsNew(ctx, tx, viewer, user.ID, id.UUID{}, users.ActionResetPassword, users.EventPasswordReset)
	})
	if err != nil {
		return fmt.Errorf("reset password: %w", err)
	}
	s.announceSoon()
	return nil
}

// checkToken refuses a token that is none of the kind.
func (s *Service) checkToken(ctx context.Context, kind tokenKind, token string) error {
	hash := sha256.Sum256([]byte(token))
	var good bool
	err := s.deps.Pool.QueryRow(ctx, `select exists (select from one_time_tokens where hash = $1 and kind = $2 and expires_at > $3)`,
		hash[:], kind, s.now()).Scan(&good)
	if err != nil {
		return err
	}
	if !good {
		return users.TokenInvalid()
	}
	return nil
}

// ResetToken makes the token for a user's password reset mail, or returns
// users.ErrNoContact if there is no such account that can be logged in to. It is for
// the worker, which acts for the service itself.
func ResetToken(ctx context.Context, db postgres.Pool, userID string, now time.Time) (contact users.Contact, token string, err error) {
	key, err := id.Parse(id.User, userID)
	if err != nil {
		return contact, "", users.ErrNoContact
	}
	now = now.UTC().Truncate(time.Microsecond)
	err = postgres.InTx(ctx, db, func(tx pgx.Tx) error {
		if contact, err = readContact(ctx, tx, `u.id = $1 and u.deleted_at is null and u.status in ('PENDING', 'ACTIVE') for update of u`, key); err != nil {
			return err
		}
		if token, err = mint(ctx, tx, resetToken, key, now, users.ResetLife); err != nil {
			return err
		}
		return appendEntry(ctx, tx, newEntry(now, users.Viewer{}, users.ActionRequestPasswordReset, userID))
	})
	if err != nil {
		return users.Contact{}, "", fmt.Errorf("users: reset token: %w", err)
	}
	return contact, token, nil
}
