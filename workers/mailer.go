package workers

import (
	"errors"
	"log/slog"

	"github.com/weftql/weft/workers/internal/delivery"
	"github.com/weftql/weft/workers/internal/mail"
)

// Mailer sends the mails of the jobs of both databases: they share the sessions with
// the mail server and what is known of it. It is safe for concurrent use.
type Mailer struct {
	*delivery.Delivery
	sender *mail.Sender
}

// MailerDeps are what a Mailer works with.
type MailerDeps struct {
	// Deliveries remembers what is known of each mail. Required.
	Deliveries delivery.Store
	// Metrics counts how mails end. Defaults to nobody.
	Metrics delivery.Metrics
	// Logger is told when the mail server goes away and comes back. Required.
	Logger *slog.Logger
}

// NewMailer returns a Mailer; it does not connect. The caller closes it when no job
// runs any more.
func NewMailer(config Config, deps MailerDeps) (*Mailer, error) {
	config = config.WithDefaults()
	sender, err := mail.NewSender(mail.Config{
		URL: config.SMTPURL, From: config.MailFrom, Timeout: config.SMTPTimeout, Connections: config.SMTPConnections,
	})
	if err != nil {
		return nil, err
	}
	if deps.Deliveries == nil || deps.Logger == nil {
		return nil, errors.New("workers: MailerDeps.Deliveries and Logger are required")
	}
	d, err := delivery.New(
		delivery.Config{Lease: config.Lease, Breaker: config.Breaker},
		delivery.Deps{Sender: sender, Store: deps.Deliveries, Metrics: deps.Metrics, Logger: deps.Logger})
	if err != nil {
		return nil, err
	}
	return &Mailer{Delivery: d, sender: sender}, nil
}

// Close ends the sessions with the mail server.
func (m *Mailer) Close() { m.sender.Close() }
