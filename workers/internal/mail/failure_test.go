package mail

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/weftql/weft/workers/internal/mail/mailtest"
)

// TestSendTellsWhatIsKnownOfAMessage fails in every way, one after the other in the
// same Sender, and lets somebody else's mail through after each.
func TestSendTellsWhatIsKnownOfAMessage(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t, nil)
	s := newSender(t, Config{URL: "smtp://" + server.Address, Timeout: 500 * time.Millisecond})
	taken := 0
	for _, c := range []struct {
		name string
		kind Kind
		code int
	}{
		{"nobody", Refused, 550},
		{"busy", Deferred, 451},
		{"leaving", Unreachable, 421},
		{"full", Refused, 550},
		{"later", Deferred, 451},
		{"gone", Lost, 0},
		{"silent", Lost, 0},
		{"not an address", Refused, 0},
	} {
		err := s.Send(t.Context(), to(c.name))
		var failed *Error
		if !errors.As(err, &failed) || failed.Kind != c.kind || failed.Code != c.code {
			t.Errorf("%s: %v is %+v, want kind %d and code %d", c.name, err, failed, c.kind, c.code)
			continue
		}
		if unanswered := c.kind == Unreachable || c.kind == Lost; IsUnanswered(err) != unanswered || IsUnasked(err) {
			t.Errorf("%s: IsUnanswered is %t, IsUnasked %t", c.name, IsUnanswered(err), IsUnasked(err))
		}
		if strings.Contains(err.Error(), "@") || strings.Contains(err.Error(), c.name) {
			t.Errorf("%s: the error tells the receiver, or the server's words: %v", c.name, err)
		}
		if err := s.Send(t.Context(), to("ann")); err != nil {
			t.Errorf("after %s: %v", c.name, err)
		}
		taken++
	}
	if _, mails := server.Counts(); mails != taken {
		t.Errorf("%d mails were taken, want %d", mails, taken)
	}
}

// TestASenderThatIsRefusedLosesNoMail has a server that does not know our own
// address: that is not the reader's fault, and can be mended.
func TestASenderThatIsRefusedLosesNoMail(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t, nil)
	s := newSender(t, Config{URL: "smtp://" + server.Address, From: "stranger@weft.test"})
	var failed *Error
	if err := s.Send(t.Context(), to("ann")); !errors.As(err, &failed) || failed.Kind != Deferred || failed.Code != 550 {
		t.Errorf("%v", err)
	}
}

// talk is a server that says its lines, one to each line that it hears, and then
// nothing.
func talk(t *testing.T, lines ...string) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = conn.Close() })
			buffer := make([]byte, 4096)
			for i, line := range lines {
				if i > 0 {
					if _, err := conn.Read(buffer); err != nil {
						break
					}
				}
				if _, err := conn.Write([]byte(line + "\r\n")); err != nil {
					break
				}
			}
		}
	}()
	return listener.Addr().String()
}

// TestSendWaitsForNoServerForEver meets servers that fall silent, each a step later.
func TestSendWaitsForNoServerForEver(t *testing.T) {
	t.Parallel()
	hello, ok := "250 mail.test", "250 ok"
	for _, c := range []struct {
		name  string
		lines []string
		kind  Kind
	}{
		{"at once", nil, Unreachable},
		{"after the greeting", []string{"220 mail.test"}, Unreachable},
		{"after EHLO", []string{"220 mail.test", hello}, Unreachable},
		{"after MAIL", []string{"220 mail.test", hello, ok}, Unreachable},
		{"after RCPT", []string{"220 mail.test", hello, ok, ok}, Unreachable},
		{"after DATA", []string{"220 mail.test", hello, ok, ok, "354 go on"}, Lost},
		{"with a malformed answer", []string{"220 mail.test", hello, "ann@example.test!"}, Unreachable},
		{"with another greeting", []string{"554 ann@example.test is not welcome"}, Unreachable},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newSender(t, Config{URL: "smtp://" + talk(t, c.lines...), Timeout: 200 * time.Millisecond})
			begun := time.Now()
			err := s.Send(t.Context(), to("ann"))
			var failed *Error
			if !errors.As(err, &failed) || failed.Kind != c.kind || IsUnasked(err) || strings.Contains(err.Error(), "@") {
				t.Errorf("%v is %+v, want kind %d", err, failed, c.kind)
			}
			if took := time.Since(begun); took > 3*time.Second {
				t.Errorf("that took %s", took)
			}
		})
	}
	t.Run("nobody listens", func(t *testing.T) {
		t.Parallel()
		err := newSender(t, Config{URL: "smtp://127.0.0.1:1"}).Send(t.Context(), to("ann"))
		var failed *Error
		if !errors.As(err, &failed) || failed.Kind != Unreachable {
			t.Errorf("%v", err)
		}
	})
}

// TestSendEndsWithItsContext is what a worker does that stops: it says nothing about
// the server.
func TestSendEndsWithItsContext(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t, nil)
	s := newSender(t, Config{URL: "smtp://" + server.Address})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-server.Heard
		cancel()
	}()
	err := s.Send(ctx, to("silent"))
	var failed *Error
	if !errors.As(err, &failed) || failed.Kind != Lost || !errors.Is(err, context.Canceled) || !IsUnasked(err) {
		t.Errorf("%v", err)
	}
}

func TestNobodyWaitsForAConnectionForEver(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t, nil)
	s := newSender(t, Config{URL: "smtp://" + server.Address, Connections: 1})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Send(ctx, to("silent")) }()
	<-server.Heard
	short, done := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer done()
	err := s.Send(short, to("ann"))
	var failed *Error
	if !errors.As(err, &failed) || failed.Kind != Busy || !IsUnasked(err) {
		t.Errorf("%v", err)
	}
	cancel()
	<-ended
	if err := s.Send(t.Context(), to("ann")); err != nil {
		t.Errorf("when the connection is free again: %v", err)
	}
}
