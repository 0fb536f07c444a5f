package main

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestPublicPagesAreServedBeside asks both listeners for what the other one has, and
// ends them.
func TestPublicPagesAreServedBeside(t *testing.T) {
	t.Parallel()
	environment := environment(t, databases.Database(t))
	if status, output := run(environment, "migrate"); status != 0 {
		t.Fatal(output)
	}
	at, _, stop := startAll(t, environment)
	for _, c := range []struct {
		listener, path string
		status         int
		text           string
	}{
		{"public pages", "/verify?token=x", http.StatusGone, "This link does not work any more"},
		{"public pages", "/unsubscribe?token=x", http.StatusGone, "This link does not work any more"},
		{"public pages", "/graphql", http.StatusNotFound, "There is no such page"},
		{"public pages", "/.well-known/jwks.json", http.StatusNotFound, "There is no such page"},
		{"", "/verify", http.StatusNotFound, ""},
		{"", "/.well-known/jwks.json", http.StatusOK, "keys"},
	} {
		response, err := http.Get("http://" + at[c.listener] + c.path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != c.status || !strings.Contains(string(body), c.text) {
			t.Errorf("%s%s: %s %s, %v", c.listener, c.path, response.Status, body, err)
		}
	}
	stop()
	for name, address := range at {
		if conn, err := net.Dial("tcp", address); err == nil {
			conn.Close()
			t.Errorf("%q listens still", name)
		}
	}
}

// TestListenEndsAsAWhole takes an address that somebody else has.
func TestListenEndsAsAWhole(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	err = listen(ctx, slog.New(slog.DiscardHandler),
		listener{addr: "127.0.0.1:0", handler: http.NotFoundHandler()}, listener{name: "public pages", addr: taken.Addr().String(), handler: http.NotFoundHandler()})
	if err == nil || !strings.Contains(err.Error(), "in use") || ctx.Err() != nil {
		t.Errorf("error %v", err)
	}
}
