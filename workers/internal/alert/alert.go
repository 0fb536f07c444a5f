// Package alert tells users what happened to their accounts and may not have been
// them.
//
//	users.SecurityAlertArgs{UserID, Event, EntryID} ─Worker─▶ entry of the audit log ─▶ letter.SecurityAlert ─▶ notice.Board
//
// When and from where is read from the audit log when the mail is sent: the queue
// holds neither addresses of people nor of machines.
package alert

import (
	"context"
	"errors"
	"fmt"

	"github.com/riverqueue/river"

	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/workers/internal/delivery"
	"github.com/weftql/weft/workers/internal/letter"
	"github.com/weftql/weft/workers/internal/notice"
)

// Log knows what was done to accounts.
type Log interface {
	// Entry returns an entry of the audit log, or users.ErrNoContact if there is none.
	Entry(ctx context.Context, entryID string) (*users.AuditEntry, error)
}

// Worker tells users of security events, of each entry once.
type Worker struct {
	delivery.Policy[users.SecurityAlertArgs]
	log   Log
	board *notice.Board
}

// New returns a Worker.
func New(log Log, board *notice.Board) *Worker {
	return &Worker{Policy: notice.PolicyOf[users.SecurityAlertArgs](board), log: log, board: board}
}

// Work implements river.Worker. A user without a contact, an event that this
// program does not know, and an entry that is not there end the job.
func (w *Worker) Work(ctx context.Context, job *river.Job[users.SecurityAlertArgs]) error {
	entry, err := w.log.Entry(ctx, job.Args.EntryID)
	if errors.Is(err, users.ErrNoContact) {
		return river.JobCancel(fmt.Errorf("security alert: %w", err))
	}
	if err != nil {
		return fmt.Errorf("security alert: %w", err)
	}
	return w.board.Post(ctx, job.JobRow, notice.Notice{
		NewNotification: users.NewNotification{
			Key: "security-alert/" + job.Args.EntryID, UserID: job.Args.UserID, Kind: users.NotifySecurity, At: entry.At,
		},
		Letter: words(job.Args.Event, entry),
	})
}

// words is what is told of an entry.
func words(event users.SecurityEvent, entry *users.AuditEntry) letter.SecurityAlert {
	alert := letter.SecurityAlert{Event: string(event), At: entry.At}
	if entry.Address != nil {
		alert.Address = *entry.Address
	}
	if entry.UserAgent != nil {
		alert.Device = users.Device(*entry.UserAgent)
	}
	return alert
}
