package mail

import (
	"cmp"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"net/url"
	"strconv"
	"time"
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
	// Connections bounds the sessions with the server at the same time. Whoever comes
	// when all are in use waits. Defaults to 10.
	Connections int
	// IdleTime is how long a session is kept for the next mail. Defaults to 10
	// seconds: servers end idle sessions after a minute or more.
	IdleTime time.Duration
	// MailsPerConnection is after how many mails a session is ended, so that a server
	// behind a balancer gets its share. Defaults to 100.
	MailsPerConnection int
	// RootCAs are the authorities for the server's certificate. Defaults to those of
	// the machine.
	RootCAs *x509.CertPool
}

// withDefaults returns a copy of c with every unset field filled in.
func (c Config) withDefaults() Config {
	c.Timeout = cmp.Or(c.Timeout, 15*time.Second)
	c.Connections = cmp.Or(c.Connections, 10)
	c.IdleTime = cmp.Or(c.IdleTime, 10*time.Second)
	c.MailsPerConnection = cmp.Or(c.MailsPerConnection, 100)
	return c
}

func (c Config) validate() error {
	if c.Timeout < 0 || c.IdleTime < 0 || c.Connections < 0 || c.MailsPerConnection < 0 {
		return errors.New("mail: Timeout, IdleTime, Connections and MailsPerConnection cannot be negative")
	}
	return nil
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
