package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/users/seal"
)

// partitionsAhead is for how many months behind this one the audit log has
// partitions. One that is missing nevertheless, audit_append makes.
const partitionsAhead = 3

// MakeAuditPartitions makes the partitions of the audit log for this month and the
// next ones, and returns how many were missing.
func MakeAuditPartitions(ctx context.Context, db postgres.Pool, now time.Time) (made int64, err error) {
	err = postgres.InTx(ctx, db, func(tx pgx.Tx) error {
		const count = `select count(*) from pg_inherits where inhparent = 'audit_log'::regclass`
		var before int64
		if err := tx.QueryRow(ctx, count).Scan(&before); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `select audit_partition(date_trunc('month', $1::timestamptz, 'UTC') + make_interval(months => n)) from generate_series(0, $2::int) n`,
			now, partitionsAhead)
		if err != nil {
			return err
		}
		err = tx.QueryRow(ctx, count).Scan(&made)
		made -= before
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("audit log: partitions: %w", err)
	}
	return made, nil
}

// DropAuditPartitions removes the partitions of the audit log that end more than so
// many months before this one, and returns how many. The entries in them are verified
// first; a seal attests up to which one they were sound and are gone, so that what is
// left can still be verified. An entry that was written about midnight at the end of a
// month can stay behind the newer one before it: it is not verified any more. An error
// is a *BrokenAuditError, or of the database; then nothing was removed.
func DropAuditPartitions(ctx context.Context, db postgres.Pool, keys seal.Keys, now time.Time, months int) (dropped int64, err error) {
	first := time.Date(now.UTC().Year(), now.UTC().Month()-time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	last, old, err := oldEntries(ctx, db, first)
	if err != nil || len(old) == 0 {
		return 0, err
	}
	cut, err := cutSeal(ctx, db)
	if err != nil {
		return 0, err
	}
	if _, err := verifyLinks(ctx, db, auditEnd{cut.Seq, cut.Hash}, last); err != nil {
		return 0, err
	}
	newest, err := newestSeal(ctx, db)
	if err != nil {
		return 0, err
	}
	err = postgres.InTx(ctx, db, func(tx pgx.Tx) error {
		if last.seq > cut.Seq {
			s := keys.Next(newest, seal.Seal{At: now.UTC().Truncate(time.Microsecond), Seq: last.seq, Hash: last.hash, Cut: true})
			if err := insertSeal(ctx, tx, s); err != nil {
				return err
			}
			var ours bool
			if err := tx.QueryRow(ctx, `select cut and seq = $2 from audit_seals where n = $1`, s.N, s.Seq).Scan(&ours); err != nil {
				return err
			}
			if !ours {
				return errors.New("somebody else made a seal meanwhile")
			}
		}
		for _, name := range old {
			if _, err := tx.Exec(ctx, `drop table `+pgx.Identifier{name}.Sanitize()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("audit log: partitions: %w", err)
	}
	return int64(len(old)), nil
}

// oldEntries returns the partitions of the months before first, and the last of the
// entries in them.
func oldEntries(ctx context.Context, db postgres.Pool, first time.Time) (last auditEnd, names []string, err error) {
	rows, err := db.Query(ctx, `select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
		where i.inhparent = 'audit_log'::regclass and c.relname ~ '^audit_log_\d{4}_\d{2}$' and c.relname < $1 order by 1`,
		"audit_log_"+first.Format("2006_01"))
	if err != nil {
		return last, nil, fmt.Errorf("audit log: partitions: %w", err)
	}
	if names, err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil {
		return last, nil, fmt.Errorf("audit log: partitions: %w", err)
	}
	err = db.QueryRow(ctx, `select seq, hash from audit_log where at < $1 order by seq desc limit 1`, first).Scan(&last.seq, scanHash{&last.hash})
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return last, nil, fmt.Errorf("audit log: partitions: %w", err)
	}
	return last, names, nil
}
