package main

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/postgres/postgrestest"
)

// leader returns the id of the River client that leads, "" if none does.
func leader(ctx context.Context, pool *pgxpool.Pool) (id string, err error) {
	err = pool.QueryRow(ctx, `select coalesce((select leader_id from river.river_leader where expires_at > now()), '')`).Scan(&id)
	return id, err
}

// awaitLeader returns who leads, once it is somebody else than before.
func awaitLeader(t *testing.T, pool *pgxpool.Pool, before string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	for {
		id, err := leader(ctx, pool)
		if err != nil {
			t.Fatalf("nobody leads but %q: %v", before, err)
		}
		if id != "" && id != before {
			return id
		}
		if _, err := pool.Exec(ctx, "select pg_sleep(0.05)"); err != nil {
			t.Fatalf("nobody leads but %q: %v", before, err)
		}
	}
}

// TestWorkerRunsThroughAPooler has accounts written and their mails sent through
// PgBouncer in transaction mode, and the leader go and another take its place.
func TestWorkerRunsThroughAPooler(t *testing.T) {
	t.Parallel()
	direct, _ := openUsers(t)
	const mode = "&default_query_exec_mode=cache_describe"
	users := postgrestest.Pooler(t, direct, "") + mode
	todos := postgrestest.Pooler(t, todosDatabases.Database(t), "") + mode
	pool, err := postgres.Open(t.Context(), postgres.Config{URL: users, Name: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	smtpURL, received := serveInbox(t)
	settings := append(environment(users, todos, smtpURL), "WORKER_POLL_ONLY=1")
	var first string
	t.Run("the first worker", func(t *testing.T) {
		startWorker(t, settings...)
		first = awaitLeader(t, pool, "")
	})
	startWorker(t, settings...) // the first has stopped
	second := awaitLeader(t, pool, first)

	const n = 40
	var adding sync.WaitGroup
	for i := range n {
		adding.Go(func() { addUser(t, pool, fmt.Sprintf("user%d@example.test", i), "Somebody", true) })
	}
	for range n {
		select {
		case <-received:
		case <-time.After(60 * time.Second):
			t.Fatal("not every mail came")
		}
	}
	adding.Wait()
	if now, err := leader(t.Context(), pool); err != nil || now != second {
		t.Errorf("%q leads instead of %q, %v", now, second, err)
	}
}
