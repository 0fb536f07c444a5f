package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/internal/refusal"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/users"
)

// UpdateProfile implements users.Service.
func (s *Service) UpdateProfile(ctx context.Context, viewer users.Viewer, change users.ProfileChange) (*users.User, error) {
	key, err := ownKey(viewer)
	if err != nil {
		return nil, err
	}
	if change, err = change.Normalize(); err != nil {
		return nil, err
	}
	var user *users.User
	err = postgres.InTx(ctx, s.deps.Pool, func(tx pgx.Tx) error {
		if user, err = lockUser(ctx, tx, key, open); err != nil {
			return err
		}
		if change.ExpectedVersion != nil && *change.ExpectedVersion != user.Version {
			return users.Fail(users.CodeStaleVersion, "expectedVersion", fmt.Sprintf("is not the profile's version, which is %d", user.Version))
		}
		if change.DisplayName == nil && change.TimeZone == nil && change.Locale == nil && change.AvatarURL == nil {
			return nil
		}
		rows, err := tx.Query(ctx, `update users set display_name = coalesce($2, display_name), time_zone = coalesce($3, time_zone),
				locale = coalesce($4, locale), avatar_url = case when $5::text is null then avatar_url else nullif($5::text, '') end,
				version = version + 1, updated_at = $6
			where id = $1 returning `+columns, key, change.DisplayName, change.TimeZone, change.Locale, change.AvatarURL, s.now())
		if err != nil {
			return err
		}
		user, err = pgx.CollectExactlyOneRow(rows, scanUser)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("update profile: %w", err)
	}
	viewer.Redact(user)
	return user, nil
}

// lockUser returns the account, which nobody else changes until the transaction
// ends, if the condition holds for it; else it refuses like an anonymous caller.
func lockUser(ctx context.Context, tx pgx.Tx, key id.UUID, condition string) (*users.User, error) {
	rows, err := tx.Query(ctx, `select `+columns+` from users where id = $1 and `+condition+` for update`, key)
	if err != nil {
		return nil, err
	}
	user, err := pgx.CollectExactlyOneRow(rows, scanUser)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, refusal.Unauthenticated()
	}
	return user, err
}
