package main

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/postgres/postgrestest"
	userspostgres "github.com/weftql/weft/subgraphs/users/postgres"
)

// TestDatabaseGoesAway stops the server of the database and starts it again: the
// worker says so, and goes on with jobs by itself.
func TestDatabaseGoesAway(t *testing.T) {
	t.Parallel()
	database := postgrestest.NewServer(t)
	url := database.Database(t, "users", func(ctx context.Context, url string) error {
		return userspostgres.Migrate(ctx, url, slog.New(slog.DiscardHandler))
	})
	pool, err := postgres.Open(t.Context(), postgres.Config{URL: url, Name: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	smtpURL, received := serveInbox(t)
	address := startWorker(t, "USERS_DATABASE_URL="+url, "SMTP_URL="+smtpURL, "MAIL_FROM=Weft <no-reply@weft.test>")
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
	health := func() int {
		t.Helper()
		response, err := http.Get("http://" + address + "/health")
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		return response.StatusCode
	}
	arrives("before@example.test")
	if code := health(); code != http.StatusOK {
		t.Errorf("health %d with a database", code)
	}
	database.Stop(t)
	if code := health(); code != http.StatusServiceUnavailable {
		t.Errorf("health %d without a database", code)
	}
	database.Start(t)
	pool.Reset() // the test's own connections
	arrives("after@example.test")
	if code := health(); code != http.StatusOK {
		t.Errorf("health %d when the database is back", code)
	}
}
