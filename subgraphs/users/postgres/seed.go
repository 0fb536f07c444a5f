package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/weftql/weft/subgraphs/internal/seed"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/users"
)

// seedHash is seed.Password, hashed once: the same for everybody, and not with
// every seeding another.
const seedHash = "$argon2id$v=19$m=19456,t=2,p=1$vlTISF0xberph7UaX+U4LQ$/ou8RH44CcdM0El9pvSdrPcF1t9gkRWBdKY6ypSFH0c"

// Seed fills the tables of a migrated database that has no accounts yet with the
// people of a platform with so many todos: active accounts that everybody knows the
// password of, seed.Password. The same size gives the same rows. The pool's
// StatementTimeout has to allow for building an index.
func Seed(ctx context.Context, pool *pgxpool.Pool, todos int) error {
	var taken bool
	if err := pool.QueryRow(ctx, `select exists (select from users)`).Scan(&taken); err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	if taken {
		return errors.New("seed: there are accounts in the database already")
	}
	people := seed.Size(todos).People()
	columns := []string{"id", "email", "email_key", "email_verified_at", "password_hash", "display_name", "time_zone", "status", "created_at", "updated_at"}
	err := postgres.Bulk(ctx, pool, []string{"users"}, func(ctx context.Context) error {
		_, err := pool.CopyFrom(ctx, pgx.Identifier{"users"}, columns, pgx.CopyFromSlice(people, func(n int) ([]any, error) {
			dice, at, email := seed.Dice(seed.People, n), seed.At(n, people), seed.Email(n)
			return []any{seed.Person(n), email, users.EmailKey(email), at, seedHash, seed.Name(dice), seed.Zone(dice), "ACTIVE", at, at}, nil
		}))
		return err
	})
	if err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	return nil
}
