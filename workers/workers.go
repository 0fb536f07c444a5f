package workers

import (
	"errors"

	"github.com/riverqueue/river"

	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/workers/internal/mail"
	"github.com/weftql/weft/workers/internal/welcome"
)

// Config configures the jobs.
type Config struct {
	// SMTPURL names the mail server: smtp://host:port or smtps://host:port, with
	// user:password@ if it wants a login.
	SMTPURL string
	// MailFrom is the sender of every mail, "Name <address>".
	MailFrom string
}

// Deps are what jobs work with.
type Deps struct {
	// Contacts finds out how to write to users. Required.
	Contacts welcome.Contacts
}

// Users returns the workers of every job in the users database. A client that
// may become River's leader has to know all of them, because the leader
// discards jobs of kinds that it does not know.
func Users(config Config, deps Deps) (*river.Workers, error) {
	sender, err := mail.NewSender(mail.Config{URL: config.SMTPURL, From: config.MailFrom})
	if err != nil {
		return nil, err
	}
	if deps.Contacts == nil {
		return nil, errors.New("workers: Deps.Contacts is missing")
	}
	workers := river.NewWorkers()
	return workers, errors.Join(
		river.AddWorkerSafely(workers, welcome.New(deps.Contacts, sender)),
	)
}

// UsersQueues are the queues of the users database and how many of their jobs
// one process works on at the same time. Queues are apart so that much of one
// sort does not delay another.
func UsersQueues() map[string]river.QueueConfig {
	return map[string]river.QueueConfig{
		users.NotifyQueue: {MaxWorkers: 10},
	}
}
