package mailtest

import (
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Server is a real SMTP server. What it does is told by the receiver's name before
// the @:
//
//	nobody, busy, leaving        550, 451 or 421 to RCPT
//	full, later                  550 or 451 after the content
//	gone                         takes the content, and closes the connection
//	silent                       takes the content, and says nothing
//
// Everybody else's mail is taken. Senders whose name is stranger get 550 to MAIL, and
// the password wrong is wrong. It is safe for concurrent use.
type Server struct {
	// Address is the server's, host:port.
	Address string
	// Received has the newest mail as it came, if nobody has taken an older one.
	Received chan string
	// Heard is told of each content that the server says nothing to.
	Heard chan struct{}

	server *smtp.Server
	stop   chan struct{} // ends the silence

	mu       sync.Mutex
	sessions int
	mails    int
	login    string // what was logged in with
	conns    []*smtp.Conn
}

// Login returns what somebody logged in with last, name:password.
func (s *Server) Login() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.login
}

// NewSession implements smtp.Backend.
func (s *Server) NewSession(conn *smtp.Conn) (smtp.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions++
	s.conns = append(s.conns, conn)
	return &session{script: s, conn: conn}, nil
}

// Counts returns the sessions that were begun and the mails that were taken.
func (s *Server) Counts() (sessions, mails int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sessions, s.mails
}

// HangUp closes all connections.
func (s *Server) HangUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, conn := range s.conns {
		_ = conn.Close()
	}
	s.conns = nil
}

type session struct {
	script *Server
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
		s.script.Heard <- struct{}{}
		<-s.script.stop
		return s.conn.Close()
	}
	s.script.mu.Lock()
	s.script.mails++
	s.script.mu.Unlock()
	select {
	case s.script.Received <- string(text):
	default:
	}
	return nil
}

// Start starts a server, which change may change before; nil changes nothing. It ends
// with the test.
func Start(tb testing.TB, change func(*smtp.Server)) *Server {
	tb.Helper()
	s := &Server{stop: make(chan struct{}), Received: make(chan string, 1), Heard: make(chan struct{}, 100)}
	server := smtp.NewServer(s)
	server.ErrorLog = quiet{}
	if change != nil {
		change(server)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	s.Address = listener.Addr().String()
	s.server = server
	s.Serve(tb, listener)
	tb.Cleanup(func() { close(s.stop) })
	return s
}

// Serve serves another listener, until the test ends.
func (s *Server) Serve(tb testing.TB, listener net.Listener) {
	ended := make(chan error, 1)
	go func() { ended <- s.server.Serve(listener) }()
	tb.Cleanup(func() {
		_ = s.server.Close() // ends Serve,
		_ = listener.Close() // also if that has not begun
		<-ended
	})
}

// quiet logs nothing: connections that break are what the tests are about.
type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}
