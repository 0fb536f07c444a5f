package postgres

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/weftql/weft/subgraphs/internal/seed"
	"github.com/weftql/weft/subgraphs/postgres"
)

// Seed fills the tables of a migrated database that has no accounts yet with the
// accounts of a platform with so many todos, whose password everybody knows,
// seed.Password, and with their sessions and what the audit log has about them. The
// same size gives the same rows, but for the moment from which digests are sent, which
// is now. The pool's StatementTimeout has to allow for
// building an index.
func Seed(ctx context.Context, pool *pgxpool.Pool, todos int) error {
	var taken bool
	if err := pool.QueryRow(ctx, `select exists (select from users)`).Scan(&taken); err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	if taken {
		return errors.New("seed: there are accounts in the database already")
	}
	size := seed.Size(todos)
	rows := seeded{people: size.People(), accounts: size.Accounts()}
	filled := []struct {
		table   string
		columns []string
		rows    iter.Seq[[]any]
	}{
		{"users", userSeedColumns, rows.users()},
		{"sessions", sessionSeedColumns, rows.sessions()},
		{"refresh_tokens", []string{"hash", "session_id", "issued_at", "used_at", "successor_hash"}, rows.refreshTokens()},
		{"one_time_tokens", []string{"hash", "kind", "user_id", "created_at", "expires_at"}, rows.oneTimeTokens()},
		{"notification_settings", []string{"user_id", "email_assignments", "email_reminders", "email_shares", "email_digest", "digest_hour"}, rows.settings()},
		{"notifications", notificationSeedColumns, rows.notifications()},
		{"login_attempts", []string{"key", "forgotten_at"}, rows.attempts()},
	}
	tables := make([]string, len(filled))
	for i, each := range filled {
		tables[i] = each.table
	}
	err := postgres.Bulk(ctx, pool, tables, func(ctx context.Context) error {
		for _, each := range filled {
			if err := postgres.CopyRows(ctx, pool, each.table, each.columns, each.rows); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = seedAuditLog(ctx, pool, rows)
	}
	if err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	return nil
}

// seedAuditLog fills the audit log. Its indexes stay: those of partitions cannot be
// removed alone, and entries come in the order of most of them.
func seedAuditLog(ctx context.Context, pool *pgxpool.Pool, rows seeded) error {
	_, err := pool.Exec(ctx, `select audit_partition(month) from generate_series($1::timestamptz, $2::timestamptz, '1 month') as month`,
		seed.At(0, 1), seed.At(1, 1).Add(-time.Microsecond))
	if err != nil {
		return err
	}
	var last auditEnd
	if err := postgres.CopyRows(ctx, pool, "audit_log", entrySeedColumns, rows.entries(&last)); err != nil {
		return err
	}
	if _, err := pool.Exec(ctx, `update audit_head set seq = $1, hash = $2`, last.seq, last.hash[:]); err != nil {
		return err
	}
	_, err = pool.Exec(ctx, `analyze audit_log`)
	return err
}
