package postgres_test

import (
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/postgres/postgrestest"
)

const (
	cacheDescribe = "&default_query_exec_mode=cache_describe"
	execute       = "&default_query_exec_mode=exec"
	// settings are the startup parameters that PgBouncer has to be told to ignore.
	settings = "statement_timeout, lock_timeout, idle_in_transaction_session_timeout, random_page_cost, jit"
)

// TestJobsAreInsertedThroughAPooler inserts many jobs at the same time, each in a
// transaction, through fewer sessions.
func TestJobsAreInsertedThroughAPooler(t *testing.T) {
	t.Parallel()
	direct := databases.Database(t)
	if err := postgres.MigrateJobs(t.Context(), direct, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	url := postgrestest.Pooler(t, direct, "")
	jobs, err := river.NewClient(riverpgxv5.New(nil), &river.Config{Schema: postgres.JobSchema})
	if err != nil {
		t.Fatal(err)
	}
	const n = 200
	for _, mode := range []string{cacheDescribe, execute} {
		t.Run(mode, func(t *testing.T) {
			pool := open(t, postgres.Config{URL: url + mode, MaxConns: 50})
			var inserting sync.WaitGroup
			for range n {
				inserting.Go(func() {
					err := postgres.InTx(t.Context(), pool, func(tx pgx.Tx) error {
						_, err := jobs.InsertTx(t.Context(), tx, noArgs{}, &river.InsertOpts{Queue: "pooled", Tags: []string{"pooled"}})
						return err
					})
					if err != nil {
						t.Error(err)
					}
				})
			}
			inserting.Wait()
			var got int
			if err := pool.QueryRow(t.Context(), `with gone as (delete from river.river_job returning 1) select count(*) from gone`).Scan(&got); err != nil || got != n {
				t.Errorf("%d jobs of %d, %v", got, n, err)
			}
		})
	}
}

func TestWhatDoesNotWorkThroughAPoolerIsRefused(t *testing.T) {
	t.Parallel()
	direct := databases.Database(t)
	strict, lax := postgrestest.Pooler(t, direct, ""), postgrestest.Pooler(t, direct, settings)
	for _, c := range []struct{ name, url, want string }{
		{"prepared statements, where settings are refused", strict, "default_query_exec_mode=cache_describe"},
		{"prepared statements, where settings are ignored", lax, "default_query_exec_mode=cache_describe"},
		{"prepared statements that were asked for", lax + "&default_query_exec_mode=cache_statement", "default_query_exec_mode=cache_describe"},
		{"describing first", direct + "&default_query_exec_mode=describe_exec", "has to be cache_describe or exec"},
		{"the simple protocol", direct + "&default_query_exec_mode=simple_protocol", "has to be cache_describe or exec"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			pool, err := postgres.Open(t.Context(), postgres.Config{URL: c.url, Name: "test"})
			if err == nil {
				pool.Close()
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
	for _, url := range []string{strict + cacheDescribe, lax} {
		if err := postgres.MigrateJobs(t.Context(), url, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "the database's own address") {
			t.Errorf("migrations through a pooler: %v", err)
		}
	}
}
