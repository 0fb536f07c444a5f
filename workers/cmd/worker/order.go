package main

import (
	"context"
	"encoding/hex"
	"errors"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"

	"github.com/weftql/weft/subgraphs/users"
	userspostgres "github.com/weftql/weft/subgraphs/users/postgres"
	"github.com/weftql/weft/subgraphs/users/seal"
)

// order keeps the users database in order.
type order struct {
	pool      *pgxpool.Pool
	deletions *userspostgres.Deletions
	keys      seal.Keys
	months    int // for which the audit log is kept; 0 for ever
	logger    *slog.Logger
}

// Purge removes what nobody needs any more, and gives deletions that have lost their
// job another one.
func (o order) Purge(ctx context.Context) (users.Purged, error) {
	purged, err := userspostgres.Purge(ctx, o.pool, time.Now())
	if err != nil {
		return purged, err
	}
	revived, err := o.deletions.Revive(ctx)
	purged["deletions revived"] = int64(revived)
	return purged, err
}

// SealAudit attests that the audit log is sound. The seal is logged, too: whoever
// keeps the log elsewhere notices also if the newest seals are removed.
func (o order) SealAudit(ctx context.Context) error {
	made, err := userspostgres.SealAudit(ctx, o.pool, o.keys, time.Now())
	if err != nil {
		return o.broken(ctx, err)
	}
	sum := made.Sum()
	o.logger.LogAttrs(ctx, slog.LevelInfo, "the audit log is sealed", slog.Int64("seal", made.N), slog.Int64("entries", made.Seq),
		slog.Bool("signed", made.KeyID != ""), slog.String("hash", hex.EncodeToString(sum[:])))
	return nil
}

// Partitions makes the partitions of the audit log for the months to come, and removes
// those that are older than it is kept.
func (o order) Partitions(ctx context.Context) (map[string]int64, error) {
	made, err := userspostgres.MakeAuditPartitions(ctx, o.pool, time.Now())
	done := map[string]int64{"made": made}
	if err != nil || o.months == 0 {
		return done, err
	}
	done["dropped"], err = userspostgres.DropAuditPartitions(ctx, o.pool, o.keys, time.Now(), o.months)
	return done, o.broken(ctx, err)
}

// broken ends the job if the audit log does not hold: it is among the dead letters,
// and the next one is there in the next period. Trying again would not mend the log.
func (o order) broken(ctx context.Context, err error) error {
	var entry *userspostgres.BrokenAuditError
	var sealed *userspostgres.BrokenSealError
	if !errors.As(err, &entry) && !errors.As(err, &sealed) {
		return err
	}
	o.logger.LogAttrs(ctx, slog.LevelError, "the audit log does not hold: look at it with users audit verify", slog.Any("error", err))
	return river.JobCancel(err)
}
