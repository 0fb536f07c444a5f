// Package welcome sends the mail that greets a new account.
//
//	users.WelcomeArgs{UserID} ─Worker─▶ contact of the user ─▶ letter.Welcome ─▶ mail
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
	"github.com/weftql/weft/workers/internal/letter"
)

// Contacts finds out how to write to users.
type Contacts interface {
	// Contact returns the user's contact, or users.ErrNoContact.
	Contact(ctx context.Context, userID string) (users.Contact, error)
}

// Worker sends welcome mails, one to each user.
type Worker struct {
	delivery.Policy[users.WelcomeArgs]
	contacts Contacts
	delivery *delivery.Delivery
}

// New returns a Worker.
func New(contacts Contacts, d *delivery.Delivery) *Worker {
	return &Worker{Policy: delivery.PolicyOf[users.WelcomeArgs](d), contacts: contacts, delivery: d}
}

// Work implements river.Worker. A user without a contact ends the job.
func (w *Worker) Work(ctx context.Context, job *river.Job[users.WelcomeArgs]) error {
	contact, err := w.contacts.Contact(ctx, job.Args.UserID)
	if errors.Is(err, users.ErrNoContact) {
		return river.JobCancel(fmt.Errorf("welcome: %w", err))
	}
	if err != nil {
		return fmt.Errorf("welcome: %w", err)
	}
	return w.delivery.Letter(ctx, job.JobRow, delivery.Mail{Key: "welcome/" + contact.UserID, Contact: contact}, letter.Welcome{})
}
