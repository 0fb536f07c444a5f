// Package verification sends the mail with which a user shows that the address is
// theirs.
//
//	users.VerificationArgs{UserID} ─Worker─▶ a fresh token of the user ─▶ mail
//
// The token is made here, when the mail is sent: it is in the mail and nowhere else.
// A job that is tried again makes another one; all of them are good until they
// expire or one is used.
package verification

import (
	"context"
	"errors"
	"fmt"

	"github.com/riverqueue/river"

	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/workers/internal/delivery"
)

// Tokens makes tokens.
type Tokens interface {
	// VerificationToken makes a token for a user and returns it with the contact, or
	// users.ErrNoContact if the address need not be verified.
	VerificationToken(ctx context.Context, userID string) (users.Contact, string, error)
}

// Worker sends verification mails.
type Worker struct {
	delivery.Policy[users.VerificationArgs]
	tokens Tokens
	sender delivery.Sender
	pages  delivery.Pages
}

// New returns a Worker.
func New(tokens Tokens, sender delivery.Sender, pages delivery.Pages) *Worker {
	return &Worker{tokens: tokens, sender: sender, pages: pages}
}

// Work implements river.Worker. A user who is not pending any more gets no mail.
func (w *Worker) Work(ctx context.Context, job *river.Job[users.VerificationArgs]) error {
	contact, token, err := w.tokens.VerificationToken(ctx, job.Args.UserID)
	if errors.Is(err, users.ErrNoContact) {
		return river.JobCancel(fmt.Errorf("verification: %w", err))
	}
	if err != nil {
		return fmt.Errorf("verification: %w", err)
	}
	return delivery.Deliver(ctx, w.sender, "verification", job.ID, contact, w.content(contact, token))
}

func (w *Worker) content(contact users.Contact, token string) delivery.Mail {
	return delivery.Mail{
		Subject: "Verify your e-mail address",
		Text: "Hi " + contact.DisplayName + ",\n\n" +
			"please show that this address is yours. " + delivery.Token(w.pages.Verify(token), token) + "\n" +
			"It is good for three days.\n\n" +
			"You get this mail because somebody registered with this address. If it was not\n" +
			"you, nothing needs to be done.\n",
	}
}
