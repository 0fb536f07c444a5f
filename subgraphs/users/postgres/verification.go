package postgres

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/internal/refusal"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/users"
)

// tokenKind is what a token from a mail is good for.
type tokenKind string

const (
	verifyToken tokenKind = "VERIFY"
	resetToken  tokenKind = "RESET"
)

// open is the condition for an account that can be logged in to.
const open = `deleted_at is null and status in ('PENDING', 'ACTIVE')`

// VerifyEmail implements users.Service.
func (s *Service) VerifyEmail(ctx context.Context, viewer users.Viewer, token string) (*users.User, error) {
	token, err := users.ReadMailToken(token)
	if err != nil {
		return nil, err
	}
	var user *users.User
	err = postgres.InTx(ctx, s.deps.Pool, func(tx pgx.Tx) error {
		key, err := s.redeem(ctx, tx, verifyToken, token)
		if err != nil {
			return err
		}
		if user, err = s.verified(ctx, tx, key); err != nil {
			return err
		}
		return appendEntry(ctx, tx, s.entry(viewer, users.ActionVerifyEmail, user.ID))
	})
	if err != nil {
		return nil, fmt.Errorf("verify email: %w", err)
	}
	users.Viewer{ID: user.ID}.Redact(user)
	return user, nil
}

// verified notes that the user reads the mail of the account, and returns it.
func (s *Service) verified(ctx context.Context, tx pgx.Tx, key id.UUID) (*users.User, error) {
	rows, err := tx.Query(ctx, `update users set email_verified_at = coalesce(email_verified_at, $2),
			status = 'ACTIVE', version = version + 1, updated_at = $2
		where id = $1 returning `+columns, key, s.now())
	if err != nil {
		return nil, err
	}
	return pgx.CollectExactlyOneRow(rows, scanUser)
}

// redeem uses a token: it and the others of its kind that the user has are gone
// when the transaction is committed. The user's row is locked, as everywhere
// before what hangs on it.
func (s *Service) redeem(ctx context.Context, tx pgx.Tx, kind tokenKind, token string) (id.UUID, error) {
	hash := sha256.Sum256([]byte(token))
	var key id.UUID
	err := tx.QueryRow(ctx, `select id from users where `+open+` and id =
		(select user_id from one_time_tokens where hash = $1 and kind = $2 and expires_at > $3) for update`,
		hash[:], kind, s.now()).Scan(&key)
	if errors.Is(err, pgx.ErrNoRows) {
		return key, users.TokenInvalid()
	}
	if err != nil {
		return key, err
	}
	// Whoever came first has removed it, and was waited for above.
	gone, err := tx.Exec(ctx, `delete from one_time_tokens where hash = $1`, hash[:])
	if err != nil {
		return key, err
	}
	if gone.RowsAffected() == 0 {
		return key, users.TokenInvalid()
	}
	_, err = tx.Exec(ctx, `delete from one_time_tokens where user_id = $1 and kind = $2`, key, kind)
	return key, err
}

// mint makes a token for an account and returns it, the only time that it is
// known. Tokens that were made before stay good until they expire: nobody knows
// which of several mails arrives.
func mint(ctx context.Context, tx pgx.Tx, kind tokenKind, key id.UUID, now time.Time, life time.Duration) (string, error) {
	if _, err := tx.Exec(ctx, `delete from one_time_tokens where user_id = $1 and expires_at <= $2`, key, now); err != nil {
		return "", err
	}
	token := rand.Text()
	hash := sha256.Sum256([]byte(token))
	_, err := tx.Exec(ctx, `insert into one_time_tokens (hash, kind, user_id, created_at, expires_at) values ($1, $2, $3, $4, $5)`,
		hash[:], kind, key, now, now.Add(life))
	return token, err
}

// ResendVerification implements users.Service.
func (s *Service) ResendVerification(ctx context.Context, viewer users.Viewer) error {
	key, err := ownKey(viewer)
	if err != nil {
		return err
	}
	err = postgres.InTx(ctx, s.deps.Pool, func(tx pgx.Tx) error {
		var pending bool
		err := tx.QueryRow(ctx, `select status = 'PENDING' from users where id = $1 and `+open, key).Scan(&pending)
		if errors.Is(err, pgx.ErrNoRows) {
			return refusal.Unauthenticated()
		}
		if err != nil || !pending {
			return err
		}
		return s.sendVerification(ctx, tx, viewer.ID)
	})
	if err != nil {
		return fmt.Errorf("resend verification: %w", err)
	}
	return nil
}

// ownKey returns the viewer's own id, or refuses who has none.
func ownKey(viewer users.Viewer) (id.UUID, error) {
	if err := viewer.RequireLogin(); err != nil {
		return id.UUID{}, err
	}
	key, err := id.Parse(id.User, viewer.ID)
	if err != nil {
		return id.UUID{}, refusal.Unauthenticated()
	}
	return key, nil
}

// VerificationToken makes the token for a user's verification mail, or returns
// users.ErrNoContact if the account is not pending. It is for the worker, which
// acts for the service itself.
func VerificationToken(ctx context.Context, db postgres.Pool, userID string, now time.Time) (users.Contact, string, error) {
	key, err := id.Parse(id.User, userID)
	if err != nil {
		return users.Contact{}, "", users.ErrNoContact
	}
	var contact users.Contact
	var token string
	err = postgres.InTx(ctx, db, func(tx pgx.Tx) error {
		if contact, err = readContact(ctx, tx, `u.id = $1 and u.deleted_at is null and u.status = 'PENDING' for update of u`, key); err != nil {
			return err
		}
		token, err = mint(ctx, tx, verifyToken, key, now, users.VerificationLife)
		return err
	})
	if err != nil {
		return users.Contact{}, "", fmt.Errorf("users: verification token: %w", err)
	}
	return contact, token, nil
}
