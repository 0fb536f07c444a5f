// Package passwordreset sends the mail with which somebody who has lost a password
// chooses a new one.
//
//	users.PasswordResetArgs{UserID} ─Worker─▶ a fresh token of the account, if there is one ─▶ mail
//
// For an address of no account there is such a job, too: with the id of nobody. The token is made here, as that of package verification is.
package passwordreset

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
	// ResetToken makes a token for a user and returns it with the contact, or
	// users.ErrNoContact if there is no such account that can be logged in to.
	ResetToken(ctx context.Context, userID string) (users.Contact, string, error)
}

// Worker sends the mails.
type Worker struct {
	delivery.Policy[users.PasswordResetArgs]
	tokens Tokens
	sender delivery.Sender
	pages  delivery.Pages
}

// New returns a Worker.
func New(tokens Tokens, sender delivery.Sender, pages delivery.Pages) *Worker {
	return &Worker{tokens: tokens, sender: sender, pages: pages}
}

// Work implements river.Worker. Without an account there is nothing to do, and no
// trace of it but the job.
func (w *Worker) Work(ctx context.Context, job *river.Job[users.PasswordResetArgs]) error {
	contact, token, err := w.tokens.ResetToken(ctx, job.Args.UserID)
	if errors.Is(err, users.ErrNoContact) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("password reset: %w", err)
	}
	return delivery.Deliver(ctx, w.sender, "password-reset", job.ID, contact, w.content(contact, token))
}

func (w *Worker) content(contact users.Contact, token string) delivery.Mail {
	return delivery.Mail{
		Subject: "Choose a new password",
		Text: "Hi " + contact.DisplayName + ",\n\n" +
			"somebody asked for a new password for your account. If it was you, choose one\n" +
			"now. " + delivery.Token(w.pages.Reset(token), token) + "\n" +
			"It is good for an hour. Your sessions will end on all devices.\n\n" +
			"If it was not you, nothing needs to be done: your password stays as it is.\n",
	}
}
