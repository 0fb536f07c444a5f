package mail

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// ErrRefused says that the server will never take this message (SMTP 5xx), so
// that sending it again is no use.
var ErrRefused = errors.New("mail: refused for good")

// Message is one e-mail to one person.
type Message struct {
	// ID makes the Message-ID, together with the sender's domain. The same
	// message sent again has the same ID.
	ID string
	// To is the receiver's address, ToName the name shown with it.
	To, ToName string
	// Subject is the subject line in plain text.
	Subject string
	// Text is the body in plain text.
	Text string
}

// Sender sends messages through one SMTP server, with a connection for each.
// It is safe for concurrent use.
type Sender struct {
	server  server
	from    *netmail.Address
	domain  string
	timeout time.Duration
}

// NewSender checks config and returns a Sender; it does not connect.
func NewSender(config Config) (*Sender, error) {
	server, err := parseURL(config.URL)
	if err != nil {
		return nil, err
	}
	from, domain, err := parseFrom(config.From)
	if err != nil {
		return nil, err
	}
	if config.Timeout < 0 {
		return nil, errors.New("mail: Timeout cannot be negative")
	}
	return &Sender{server: server, from: from, domain: domain, timeout: cmp.Or(config.Timeout, 15*time.Second)}, nil
}

// Send delivers message to the server. An error that wraps ErrRefused is final;
// after any other the message may be sent again, and may then arrive twice: the
// connection can break between the server's taking it and its saying so.
func (s *Sender) Send(ctx context.Context, message Message) error {
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	m.FromMailAddress(s.from)
	if err := m.AddToFormat(message.ToName, message.To); err != nil {
		return fmt.Errorf("%w: the receiver's address is invalid", ErrRefused)
	}
	m.Subject(message.Subject)
	m.SetMessageIDWithValue(message.ID + "@" + s.domain)
	m.SetDate()
	m.SetBodyString(gomail.TypeTextPlain, message.Text)

	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	options := append(s.server.options(s.timeout, s.domain),
		gomail.WithDialContextFunc(func(_ context.Context, _, address string) (net.Conn, error) { return s.server.dial(ctx, address) }))
	client, err := gomail.NewClient(s.server.host, options...)
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	err = client.DialAndSendWithContext(ctx, m)
	var answer *gomail.SendError
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &answer):
		return fmt.Errorf("mail: send to %s:%d: %w", s.server.host, s.server.port, err)
	// The library's own text repeats the receiver's address, which has no
	// business in a log or in the error column of a job.
	case !answer.IsTemp() && answer.ErrorCode() >= 500:
		return fmt.Errorf("%w: %s (SMTP %d)", ErrRefused, answer.Reason, answer.ErrorCode())
	default:
		return fmt.Errorf("mail: send to %s:%d: %s (SMTP %d)", s.server.host, s.server.port, answer.Reason, answer.ErrorCode())
	}
}
