// Package passwordreset sends the mail with which somebody who has lost a password
// chooses a new one.
//
//	users.PasswordResetArgs{UserID} ─Worker─▶ a fresh token of the account, if there is one ─▶ letter.PasswordReset ─▶ mail
//
// For an address of no account there is such a job, too, with the id of nobody: who
// asked does not learn it. The token is made here, as that of package verification is.
package passwordreset

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
	// ResetToken makes a token for a user and returns it with the contact, or
	// users.ErrNoContact if there is no such account that can be logged in to.
	ResetToken(ctx context.Context, userID string) (users.Contact, string, error)
}

// Worker sends the mails, one for each time that somebody asked.
type Worker struct {
	delivery.Policy[users.PasswordResetArgs]
	tokens   Tokens
	delivery *delivery.Delivery
	pages    delivery.Pages
}

// New returns a Worker.
func New(tokens Tokens, d *delivery.Delivery, pages delivery.Pages) *Worker {
	return &Worker{Policy: delivery.PolicyOf[users.PasswordResetArgs](d), tokens: tokens, delivery: d, pages: pages}
}

// Work implements river.Worker. Without an account there is nothing to do, and no
// trace of it but the job.
func (w *Worker) Work(ctx context.Context, job *river.Job[users.PasswordResetArgs]) error {
	expires := time.Now().Add(users.ResetLife)
	contact, token, err := w.tokens.ResetToken(ctx, job.Args.UserID)
	if errors.Is(err, users.ErrNoContact) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("password reset: %w", err)
	}
	key := "password-reset/" + contact.UserID + "/" + job.Args.Asked.UTC().Format(time.RFC3339)
	return w.delivery.Letter(ctx, job.JobRow, delivery.Mail{Key: key, Contact: contact},
		letter.PasswordReset{Link: w.pages.Reset(token), Token: token, Expires: expires})
}
