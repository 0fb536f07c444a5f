// Package alert tells users what happened to their accounts and may not have been
// them.
//
//	users.SecurityAlertArgs{UserID, Event, EntryID} ─Worker─▶ contact, entry of the audit log ─▶ letter.SecurityAlert ─▶ mail
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
)

// Accounts knows users and what was done to their accounts.
type Accounts interface {
	// Contact returns the user's contact, or users.ErrNoContact.
	Contact(ctx context.Context, userID string) (users.Contact, error)
	// Entry returns an entry of the audit log, or users.ErrNoContact if there is none.
	Entry(ctx context.Context, entryID string) (*users.AuditEntry, error)
}

// Worker sends security alerts, one for each entry.
type Worker struct {
	delivery.Policy[users.SecurityAlertArgs]
	accounts Accounts
	delivery *delivery.Delivery
}

// New returns a Worker.
func New(accounts Accounts, d *delivery.Delivery) *Worker {
	return &Worker{Policy: delivery.PolicyOf[users.SecurityAlertArgs](d), accounts: accounts, delivery: d}
}

// Work implements river.Worker. A user without a contact, an event that this
// program does not know, and an entry that is not there end the job.
func (w *Worker) Work(ctx context.Context, job *river.Job[users.SecurityAlertArgs]) error {
	contact, err := w.accounts.Contact(ctx, job.Args.UserID)
	var entry *users.AuditEntry
	if err == nil {
		entry, err = w.accounts.Entry(ctx, job.Args.EntryID)
	}
	if errors.Is(err, users.ErrNoContact) {
		return river.JobCancel(fmt.Errorf("security alert: %w", err))
	}
	if err != nil {
		return fmt.Errorf("security alert: %w", err)
	}
	return w.delivery.Letter(ctx, job.JobRow, delivery.Mail{Key: "security-alert/" + job.Args.EntryID, Contact: contact},
		words(job.Args.Event, entry))
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
