package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/postgres"
)

const (
	// keptFor is how long ended sessions and used refresh tokens are kept: a token
	// that comes back later is refused like one that never was.
	keptFor = 30 * 24 * time.Hour
	// sweepMost bounds the rows that one statement removes.
	sweepMost = 5000
)

// Sweep removes what nobody needs any more: salts after the grace, attempts that
// are forgotten, tokens from mails that have expired, sessions that are long over,
// refresh tokens that were used and what is known of mails that changed long ago. Run
// calls it.
func (s *Service) Sweep(ctx context.Context) error {
	now := s.now()
	batch := &pgx.Batch{}
	// An array of keys is looked up one by one, however many there are; with IN, the
	// planner would rather read the table as a whole.
	batch.Queue(`update refresh_tokens set successor_salt = null where hash = any(array(
		select hash from refresh_tokens where successor_salt is not null and used_at < $1 limit $2))`, now.Add(-refreshGrace), sweepMost)
	batch.Queue(`delete from login_attempts where key = any(array(
		select key from login_attempts where forgotten_at < $1 limit $2))`, now, sweepMost)
	batch.Queue(`delete from one_time_tokens where hash = any(array(
		select hash from one_time_tokens where expires_at < $1 limit $2))`, now, sweepMost)
	batch.Queue(`delete from refresh_tokens where hash = any(array(
		select hash from refresh_tokens where used_at < $1 limit $2))`, now.Add(-keptFor), sweepMost)
	batch.Queue(`delete from sessions where id = any(array(
		(select id from sessions where ended_at < $1 limit $2) union all (select id from sessions where expires_at < $1 limit $2)))`,
		now.Add(-keptFor), sweepMost)
	batch.Queue(`delete from email_deliveries where key = any(array(
		select key from email_deliveries where updated_at < $1 limit $2))`, now.Add(-deliveryLife), sweepMost)
	err := postgres.InTx(ctx, s.deps.Pool, func(tx pgx.Tx) error { return tx.SendBatch(ctx, batch).Close() })
	if err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	return nil
}
