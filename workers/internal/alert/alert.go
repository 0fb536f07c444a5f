// Package alert tells users what happened to their accounts and may not have been
// them.
//
//	users.SecurityAlertArgs{UserID, Event, EntryID} ─Worker─▶ contact, entry of the audit log ─▶ mail
//
// When and from where is read from the audit log when the mail is sent: the queue
// holds neither addresses of people nor of machines.
package alert

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/workers/internal/delivery"
)

// Accounts knows users and what was done to their accounts.
type Accounts interface {
	// Contact returns the user's contact, or users.ErrNoContact.
	Contact(ctx context.Context, userID string) (users.Contact, error)
	// Entry returns an entry of the audit log, or users.ErrNoContact if there is none.
	Entry(ctx context.Context, entryID string) (*users.AuditEntry, error)
}

// Worker sends security alerts.
type Worker struct {
	delivery.Policy[users.SecurityAlertArgs]
	accounts Accounts
	sender   delivery.Sender
}

// New returns a Worker.
func New(accounts Accounts, sender delivery.Sender) *Worker {
	return &Worker{accounts: accounts, sender: sender}
}

// Work implements river.Worker. A user without a contact, an event that this
// program does not know, and an entry that is not there end the job.
func (w *Worker) Work(ctx context.Context, job *river.Job[users.SecurityAlertArgs]) error {
	subject, text, known := describe(job.Args.Event)
	if !known {
		return river.JobCancel(fmt.Errorf("security alert: there is no event %q", job.Args.Event))
	}
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
	return delivery.Deliver(ctx, w.sender, "security-alert", job.ID, contact, delivery.Mail{
		Subject: subject,
		Text: "Hi " + contact.DisplayName + ",\n\n" + text + "\n\n" + circumstances(entry, contact) + "\n" +
			"If it was you, nothing needs to be done. If it was not, ask for a new password\n" +
			"at once: that ends all sessions of your account.\n",
	})
}

// describe returns the words for an event.
func describe(event users.SecurityEvent) (subject, text string, known bool) {
	switch event {
	case users.EventPasswordChanged:
		return "Your password was changed", "the password of your account was changed, and your other sessions were ended.", true
	case users.EventPasswordReset:
		return "Your password was reset", "a new password was chosen for your account with a token from a mail to this\naddress, and all of your sessions were ended.", true
	case users.EventNewDevice:
		return "New login to your account", "somebody logged in to your account from a device that you have not used before.", true
	case users.EventTokenReused:
		return "A session of your account was ended", "somebody presented an old key of one of your sessions again: it may have been\ncopied. The session was ended, and has to be begun with your password.", true
	}
	return "", "", false
}

// circumstances tells when and from where, one line each.
func circumstances(entry *users.AuditEntry, contact users.Contact) string {
	at := entry.At
	if zone, err := time.LoadLocation(contact.TimeZone); err == nil {
		at = at.In(zone)
	}
	text := "    Time:    " + at.Format("2 January 2006, 15:04:05 -07:00") + "\n"
	if entry.Address != nil {
		text += "    Address: " + *entry.Address + "\n"
	}
	if entry.UserAgent != nil {
		text += "    Program: " + *entry.UserAgent + "\n"
	}
	return text
}
