package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/postgres"
)

// sweepMost bounds the rows that one statement of Sweep changes.
const sweepMost = 5000

// Sweep removes what is worth nothing after a moment: salts after the grace, and
// attempts that are forgotten. It also gives up mails that nobody goes on with, for an
// operator to see. Run calls it. What is over for longer, Purge removes.
func (s *Service) Sweep(ctx context.Context) error {
	now := s.now()
	batch := &pgx.Batch{}
	// An array of keys is looked up one by one, however many there are; with IN, the
	// planner would rather read the table as a whole.
	batch.Queue(`update refresh_tokens set successor_salt = null where hash = any(array(
		select hash from refresh_tokens where successor_salt is not null and used_at < $1 limit $2))`, now.Add(-refreshGrace), sweepMost)
	batch.Queue(`delete from login_attempts where key = any(array(
		select key from login_attempts where forgotten_at < $1 limit $2))`, now, sweepMost)
	// Leases end by the clock of the database.
	batch.Queue(`update email_deliveries set state = 'UNKNOWN', lease_until = null where key = any(array(
		select key from email_deliveries where state = 'SENDING' and updated_at < now() - $1::interval and lease_until < now() - $1::interval limit $2))`,
		lostAfter, sweepMost)
	err := postgres.InTx(ctx, s.deps.Pool, func(tx pgx.Tx) error { return tx.SendBatch(ctx, batch).Close() })
	if err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	return nil
}
