package chaos

import (
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/weftql/weft/deploy/mailsink"
)

// postOffice is an SMTP server that writes down every mail that it took, each as
// often as it was sent, and misbehaves by script.
type postOffice struct {
	address  string
	listener net.Listener // nil while it is closed
	server   *smtp.Server
	active   atomic.Bool // whether it misbehaves

	mu     sync.Mutex
	taken  []taken
	faults map[string]int
}

// taken is a mail for which the post office has taken responsibility.
type taken struct {
	ID, To, Subject, Text string
	At                    time.Time
	// Unanswered tells that the sender was not told.
	Unanswered bool
}

// misbehaviour is what happens to a mail instead of being taken, in so many of a
// hundred cases.
type misbehaviour struct {
	name    string
	percent int
	act     func(s *session, raw []byte) error
}

// errGone ends a session whose connection is closed already.
var errGone = errors.New("the connection is closed")

// script is how the post office misbehaves at the end of a mail.
var script = []misbehaviour{
	{"451 for the mail", 6, func(*session, []byte) error { return temporary("try again later") }},
	{"closes after DATA and loses the mail", 4, func(s *session, _ []byte) error { return s.hangUp() }},
	{"closes after DATA and keeps the mail", 3, func(s *session, raw []byte) error {
		s.office.take(s.to, raw, true)
		return s.hangUp()
	}},
	{"hangs", 1, func(s *session, _ []byte) error {
		// Until the sender gives up and closes.
		_, _ = io.Copy(io.Discard, s.conn.Conn())
		return s.hangUp()
	}},
}

// recipientPercent is how many of a hundred recipients get 451 the first time.
const recipientPercent = 4

// refused is the local part's beginning of addresses that nobody has.
const refusedPrefix = "nobody-"

func temporary(text string) error {
	return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: text}
}

// openPostOffice listens until the test ends.
func openPostOffice(t *testing.T) *postOffice {
	t.Helper()
	o := &postOffice{faults: map[string]int{}}
	o.open(t)
	o.address = o.listener.Addr().String()
	t.Cleanup(func() {
		if o.server != nil {
			o.server.Close()
		}
	})
	return o
}

// open begins to listen, at the same address as before.
func (o *postOffice) open(t *testing.T) {
	t.Helper()
	address := o.address
	if address == "" {
		address = "127.0.0.1:0"
	}
	var err error
	if o.listener, err = net.Listen("tcp", address); err != nil {
		t.Fatal(err)
	}
	o.server = smtp.NewServer(smtp.BackendFunc(func(conn *smtp.Conn) (smtp.Session, error) {
		return &session{office: o, conn: conn}, nil
	}))
	o.server.Domain, o.server.EnableSMTPUTF8 = "localhost", true
	o.server.ErrorLog = silent{}
	go func(server *smtp.Server, listener net.Listener) { _ = server.Serve(listener) }(o.server, o.listener)
}

// shut ends all sessions and refuses connections, until open.
func (o *postOffice) shut() {
	o.server.Close()
	o.count("is closed for a while")
}

// take writes a mail down.
func (o *postOffice) take(to string, raw []byte, unanswered bool) {
	m := mailsink.Parse("", []string{to}, raw, time.Now())
	mail := taken{To: to, At: m.ReceivedAt, Subject: m.Subject, Text: m.Text, Unanswered: unanswered}
	if id := m.Header["Message-Id"]; len(id) > 0 {
		mail.ID = id[0]
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.taken = append(o.taken, mail)
}

// count notes a fault.
func (o *postOffice) count(fault string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.faults[fault]++
}

// all returns what was taken so far.
func (o *postOffice) all() []taken {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]taken(nil), o.taken...)
}

// session is a sender's connection.
type session struct {
	office *postOffice
	conn   *smtp.Conn
	to     string
}

// Mail implements smtp.Session.
func (s *session) Mail(string, *smtp.MailOptions) error { return nil }

// Rcpt implements smtp.Session.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = to
	if strings.HasPrefix(to, refusedPrefix) {
		s.office.count("550 for the recipient")
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "nobody here"}
	}
	if s.office.active.Load() && rand.IntN(100) < recipientPercent {
		s.office.count("451 for the recipient")
		return temporary("come back later")
	}
	return nil
}

// Data implements smtp.Session.
func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if s.office.active.Load() {
		dice := rand.IntN(100)
		for _, m := range script {
			if dice -= m.percent; dice < 0 {
				s.office.count(m.name)
				return m.act(s, raw)
			}
		}
	}
	s.office.take(s.to, raw, false)
	return nil
}

// Reset implements smtp.Session.
func (s *session) Reset() { s.to = "" }

// Logout implements smtp.Session.
func (s *session) Logout() error { return nil }

// hangUp closes the connection instead of an answer.
func (s *session) hangUp() error {
	s.conn.Conn().Close()
	return errGone
}

// silent drops what the SMTP server has to say about closed connections.
type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}
