package mail

import (
	"testing"
	"time"
)

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
