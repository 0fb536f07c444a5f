package mail

import (
	"context"
	"errors"
	"io"
	"net"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"
)

// backend is a real SMTP server's script: it refuses some receivers and keeps
// what the others get.
type backend struct{ received chan string }

func (b backend) NewSession(*smtp.Conn) (smtp.Session, error) { return session{b}, nil }

type session struct{ backend backend }

func (s session) Mail(string, *smtp.MailOptions) error { return nil }
func (s session) Reset()                               {}
func (s session) Logout() error                        { return nil }

func (s session) Rcpt(to string, _ *smtp.RcptOptions) error {
	switch {
	case strings.HasPrefix(to, "nobody@"):
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
	case strings.HasPrefix(to, "busy@"):
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "try later"}
	}
	return nil
}

func (s session) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	s.backend.received <- string(text)
	return err
}

// serve starts an SMTP server and returns a sender for it.
func serve(t *testing.T) (*Sender, chan string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	received := make(chan string, 1)
	server := smtp.NewServer(backend{received})
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	t.Cleanup(func() {
		server.Close()
		<-ended
	})
	return sender(t, "smtp://"+listener.Addr().String()), received
}

// refused reports whether err is for good.
func refused(err error) bool {
	var failed *Error
	return errors.As(err, &failed) && failed.Kind == Refused
}

func sender(t *testing.T, url string) *Sender {
	t.Helper()
	s, err := NewSender(Config{URL: url, From: "Weft <no-reply@weft.test>", Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func TestSendDelivers(t *testing.T) {
	t.Parallel()
	s, received := serve(t)
	err := s.Send(t.Context(), Message{ID: "welcome-1", To: "ann@example.test", ToName: "Ann שלום", Subject: "Welcome, Ann שלום", Text: "Hi Ann,\n\nwelcome.\n"})
	if err != nil {
		t.Fatal(err)
	}
	message, err := netmail.ReadMessage(strings.NewReader(<-received))
	if err != nil {
		t.Fatal(err)
	}
	to, err := message.Header.AddressList("To")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]*netmail.Address{{Name: "Ann שלום", Address: "ann@example.test"}}, to); diff != "" {
		t.Errorf("To (-want +got):\n%s", diff)
	}
	for name, want := range map[string]string{
		"Message-Id": "<welcome-1@weft.test>",
		"From":       `"Weft" <no-reply@weft.test>`,
		"User-Agent": "", "X-Mailer": "", // they would tell the library's version
	} {
		if got := message.Header.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	body, err := io.ReadAll(message.Body)
	if err != nil || !strings.Contains(string(body), "welcome.") {
		t.Errorf("body %q, %v", body, err)
	}
}

func TestSendTellsFinalFromPassingFailures(t *testing.T) {
	t.Parallel()
	s, _ := serve(t)
	for _, c := range []struct {
		name  string
		to    string
		final bool
	}{
		{"unknown receiver", "nobody@example.test", true},
		{"busy server", "busy@example.test", false},
		{"no address at all", "not an address", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := s.Send(t.Context(), Message{ID: "1", To: c.to, Subject: "s", Text: "t"})
			if err == nil || refused(err) != c.final {
				t.Errorf("got %v, want final=%t", err, c.final)
			}
			if err != nil && strings.Contains(err.Error(), c.to) {
				t.Errorf("the error shows the receiver: %v", err)
			}
		})
	}
}

func TestSendEndsWithItsContextAndWithoutAServer(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0") // accepts, and says nothing
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { silent.Close() })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := sender(t, "smtp://"+silent.Addr().String()).Send(ctx, Message{ID: "1", To: "a@b.test"}); err == nil {
		t.Error("a server that says nothing took the message")
	}
	if err := sender(t, "smtp://127.0.0.1:1").Send(t.Context(), Message{ID: "1", To: "a@b.test"}); err == nil || refused(err) {
		t.Errorf("no server: got %v, want an error that is not final", err)
	}
}

func TestNewSenderRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, url, from, want string }{
		{"no URL", "", "a@b.test", "smtp://host:port"},
		{"another scheme", "http://user:secret@mail.test", "a@b.test", "smtp://host:port"},
		{"a port that is no number", "smtp://user:secret@mail.test:x", "a@b.test", "smtp://host:port"},
		{"no sender", "smtp://mail.test", "", "sender"},
		{"a sender without a domain", "smtp://mail.test", "ann", "sender"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := NewSender(Config{URL: c.url, From: c.from})
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("got %v, want %q in it and no password", err, c.want)
			}
		})
	}
}

func TestTLSIsMandatoryOutsideOfThisMachine(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]server{
		"smtp://127.0.0.1:1025":   {host: "127.0.0.1", port: 1025, plain: true},
		"smtp://localhost:1025":   {host: "localhost", port: 1025, plain: true},
		"smtp://[::1]":            {host: "::1", port: 587, plain: true},
		"smtp://mail.example.com": {host: "mail.example.com", port: 587},
		"smtps://mail.test":       {host: "mail.test", port: 465, implicit: true},
	} {
		got, err := parseURL(url)
		if err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("%s: got %+v, want %+v", url, got, want)
		}
	}
}
