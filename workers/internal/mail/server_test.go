package mail

import (
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// script is what a real SMTP server does, by the receiver's name before the @:
//
//	nobody, busy, leaving        550, 451 or 421 to RCPT
//	full, later                  550 or 451 after the content
//	gone                         takes the content, and closes the connection
//	silent                       takes the content, and says nothing
//
// Everybody else's mail is taken. It is safe for concurrent use.
type script struct {
	stop     chan struct{} // ends the silence
	received chan string   // what was taken, if anybody wants it
	hears    chan struct{} // is told of each content that it says nothing to

	mu       sync.Mutex
	sessions int
	mails    int
	login    string // what was logged in with
	conns    []*smtp.Conn
}

func (s *script) NewSession(conn *smtp.Conn) (smtp.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions++
	s.conns = append(s.conns, conn)
	return &session{script: s, conn: conn}, nil
}

// heard is told when a content was read to which nothing will be said.
func (s *script) heard() <-chan struct{} { return s.hears }

// counts returns the sessions that were begun and the mails that were taken.
func (s *script) counts() (sessions, mails int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sessions, s.mails
}

// hangUp closes all connections.
func (s *script) hangUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, conn := range s.conns {
		_ = conn.Close()
	}
	s.conns = nil
}

type session struct {
	script *script
	conn   *smtp.Conn
	to     string
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, name, password string) error {
		s.script.mu.Lock()
		defer s.script.mu.Unlock()
		s.script.login = name + ":" + password
		if password == "wrong" {
			return smtp.ErrAuthFailed
		}
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if strings.HasPrefix(from, "stranger@") {
		return &smtp.SMTPError{Code: 550, Message: "sender " + from + " is not known"}
	}
	return nil
}
func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to, _, _ = strings.Cut(to, "@")
	switch s.to {
	case "nobody":
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user: " + to}
	case "busy":
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "try later: " + to}
	case "leaving":
		return &smtp.SMTPError{Code: 421, Message: "shutting down, " + to}
	}
	return nil
}

func (s *session) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	switch s.to {
	case "full":
		return &smtp.SMTPError{Code: 550, Message: "that is too much for " + s.to}
	case "later":
		return &smtp.SMTPError{Code: 451, Message: "not now, " + s.to}
	case "gone":
		return s.conn.Close()
	case "silent":
		s.script.hears <- struct{}{}
		<-s.script.stop
		return s.conn.Close()
	}
	s.script.mu.Lock()
	s.script.mails++
	s.script.mu.Unlock()
	select {
	case s.script.received <- string(text):
	default:
	}
	return nil
}

// serveScript starts a server, which change may change before, and returns its
// address.
func serveScript(tb testing.TB, change func(*smtp.Server)) (*script, string) {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	s := &script{stop: make(chan struct{}), received: make(chan string, 1), hears: make(chan struct{}, 10)}
	server := smtp.NewServer(s)
	server.ErrorLog = quiet{}
	if change != nil {
		change(server)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	tb.Cleanup(func() {
		close(s.stop)
		_ = server.Close() // ends Serve
		<-ended
	})
	return s, listener.Addr().String()
}

// quiet logs nothing: connections that break are what the tests are about.
type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

// newSender returns a Sender for a server, closed with the test.
func newSender(tb testing.TB, config Config) *Sender {
	tb.Helper()
	if config.From == "" {
		config.From = "Weft <no-reply@weft.test>"
	}
	if config.Timeout == 0 {
		config.Timeout = 5 * time.Second
	}
	s, err := NewSender(config)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(s.Close)
	return s
}

// to is a message to somebody.
func to(name string) Message {
	return Message{ID: "m/" + name, To: name + "@example.test", Subject: "s", Text: "t"}
}
