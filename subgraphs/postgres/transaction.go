package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/weftql/weft/subgraphs/internal/refusal"
)

// maxAttempts bounds how often a transaction is tried that met another one.
const maxAttempts = 3

// InTx runs work in a transaction, which is committed if work returns nil and
// rolled back otherwise, also if it panics. A transaction that PostgreSQL ended for
// the sake of another one, a deadlock for example, is run again: work must not build
// on what it found the last time. Where others were in the way to the end, or kept a
// lock for longer than Config.LockTimeout, the error is refusal.ErrInTheWay too.
func InTx(ctx context.Context, pool Pool, work func(pgx.Tx) error) error {
	var err error
	for range maxAttempts {
		if err = pgx.BeginFunc(ctx, pool, work); !givenWay(err) {
			break
		}
	}
	if givenWay(err) || hasCode(err, "55P03") {
		return fmt.Errorf("%w: %w", refusal.ErrInTheWay, err)
	}
	return err
}

// givenWay tells whether a transaction was ended so that another one could go on.
func givenWay(err error) bool { return hasCode(err, "40P01", "40001") }

// hasCode tells whether the database refused with one of the codes.
func hasCode(err error, codes ...string) bool {
	var refused *pgconn.PgError
	if !errors.As(err, &refused) {
		return false
	}
	for _, code := range codes {
		if refused.Code == code {
			return true
		}
	}
	return false
}
