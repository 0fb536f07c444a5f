package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
)

// connection is a session with the server, logged in and between two mails.
type connection struct {
	conn   net.Conn
	client *smtp.Client
	mails  int // handed over so far
	// usedAt is when the server was heard of last.
	usedAt time.Time
	// expiry closes the connection when nobody has used it for long.
	expiry *time.Timer
}

// connect opens a session: TCP, TLS, greeting, login.
func (s *Sender) connect(ctx context.Context) (*connection, error) {
	var dialer interface {
		DialContext(ctx context.Context, network, address string) (net.Conn, error)
	} = &net.Dialer{}
	if s.server.implicit {
		dialer = &tls.Dialer{Config: s.tls}
	}
	conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(s.server.host, strconv.Itoa(s.server.port)))
	if err != nil {
		return nil, &Error{Kind: Unreachable, Step: "connect", Err: err}
	}
	c := &connection{conn: conn, usedAt: time.Now()}
	defer c.watch(ctx)()
	if err := s.greet(c); err != nil {
		_ = conn.Close() // it is useless, whatever it says
		// Who is not let in is not told anything about a mail: a wrong password is no
		// reason to give any up.
		return nil, unreachable(err)
	}
	return c, nil
}

// unreachable is the Error of a session that could not be begun.
func unreachable(err error) error {
	var reply *textproto.Error
	if errors.As(err, &reply) {
		return &Error{Kind: Unreachable, Step: "connect", Code: reply.Code}
	}
	return &Error{Kind: Unreachable, Step: "connect", Err: err}
}

// greet begins a session on a connection.
func (s *Sender) greet(c *connection) (err error) {
	if c.client, err = smtp.NewClient(c.conn, s.server.host); err != nil {
		return fmt.Errorf("greeting: %w", bare(err))
	}
	// Addresses beyond ASCII are not what mails of this platform are sent to, and
	// who asks for the extension without need may not be relayed.
	c.client.SkipSMTPUTF8(true)
	if err := c.client.Hello(s.domain); err != nil {
		return fmt.Errorf("EHLO: %w", bare(err))
	}
	encrypted := s.server.implicit
	if !s.server.implicit && !s.server.plain {
		if offered, _ := c.client.Extension("STARTTLS"); !offered {
			return errNoTLS
		}
		if err := c.client.StartTLS(s.tls); err != nil {
			return fmt.Errorf("STARTTLS: %w", bare(err))
		}
		encrypted = true
	}
	if s.server.user == nil {
		return nil
	}
	method, err := s.login(c.client, encrypted)
	if err != nil {
		return err
	}
	if err := c.client.Auth(method); err != nil {
		return fmt.Errorf("AUTH: %w", bare(err))
	}
	return nil
}

var (
	errNoTLS   = errors.New("the server does not offer STARTTLS, without which nothing is sent")
	errNoLogin = errors.New("the server offers no way to log in that is known here (SCRAM-SHA-256, PLAIN, LOGIN)")
	errAddress = errors.New("the receiver's address is invalid")
)

// login picks the best of the methods that the server offers. Passwords are not
// sent in clear, except to this machine.
func (s *Sender) login(client *smtp.Client, encrypted bool) (smtp.Auth, error) {
	_, offered := client.Extension("AUTH")
	methods := strings.Fields(strings.ToUpper(offered))
	name := s.server.user.Username()
	password, _ := s.server.user.Password()
	switch {
	case slices.Contains(methods, "SCRAM-SHA-256"):
		return smtp.ScramSHA256Auth(name, password), nil
	case slices.Contains(methods, "PLAIN"):
		return smtp.PlainAuth("", name, password, s.server.host, encrypted || s.server.plain), nil
	case slices.Contains(methods, "LOGIN"):
		return smtp.LoginAuth(name, password, s.server.host, encrypted || s.server.plain), nil
	}
	return nil, errNoLogin
}

// watch closes the connection when ctx ends, so that nobody waits for a server that
// says nothing. The result ends it, and reports whether the connection is still open.
func (c *connection) watch(ctx context.Context) (end func() bool) {
	return context.AfterFunc(ctx, func() { _ = c.conn.Close() })
}

// stepMail is the step before which the server knows nothing of a message.
const stepMail = "MAIL"

// send hands a message over. After an error that is not the server's answer the
// connection is of no use any more.
func (c *connection) send(from, to string, message *gomail.Msg) error {
	if err := c.client.Mail("<" + from + ">"); err != nil {
		// What is wrong with the sender is wrong with all mails, and can be mended.
		return answer(stepMail, err, Deferred, Unreachable)
	}
	if err := c.client.Rcpt(to); err != nil {
		return answer("RCPT", err, Refused, Unreachable)
	}
	body, err := c.client.Data()
	if err != nil {
		return answer("DATA", err, Refused, Unreachable)
	}
	if _, err := message.WriteTo(body); err != nil {
		// The end was not sent: the server cannot take what it has.
		return answer("the content", err, Deferred, Unreachable)
	}
	if err := body.Close(); err != nil {
		return answer("the end of the content", err, Refused, Lost)
	}
	c.mails++
	return nil
}

// alive asks a session that was idle whether the server is still there. One that was
// used a moment ago is not asked: MAIL tells as well.
func (c *connection) alive() bool {
	if time.Since(c.usedAt) < trusted {
		return true
	}
	if c.conn.SetDeadline(time.Now().Add(goodbye)) != nil || c.client.Noop() != nil {
		return false
	}
	return c.conn.SetDeadline(time.Time{}) == nil
}

// trusted is how long after a mail nobody asks whether the server is still there.
const trusted = time.Second

// reset makes the connection ready for the next mail after one that was not taken.
func (c *connection) reset() bool { return c.client.Reset() == nil }

// close ends the session. The server has a moment to say goodbye.
func (c *connection) close() {
	if c.conn.SetDeadline(time.Now().Add(goodbye)) == nil {
		_ = c.client.Quit() // closed below, whatever it says
	}
	_ = c.conn.Close()
}

// goodbye is how long a server has for an answer that does not matter: to QUIT, and
// to whether it is there, instead of which a new session is begun.
const goodbye = 500 * time.Millisecond
