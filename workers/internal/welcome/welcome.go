// Package welcome sends the mail that greets a new account.
//
//	users.WelcomeArgs{UserID} ─Worker─▶ contact of the user ─▶ mail
//
// Name and address are read when the mail is sent, so that the queue holds no
// personal data and a user who was deleted meanwhile gets no mail. The mail's
// Message-ID is made from the job's, so that one that is sent twice, because
// the worker died between sending and recording it, can be told to be the same.
package welcome

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/riverqueue/river"

	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/workers/internal/mail"
)

// Contacts finds out how to write to users.
type Contacts interface {
	// Contact returns the user's contact, or users.ErrNoContact.
	Contact(ctx context.Context, userID string) (users.Contact, error)
}

// Sender sends mail.
type Sender interface {
	// Send delivers a message; an error that wraps mail.ErrRefused is final.
	Send(ctx context.Context, message mail.Message) error
}

// Worker sends welcome mails. It is safe to run a job twice: the second mail is
// recognisable as the first.
type Worker struct {
	river.WorkerDefaults[users.WelcomeArgs]
	contacts Contacts
	sender   Sender
}

// New returns a Worker.
func New(contacts Contacts, sender Sender) *Worker {
	return &Worker{contacts: contacts, sender: sender}
}

// Timeout bounds one attempt; the sender's own limit is lower.
func (*Worker) Timeout(*river.Job[users.WelcomeArgs]) time.Duration { return 30 * time.Second }

// NextRetry waits 10 s after the first failure, four times as long after each
// further one and at most three hours: a mail server that is down for a night
// costs no mail.
func (*Worker) NextRetry(job *river.Job[users.WelcomeArgs]) time.Time {
	wait := 10 * time.Second
	for range job.Attempt - 1 {
		wait = min(4*wait, 3*time.Hour)
	}
	return time.Now().Add(wait)
}

// Work implements river.Worker. A user without a contact, and an address that
// the mail server refuses for good, end the job; anything else is tried again.
func (w *Worker) Work(ctx context.Context, job *river.Job[users.WelcomeArgs]) error {
	contact, err := w.contacts.Contact(ctx, job.Args.UserID)
	if errors.Is(err, users.ErrNoContact) {
		return river.JobCancel(fmt.Errorf("welcome: %w", err))
	}
	if err != nil {
		return fmt.Errorf("welcome: %w", err)
	}
	err = w.sender.Send(ctx, message(job.ID, contact))
	if errors.Is(err, mail.ErrRefused) {
		return river.JobCancel(fmt.Errorf("welcome: %w", err))
	}
	if err != nil {
		return fmt.Errorf("welcome: %w", err)
	}
	return nil
}

func message(jobID int64, contact users.Contact) mail.Message {
	return mail.Message{
		ID:      "welcome-" + strconv.FormatInt(jobID, 10),
		To:      contact.Email,
		ToName:  contact.DisplayName,
		Subject: "Welcome to Weft, " + contact.DisplayName,
		Text: "Hi " + contact.DisplayName + ",\n\n" +
			"your account is ready. Create a list, add what has to be done, and share it\n" +
			"with the people who do it with you.\n\n" +
			"You get this mail because somebody registered with this address. If it was not\n" +
			"you, nothing needs to be done.\n",
	}
}
