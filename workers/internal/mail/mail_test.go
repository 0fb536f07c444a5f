package mail

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	netmail "net/mail"
	"strings"
	"testing"

	"github.com/weftql/weft/workers/internal/mail/mailtest"

	"github.com/google/go-cmp/cmp"
)

func TestSendDelivers(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t, nil)
	s := newSender(t, Config{URL: "smtp://" + server.Address})
	err := s.Send(t.Context(), Message{
		ID: "welcome/usr_1/2026-01-02T03:05:00Z", To: "ann@example.test", ToName: "Ann שלום", Subject: "Welcome, Ann שלום",
		Text: "Hi Ann,\n\nwelcome.\n", HTML: "<p>welcome, <b>Ann</b></p>", Unsubscribe: "https://example.com/unsubscribe?token=x",
	})
	if err != nil {
		t.Fatal(err)
	}
	message, err := netmail.ReadMessage(strings.NewReader(<-server.Received))
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
		"Message-Id":            "<welcome.usr_1.2026-01-02T03-05-00Z@weft.test>",
		"Auto-Submitted":        "auto-generated",
		"List-Unsubscribe":      "<https://example.com/unsubscribe?token=x>",
		"List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
		"From":                  `"Weft" <no-reply@weft.test>`,
		"User-Agent":            "", "X-Mailer": "", // they would tell the library's version
	} {
		if got := message.Header.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	kind, parameters, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("%s, %v", kind, err)
	}
	parts := multipart.NewReader(message.Body, parameters["boundary"])
	// The last one is the best (RFC 2046 §5.1.4).
	for _, want := range [][2]string{{"text/plain; charset=UTF-8", "Hi Ann,\r\n\r\nwelcome.\r\n"}, {"text/html; charset=UTF-8", "<p>welcome, <b>Ann</b></p>"}} {
		part, err := parts.NextPart() // undoes quoted-printable
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(part)
		if got := part.Header.Get("Content-Type"); err != nil || got != want[0] || strings.TrimSpace(string(body)) != strings.TrimSpace(want[1]) {
			t.Errorf("%s: %q, %v", got, body, err)
		}
	}
	if _, err := parts.NextPart(); !errors.Is(err, io.EOF) {
		t.Errorf("there is another part, %v", err)
	}
}

// TestSendHasNoHeadersThatAreNotAskedFor sends a mail that has to be sent, and one
// whose parts try to be headers.
func TestSendHasNoHeadersThatAreNotAskedFor(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t, nil)
	s := newSender(t, Config{URL: "smtp://" + server.Address})
	hostile := "x\r\nBcc: eve@example.test"
	err := s.Send(t.Context(), Message{ID: hostile, To: "ann@example.test", ToName: hostile, Subject: hostile, Text: "t"})
	if err != nil {
		t.Fatal(err)
	}
	message, err := netmail.ReadMessage(strings.NewReader(<-server.Received))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Bcc", "List-Unsubscribe", "List-Unsubscribe-Post"} {
		if got := message.Header.Get(name); got != "" {
			t.Errorf("%s: %q", name, got)
		}
	}
	if err := s.Send(t.Context(), Message{ID: "1", To: "ann@example.test\r\nRCPT TO:<eve@example.test>", Text: "t"}); err == nil {
		t.Error("an address with another command is an address")
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
