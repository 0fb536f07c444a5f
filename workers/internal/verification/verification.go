// Package verification sends the mail with which a user shows that the address is
// theirs.
//
//	users.VerificationArgs{UserID} ─Worker─▶ a fresh token of the user ─▶ letter.Verification ─▶ mail
//
// The token is made here, when the mail is sent: it is in the mail and nowhere else.
// A job that is tried again makes another one; all of them are good until they
// expire or one is used.
package verification

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/workers/internal/delivery"
	"github.com/weftql/weft/workers/internal/letter"
)

// Tokens makes tokens.
type Tokens interface {
	// VerificationToken makes a token for a user and returns it with the contact, or
	// users.ErrNoContact if the address need not be verified.
	VerificationToken(ctx context.Context, userID string) (users.Contact, string, error)
}

// Worker sends verification mails, one for each time that somebody asked.
type Worker struct {
	delivery.Policy[users.VerificationArgs]
	tokens   Tokens
	delivery *delivery.Delivery
	pages    delivery.Pages
}

// New returns a Worker.
func New(tokens Tokens, d *delivery.Delivery, pages delivery.Pages) *Worker {
	return &Worker{Policy: delivery.PolicyOf[users.VerificationArgs](d), tokens: tokens, delivery: d, pages: pages}
}

// Work implements river.Worker. A user who is not pending any more gets no mail.
func (w *Worker) Work(ctx context.Context, job *river.Job[users.VerificationArgs]) error {
	expires := time.Now().Add(users.VerificationLife)
	contact, token, err := w.tokens.VerificationToken(ctx, job.Args.UserID)
	if errors.Is(err, users.ErrNoContact) {
		return river.JobCancel(fmt.Errorf("verification: %w", err))
	}
	if err != nil {
		return fmt.Errorf("verification: %w", err)
	}
	key := "verification/" + contact.UserID + "/" + job.Args.Asked.UTC().Format(time.RFC3339)
	return w.delivery.Letter(ctx, job.JobRow, delivery.Mail{Key: key, Contact: contact},
		letter.Verification{Link: w.pages.Verify(token), Token: token, Expires: expires})
}
