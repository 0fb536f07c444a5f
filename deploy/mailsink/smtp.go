package mailsink

import (
	"io"
	"slices"
	"time"

	"github.com/emersion/go-smtp"
)

// What a client may send and how long it may take (RFC 5321 §4.5.3).
const (
	maxRecipients = 100
	smtpTimeout   = time.Minute
)

// newSMTP returns a server that accepts every mail into the box.
func newSMTP(box *Box, maxMessageBytes int64) *smtp.Server {
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
		return &session{box: box}, nil
	}))
	server.Domain = "localhost"
	server.MaxMessageBytes = maxMessageBytes
	server.MaxRecipients = maxRecipients
	server.ReadTimeout = smtpTimeout
	server.WriteTimeout = smtpTimeout
	server.EnableSMTPUTF8 = true
	return server
}

// session is one client's connection: envelopes one after the other.
type session struct {
	box  *Box
	from string
	to   []string
}

var _ smtp.Session = (*session)(nil)

// Mail begins an envelope.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.from, s.to = from, nil
	return nil
}

// Rcpt adds a recipient to the envelope.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = append(s.to, to)
	return nil
}

// Data receives the message. Its reader fails if the message is too large,
// which the client is told.
func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.box.add(Parse(s.from, slices.Clone(s.to), raw, time.Now()))
	return nil
}

// Reset gives up the envelope.
func (s *session) Reset() { s.from, s.to = "", nil }

// Logout ends the session.
func (s *session) Logout() error { return nil }
