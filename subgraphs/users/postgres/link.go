package postgres

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/netip"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/users"
)

// TryLink counts a try of a link of a mail from where the viewer is, as many as there
// may be attempts from one address, or returns UserErrors about its token. The
// function that it returns takes the try back, for who turns out to have a good link.
func (s *Service) TryLink(ctx context.Context, viewer users.Viewer) (takeBack func(context.Context), err error) {
	parsed, err := netip.ParseAddr(viewer.Address)
	if err != nil {
		return func(context.Context) {}, nil // nobody knows where people are
	}
	tried := attempt{counts: []count{{s.attemptKey("link address", network(parsed)), per(s.deps.Limits.PerAddress)}}}
	if err := s.take(ctx, tried, "token"); err != nil {
		return nil, wrap("try a link", err)
	}
	return func(ctx context.Context) { s.forget(ctx, tried) }, nil
}

// VerificationLocale returns the locale of whom a token for VerifyEmail belongs to,
// without using it. UserErrors: CodeTokenInvalid.
func (s *Service) VerificationLocale(ctx context.Context, token string) (string, error) {
	return s.tokenLocale(ctx, verifyToken, token)
}

// ResetLocale is VerificationLocale for a token of ResetPassword.
func (s *Service) ResetLocale(ctx context.Context, token string) (string, error) {
	return s.tokenLocale(ctx, resetToken, token)
}

func (s *Service) tokenLocale(ctx context.Context, kind tokenKind, token string) (locale string, err error) {
	if token, err = users.ReadMailToken(token); err != nil {
		return "", err
	}
	hash := sha256.Sum256([]byte(token))
	err = s.deps.Pool.QueryRow(ctx, `select locale from users where `+open+` and id =
		(select user_id from one_time_tokens where hash = $1 and kind = $2 and expires_at > $3)`, hash[:], kind, s.now()).Scan(&locale)
	return oneLocale(locale, err)
}

// SubscriberLocale returns the locale of a user who can be written to. UserErrors:
// CodeTokenInvalid.
func (s *Service) SubscriberLocale(ctx context.Context, userID string) (locale string, err error) {
	key, err := id.Parse(id.User, userID)
	if err != nil {
		return "", users.TokenInvalid()
	}
	err = s.deps.Pool.QueryRow(ctx, `select locale from users where id = $1 and `+open, key).Scan(&locale)
	return oneLocale(locale, err)
}

// oneLocale says of nobody that the token is not good.
func oneLocale(locale string, err error) (string, error) {
	if errors.Is(err, pgx.ErrNoRows) {
		return "", users.TokenInvalid()
	}
	if err != nil {
		return "", fmt.Errorf("locale: %w", err)
	}
	return locale, nil
}

// Unsubscribe ends a user's mails of a topic, for who has a link that gives leave to.
// UserErrors: CodeTokenInvalid.
func (s *Service) Unsubscribe(ctx context.Context, userID string, topic users.Topic) error {
	key, err := id.Parse(id.User, userID)
	change, known := topic.Without()
	if err != nil || !known {
		return users.TokenInvalid()
	}
	err = postgres.InTx(ctx, s.deps.Pool, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, `select id from users where id = $1 and `+open+` for update`, key).Scan(&key); errors.Is(err, pgx.ErrNoRows) {
			return users.TokenInvalid()
		} else if err != nil {
			return err
		}
		return changeSettings(ctx, tx, key, change)
	})
	if err != nil {
		return fmt.Errorf("unsubscribe: %w", err)
	}
	return nil
}
