package mail

import (
	"context"
	"crypto/tls"
	"errors"
	netmail "net/mail"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// Sender sends messages through one SMTP server, over a few sessions that it keeps
// for a while. It is safe for concurrent use.
type Sender struct {
	server  server
	tls     *tls.Config
	from    *netmail.Address
	domain  string
	timeout time.Duration
	pool    *pool
}

// NewSender checks config and returns a Sender; it does not connect. The caller
// closes it.
func NewSender(config Config) (*Sender, error) {
	if err := config.validate(); err != nil {
		return nil, err
	}
	config = config.withDefaults()
	server, err := parseURL(config.URL)
	if err != nil {
		return nil, err
	}
	from, domain, err := parseFrom(config.From)
	if err != nil {
		return nil, err
	}
	return &Sender{
		server: server, from: from, domain: domain, timeout: config.Timeout,
		tls:  &tls.Config{ServerName: server.host, MinVersion: tls.VersionTLS12, RootCAs: config.RootCAs},
		pool: newPool(config.Connections, config.IdleTime, config.MailsPerConnection),
	}, nil
}

// Close ends the sessions with the server. Those in use end with their mail.
func (s *Sender) Close() { s.pool.close() }

// Send delivers message to the server. Its error is an *Error, which says what is
// known of the message. When ctx ends, it returns at once.
func (s *Sender) Send(ctx context.Context, message Message) error {
	composed, to, err := s.compose(message)
	if err != nil {
		return err
	}
	if err := s.pool.enter(ctx); err != nil {
		return err
	}
	defer s.pool.leave()
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	err = s.deliver(ctx, to, composed)
	// The end of the context closes the connection; that is not what happened.
	var failed *Error
	if errors.As(err, &failed) && failed.Err != nil && ctx.Err() != nil {
		failed.Err = ctx.Err()
	}
	return err
}

// deliver hands a message over in a session that is idle, or in a new one. A server
// may end a session that is idle at any time: then the message goes into a new one.
func (s *Sender) deliver(ctx context.Context, to string, message *gomail.Msg) error {
	if c := s.pool.take(); c != nil {
		if begun, err := s.use(ctx, c, to, message); begun || ctx.Err() != nil {
			return err
		}
	}
	c, err := s.connect(ctx)
	if err != nil {
		return err
	}
	_, err = s.use(ctx, c, to, message)
	return err
}

// use sends a message in a session, which is kept for the next one if it is still
// good. It reports whether the server was told of the message.
func (s *Sender) use(ctx context.Context, c *connection, to string, message *gomail.Msg) (begun bool, err error) {
	open := c.watch(ctx)
	if !c.alive() {
		open()
		_ = c.conn.Close() // the server has done so already
		return false, &Error{Kind: Unreachable, Step: stepMail, Err: errGone}
	}
	err = c.send(s.from.Address, to, message)
	var failed *Error
	begun = !errors.As(err, &failed) || failed.Step != stepMail || !IsUnanswered(err)
	good := err == nil || !IsUnanswered(err) && c.reset()
	switch still := open(); {
	case !still || !good:
		_ = c.conn.Close() // nobody would answer a goodbye
	case !s.pool.put(c):
		c.close()
	}
	return begun, err
}

// errGone is what happened to a session that was idle.
var errGone = errors.New("the server has ended the session")
