package workers

import (
	"errors"
	"fmt"

	"github.com/riverqueue/river"

	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/workers/internal/alert"
	"github.com/weftql/weft/workers/internal/delivery"
	"github.com/weftql/weft/workers/internal/mail"
	"github.com/weftql/weft/workers/internal/passwordreset"
	"github.com/weftql/weft/workers/internal/verification"
	"github.com/weftql/weft/workers/internal/welcome"
)

// Config configures the jobs.
type Config struct {
	// SMTPURL names the mail server: smtp://host:port or smtps://host:port, with
	// user:password@ if it wants a login.
	SMTPURL string
	// MailFrom is the sender of every mail, "Name <address>".
	MailFrom string
	// PublicURL is where the web client's pages are that mails lead to, such as
	// https://example.com. Defaults to none: mails hold tokens to be entered.
	PublicURL string
}

// Deps are what jobs work with.
type Deps struct {
	// Accounts knows users, and makes the tokens of their mails. Required.
	Accounts Accounts
}

// Accounts is what jobs need of the users database.
type Accounts interface {
	welcome.Contacts
	verification.Tokens
	passwordreset.Tokens
	alert.Accounts
}

// Users returns the workers of every job in the users database. A client that
// may become River's leader has to know all of them, because the leader
// discards jobs of kinds that it does not know.
func Users(config Config, deps Deps) (*river.Workers, error) {
	sender, err := mail.NewSender(mail.Config{URL: config.SMTPURL, From: config.MailFrom})
	if err != nil {
		return nil, err
	}
	pages, err := delivery.ParsePages(config.PublicURL)
	if err != nil {
		return nil, fmt.Errorf("workers: %w", err)
	}
	if deps.Accounts == nil {
		return nil, errors.New("workers: Deps.Accounts is missing")
	}
	workers := river.NewWorkers()
	return workers, errors.Join(
		river.AddWorkerSafely(workers, welcome.New(deps.Accounts, sender)),
		river.AddWorkerSafely(workers, verification.New(deps.Accounts, sender, pages)),
		river.AddWorkerSafely(workers, passwordreset.New(deps.Accounts, sender, pages)),
		river.AddWorkerSafely(workers, alert.New(deps.Accounts, sender)),
	)
}

// UsersQueues are the queues of the users database and how many of their jobs
// one process works on at the same time. Queues are apart so that much of one
// sort does not delay another. Deletions (users.DeletionQueue) are not among them:
// nobody can do them yet, and a job that nobody fetches stays as it is.
func UsersQueues() map[string]river.QueueConfig {
	return map[string]river.QueueConfig{
		users.NotifyQueue:   {MaxWorkers: 10},
		users.SecurityQueue: {MaxWorkers: 10},
	}
}
