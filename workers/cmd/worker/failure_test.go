package main

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/postgres/postgrestest"
	userspostgres "github.com/weftql/weft/subgraphs/users/postgres"
)

// getHealth asks the worker how it is.
func getHealth(t *testing.T, address string) (code int, text string) {
	t.Helper()
	response, err := http.Get("http://" + address + "/health")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, strings.TrimSpace(string(body))
}

// awaitHealth returns when the worker says want of itself.
func awaitHealth(t *testing.T, address, want string) {
	t.Helper()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	patience := time.After(30 * time.Second)
	for {
		code, text := getHealth(t, address)
		if strings.Contains(text, want) {
			return
		}
		select {
		case <-look.C:
		case <-patience:
			t.Fatalf("health %d %s, want %s", code, text, want)
		}
	}
}

// TestDatabaseGoesAway starts the worker before one of its databases, and stops and
// starts that again: the worker says so, and goes on with jobs by itself.
func TestDatabaseGoesAway(t *testing.T) {
	t.Parallel()
	server := postgrestest.NewServer(t)
	url := server.Database(t, "users", func(ctx context.Context, url string) error {
		return userspostgres.Migrate(ctx, url, slog.New(slog.DiscardHandler))
	})
	pool, err := postgres.Open(t.Context(), postgres.Config{URL: url, Name: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	server.Stop(t)
	smtpURL, received := serveInbox(t)
	address := startWorker(t, "USERS_DATABASE_URL="+url, "TODOS_DATABASE_URL="+todosDatabases.Database(t), "SMTP_URL="+smtpURL, "MAIL_FROM=Weft <no-reply@weft.test>")
	arrives := func(email string) {
		t.Helper()
		addUser(t, pool, email, "Somebody", true)
		select {
		case text := <-received:
			if !strings.Contains(text, email) {
				t.Errorf("want a mail to %s:\n%s", email, text)
			}
		case <-time.After(60 * time.Second):
			t.Fatalf("no mail to %s", email)
		}
	}
	const usersDown = `{"status":"DOWN","databases":{"todos":"UP","users":"DOWN: it does not answer"}}`
	awaitHealth(t, address, usersDown)
	server.Start(t)
	pool.Reset() // the test's own connections
	arrives("before@example.test")
	awaitHealth(t, address, `{"status":"UP"`)
	server.Stop(t)
	if code, text := getHealth(t, address); code != http.StatusServiceUnavailable || text != usersDown {
		t.Errorf("health %d %s without a database", code, text)
	}
	server.Start(t)
	pool.Reset()
	arrives("after@example.test")
	awaitHealth(t, address, `{"status":"UP"`)
}
