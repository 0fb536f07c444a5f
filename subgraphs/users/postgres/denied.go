package postgres

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/users"
)

const (
	// deniedMost bounds the failed logins that wait to be written down, some 500 bytes
	// each. The throttle lets ten through for an account in a quarter of an hour.
	deniedMost = 10_000
	// deniedBatch is how many are written at a time: meanwhile nobody else appends.
	deniedBatch = 100
)

// denied are failed logins on their way to the audit log. Who has failed does not wait
// for that: an answer about an account that exists would take longer than one about an
// account that does not.
type denied struct {
	waiting chan users.AuditEntry
	lost    atomic.Int64 // since the log was told: there were too many

	// Of the one goroutine that writes.
	batch  []users.AuditEntry // what is being written
	failed bool               // the last round
}

func newDenied() *denied { return &denied{waiting: make(chan users.AuditEntry, deniedMost)} }

// deny has AppendDenied write down that somebody who knew the address of an account
// was not let in.
func (s *Service) deny(viewer users.Viewer, user *users.User, detail string) {
	viewer.ID = "" // whoever it is, it is not known to be this person
	entry := s.entry(viewer, users.ActionBeginSession, user.ID)
	entry.Outcome, entry.Detail = users.OutcomeDenied, detail
	select {
	case s.denied.waiting <- entry:
	default:
		s.denied.lost.Add(1)
	}
}

// AppendDenied writes the logins that have failed to the audit log. What cannot be
// written is kept for the next time. Run calls it; it must not be called twice at a
// time.
func (s *Service) AppendDenied(ctx context.Context) error {
	d := s.denied
	if lost := d.lost.Swap(0); lost > 0 {
		s.deps.Logger.ErrorContext(ctx, "failed logins are not in the audit log: there were too many at once", slog.Int64("logins", lost))
	}
	for d.fill() {
		err := postgres.InTx(ctx, s.deps.Pool, func(tx pgx.Tx) error {
			for _, entry := range d.batch {
				if err := appendEntry(ctx, tx, entry); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			if !d.failed {
				s.deps.Logger.WarnContext(ctx, "failed logins wait for the audit log", slog.Any("error", err))
			}
			d.failed = true
			return fmt.Errorf("failed logins: %w", err)
		}
		d.batch, d.failed = d.batch[:0], false
	}
	return nil
}

// fill takes what waits into the batch, and tells whether there is anything in it.
func (d *denied) fill() bool {
	for len(d.batch) < deniedBatch {
		select {
		case entry := <-d.waiting:
			d.batch = append(d.batch, entry)
		default:
			return len(d.batch) > 0
		}
	}
	return true
}
