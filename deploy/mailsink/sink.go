package mailsink

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
)

// Config says where a Sink listens and how much it holds.
type Config struct {
	// SMTPAddress is where mail is received. Port 0 picks a free one.
	// Defaults to 127.0.0.1:1025.
	SMTPAddress string
	// WebAddress is where the page and the JSON API are. Port 0 picks a free
	// one. Defaults to 127.0.0.1:8025.
	WebAddress string
	// MaxMessages is how many messages are held; the oldest are dropped.
	// Defaults to 500.
	MaxMessages int
	// MaxMessageBytes is the largest message accepted. Defaults to 1 MiB.
	MaxMessageBytes int64
}

// withDefaults returns a copy of c with every unset field filled in.
func (c Config) withDefaults() Config {
	if c.SMTPAddress == "" {
		c.SMTPAddress = "127.0.0.1:1025"
	}
	if c.WebAddress == "" {
		c.WebAddress = "127.0.0.1:8025"
	}
	if c.MaxMessages == 0 {
		c.MaxMessages = 500
	}
	if c.MaxMessageBytes == 0 {
		c.MaxMessageBytes = 1 << 20
	}
	return c
}

// validate reports the first field that cannot be used.
func (c Config) validate() error {
	if c.MaxMessages < 0 {
		return fmt.Errorf("mailsink: MaxMessages is %d, below zero", c.MaxMessages)
	}
	if c.MaxMessageBytes < 0 {
		return fmt.Errorf("mailsink: MaxMessageBytes is %d, below zero", c.MaxMessageBytes)
	}
	return nil
}

// Sink is a running mail server and its page.
type Sink struct {
	smtpAddress, webAddress string

	mail    net.Listener
	smtp    *smtp.Server
	web     *http.Server
	serving sync.WaitGroup
	closing context.CancelFunc // ends requests that wait for mail
}

// Start listens on both addresses and serves until Close.
func Start(cfg Config) (*Sink, error) {
	cfg = cfg.withDefaults()
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	mail, err := net.Listen("tcp", cfg.SMTPAddress)
	if err != nil {
		return nil, fmt.Errorf("mailsink: %w", err)
	}
	page, err := net.Listen("tcp", cfg.WebAddress)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("mailsink: %w", err), mail.Close())
	}
	box := newBox(cfg.MaxMessages)
	handler, err := newHandler(box)
	if err != nil {
		return nil, errors.Join(err, mail.Close(), page.Close())
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &Sink{
		smtpAddress: mail.Addr().String(), webAddress: page.Addr().String(), mail: mail, closing: cancel,
		smtp: newSMTP(box, cfg.MaxMessageBytes),
		web: &http.Server{
			Handler: handler, BaseContext: func(net.Listener) context.Context { return ctx },
			ReadTimeout: 10 * time.Second, WriteTimeout: maxWait + 10*time.Second, IdleTimeout: time.Minute,
			MaxHeaderBytes: 16 << 10,
		},
	}
	// Both return when Close closes their listeners, which is no error; there
	// is no other reason for them to end.
	s.serving.Go(func() { _ = s.smtp.Serve(mail) })
	s.serving.Go(func() { _ = s.web.Serve(page) })
	return s, nil
}

// SMTPAddress is where the sink receives mail: host:port.
func (s *Sink) SMTPAddress() string { return s.smtpAddress }

// WebAddress is where the sink's page and JSON API are: host:port.
func (s *Sink) WebAddress() string { return s.webAddress }

// Close ends both servers and their connections at once.
func (s *Sink) Close() error {
	s.closing()
	err := errors.Join(s.smtp.Close(), s.web.Close())
	// The SMTP server does not know of a listener that it has yet to serve;
	// usually this is the second close, which says so.
	_ = s.mail.Close()
	s.serving.Wait()
	return err
}
