// Package welcome sends the mail that greets a new account.
//
//	users.WelcomeArgs{UserID} ─Worker─▶ contact of the user ─▶ mail
//
// Name and address are read when the mail is sent, so that the queue holds no
// personal data and a user who was deleted meanwhile gets no mail.
package welcome

import (
	"context"
	"errors"
	"fmt"

	"github.com/riverqueue/river"

	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/workers/internal/delivery"
)

// Contacts finds out how to write to users.
type Contacts interface {
	// Contact returns the user's contact, or users.ErrNoContact.
	Contact(ctx context.Context, userID string) (users.Contact, error)
}

// Worker sends welcome mails. It is safe to run a job twice: the second mail is
// recognisable as the first.
type Worker struct {
	delivery.Policy[users.WelcomeArgs]
	contacts Contacts
	sender   delivery.Sender
}

// New returns a Worker.
func New(contacts Contacts, sender delivery.Sender) *Worker {
	return &Worker{contacts: contacts, sender: sender}
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
	return delivery.Deliver(ctx, w.sender, "welcome", job.ID, contact, content(contact))
}

func content(contact users.Contact) delivery.Mail {
	return delivery.Mail{
		Subject: "Welcome to Weft, " + contact.DisplayName,
		Text: "Hi " + contact.DisplayName + ",\n\n" +
			"your account is ready. Create a list, add what has to be done, and share it\n" +
			"with the people who do it with you.\n\n" +
			"You get this mail because somebody registered with this address. If it was not\n" +
			"you, nothing needs to be done.\n",
	}
}
