package postgres

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/subgraphs/users/password"
)

// DemoUser is an account of the demonstration data.
type DemoUser struct {
	ID    string // usr_…
	Input users.RegisterInput
	Roles []users.Role
}

// EnsureDemoUser writes an account that is active and whose password is that of
// the input, whether or not the account is there already, and whatever somebody
// did to it. It sends no mail.
func EnsureDemoUser(ctx context.Context, pool *pgxpool.Pool, passwords *password.Hasher, demo DemoUser) error {
	key, err := id.Parse(id.User, demo.ID)
	if err != nil {
		return fmt.Errorf("demo user: %w", err)
	}
	in, err := demo.Input.Normalize()
	if err != nil {
		return fmt.Errorf("demo user %s: %w", demo.Input.Email, err)
	}
	user, hash, err := credentials(ctx, pool, in.Email)
	if err != nil {
		return fmt.Errorf("demo user: %w", err)
	}
	if same, err := passwords.Verify(ctx, in.Password, hash); err != nil || same && user.ID == demo.ID && *user.Status == users.StatusActive && slices.Equal(user.Roles, demo.Roles) {
		return err
	}
	hash, err = passwords.Hash(ctx, in.Password)
	if err != nil {
		return fmt.Errorf("demo user: %w", err)
	}
	err = postgres.InTx(ctx, pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `insert into users (id, email, email_key, email_verified_at, password_hash, display_name, time_zone, roles, status)
			values ($1, $2, $3, now(), $4, $5, $6, $7, 'ACTIVE')
			on conflict (id) do update set email = excluded.email, email_key = excluded.email_key, password_hash = excluded.password_hash,
				roles = excluded.roles, status = excluded.status, deleted_at = null, version = users.version + 1, updated_at = now()`,
			key, in.Email, users.EmailKey(in.Email), hash, in.DisplayName, in.TimeZone, demo.Roles)
		return err
	})
	if err != nil {
		return fmt.Errorf("demo user %s: %w", in.Email, err)
	}
	return nil
}
