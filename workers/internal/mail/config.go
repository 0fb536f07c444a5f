package mail

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"net/url"
	"strconv"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// Config configures a Sender.
type Config struct {
	// URL names the server: "smtp://host:port" (STARTTLS) or
	// "smtps://host:port" (TLS from the start), with "user:password@" where the
	// server wants a login. The port defaults to 587 or 465. TLS is mandatory,
	// except to a loopback address, where a development server listens.
	URL string
	// From is the sender, "Name <address>".
	From string
	// Timeout bounds one delivery, from connecting to the server's last answer.
	// Defaults to 15 seconds.
	Timeout time.Duration
}

// server is what a Config's URL says.
type server struct {
	host     string
	port     int
	implicit bool // TLS from the start
	plain    bool // no TLS at all
	user     *url.Userinfo
}

func parseURL(text string) (server, error) {
	// An url.Error would repeat the text, which may hold a password.
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || (u.Scheme != "smtp" && u.Scheme != "smtps") {
		return server{}, errors.New("mail: the SMTP URL has to be smtp://host:port or smtps://host:port")
	}
	s := server{host: u.Hostname(), implicit: u.Scheme == "smtps", user: u.User}
	standard := "587"
	if s.implicit {
		standard = "465"
	}
	if s.port, err = strconv.Atoi(cmp.Or(u.Port(), standard)); err != nil {
		return server{}, fmt.Errorf("mail: port %q of the SMTP URL is not a number", u.Port())
	}
	ip := net.ParseIP(s.host)
	s.plain = !s.implicit && (s.host == "localhost" || ip != nil && ip.IsLoopback())
	return s, nil
}

// options gives the SMTP library what the server needs.
func (s server) options(timeout time.Duration, domain string) []gomail.Option {
	options := []gomail.Option{gomail.WithPort(s.port), gomail.WithTimeout(timeout), gomail.WithHELO(domain)}
	switch {
	case s.implicit:
		options = append(options, gomail.WithSSL())
	case s.plain:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if s.user != nil {
		password, _ := s.user.Password()
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover),
			gomail.WithUsername(s.user.Username()), gomail.WithPassword(password))
	}
	return options
}

// dial connects to address and closes the connection when ctx ends: the SMTP
// library itself would wait for the server's answer until its own timeout.
func (s server) dial(ctx context.Context, address string) (net.Conn, error) {
	var dialer interface {
		DialContext(ctx context.Context, network, address string) (net.Conn, error)
	} = &net.Dialer{}
	if s.implicit {
		dialer = &tls.Dialer{Config: &tls.Config{ServerName: s.host, MinVersion: tls.VersionTLS12}}
	}
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, func() { conn.Close() })
	return conn, nil
}

// parseFrom splits a sender into its address and that address's domain.
func parseFrom(text string) (from *netmail.Address, domain string, err error) {
	from, err = netmail.ParseAddress(text)
	if err != nil {
		return nil, "", fmt.Errorf("mail: sender %q: %w", text, err)
	}
	for i := len(from.Address) - 1; i >= 0; i-- {
		if from.Address[i] == '@' {
			return from, from.Address[i+1:], nil
		}
	}
	return nil, "", fmt.Errorf("mail: sender %q has no domain", text)
}
