package postgres_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/postgres/postgrestest"
)

// one makes a database with a table of one row.
func one(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, `create table t (n int); insert into t values (1)`)
	return errors.Join(err, conn.Close(ctx))
}

// replicated opens a database with its replica until the test ends.
func replicated(t *testing.T, cfg postgres.ReplicatedConfig) *postgres.Replicated {
	t.Helper()
	cfg.Primary.Name = "test"
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	db, err := postgres.OpenReplicated(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

// rows counts the rows of the table in both ways of asking.
func rows(t *testing.T, ctx context.Context, db postgres.Pool) int {
	t.Helper()
	var n int
	if err := db.QueryRow(ctx, `select count(*) from t`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	result, err := db.Query(ctx, `select n from t`)
	if err != nil {
		t.Fatal(err)
	}
	all, err := pgx.CollectRows(result, pgx.RowTo[int])
	if err != nil || len(all) != n {
		t.Fatalf("%d rows, %d counted, %v", len(all), n, err)
	}
	return n
}

// TestReadsFromTheStandby has a standby that lags, so that it shows who answers.
func TestReadsFromTheStandby(t *testing.T) {
	t.Parallel()
	primary := postgrestest.NewServer(t)
	url := primary.Database(t, "one", one)
	standby := primary.Standby(t)
	standby.CatchUp(t, primary)
	standby.Pause(t)
	var log bytes.Buffer
	db := replicated(t, postgres.ReplicatedConfig{
		Primary: postgres.Config{URL: url}, ReplicaURL: standby.URL(t, "one"),
		RetryAfter: time.Nanosecond, Logger: slog.New(slog.NewTextHandler(&log, nil)),
	})
	reads := db.Reads(t.Context())
	// Writes go to the primary, whatever the context allows.
	if _, err := db.Exec(reads, `insert into t values (2)`); err != nil {
		t.Fatal(err)
	}
	err := postgres.InTx(reads, db, func(tx pgx.Tx) error {
		if _, err := tx.Exec(reads, `insert into t values (3)`); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRow(reads, `select count(*) from t`).Scan(&n); err != nil || n != 3 {
			t.Errorf("a transaction sees %d rows, %v", n, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	batch := &pgx.Batch{}
	batch.Queue(`insert into t values (4)`)
	if err := db.SendBatch(reads, batch).Close(); err != nil {
		t.Fatal(err)
	}
	if n := rows(t, t.Context(), db); n != 4 {
		t.Errorf("%d rows on the primary, want 4", n)
	}
	if n := rows(t, reads, db); n != 1 {
		t.Errorf("%d rows where the standby may answer, want its 1", n)
	}
	standby.Resume(t, primary)
	if n := rows(t, reads, db); n != 4 {
		t.Errorf("%d rows on the standby that has caught up", n)
	}
	if log.Len() > 0 {
		t.Errorf("log:\n%s", &log)
	}

	// A mistake is nobody's failure, and no row is an answer.
	if err := db.QueryRow(reads, `select nothing`).Scan(new(int)); err == nil {
		t.Error("a wrong statement is answered")
	}
	if err := db.QueryRow(reads, `select n from t where n = 5`).Scan(new(int)); !errors.Is(err, pgx.ErrNoRows) {
		t.Errorf("error %v", err)
	}
	if log.Len() > 0 {
		t.Errorf("log:\n%s", &log)
	}

	// Without the standby the primary answers, and it is said once.
	standby.Stop(t)
	result, err := db.Query(reads, `select n from t`) // by a connection that was there
	if err != nil {
		t.Fatal(err)
	}
	if all, err := pgx.CollectRows(result, pgx.RowTo[int]); err != nil || len(all) != 4 {
		t.Errorf("rows %v, %v", all, err)
	}
	for range 3 {
		if n := rows(t, reads, db); n != 4 {
			t.Errorf("%d rows without the standby", n)
		}
	}
	if text := log.String(); strings.Count(text, "\n") != 1 || !strings.Contains(text, "the replica does not answer") {
		t.Errorf("log:\n%s", text)
	}
	log.Reset()
	standby.Start(t)
	standby.CatchUp(t, primary)
	standby.Pause(t)
	if _, err := db.Exec(t.Context(), `insert into t values (5)`); err != nil {
		t.Fatal(err)
	}
	if n := rows(t, reads, db); n != 4 {
		t.Errorf("%d rows on the standby that is back, want its 4", n)
	}
	if text := log.String(); strings.Count(text, "\n") != 1 || !strings.Contains(text, "the replica answers again") {
		t.Errorf("log:\n%s", text)
	}
	if n := db.AcquiredConns(); n != 0 {
		t.Errorf("%d connections are not given back", n)
	}
}

func TestStartsWithoutTheStandby(t *testing.T) {
	t.Parallel()
	url := databases.Database(t)
	if err := one(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	db := replicated(t, postgres.ReplicatedConfig{
		Primary: postgres.Config{URL: url}, ReplicaURL: "postgres://weft:hunter2@" + nobody(t) + "/one?sslmode=disable",
		RetryAfter: time.Hour, Logger: slog.New(slog.NewTextHandler(&log, nil)),
	})
	if n := rows(t, db.Reads(t.Context()), db); n != 1 {
		t.Errorf("%d rows", n)
	}
	if err := db.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	if text := log.String(); strings.Count(text, "\n") != 1 || !strings.Contains(text, "the replica does not answer") || strings.Contains(text, "hunter2") {
		t.Errorf("log:\n%s", text)
	}
}

func TestWithoutAReplica(t *testing.T) {
	t.Parallel()
	url := databases.Database(t)
	if err := one(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	db := replicated(t, postgres.ReplicatedConfig{Primary: postgres.Config{URL: url}})
	if ctx := db.Reads(t.Context()); ctx != t.Context() {
		t.Error("there is a choice where there is no replica")
	}
	if n := rows(t, postgres.WithReplica(t.Context()), db); n != 1 {
		t.Errorf("%d rows", n)
	}
}

func TestOpenReplicatedRefuses(t *testing.T) {
	t.Parallel()
	good := postgres.ReplicatedConfig{
		Primary: postgres.Config{URL: databases.Database(t), Name: "test"}, Logger: slog.New(slog.DiscardHandler),
	}
	for name, change := range map[string]func(*postgres.ReplicatedConfig){
		"no primary": func(c *postgres.ReplicatedConfig) { c.Primary.URL = "" }, "no logger": func(c *postgres.ReplicatedConfig) { c.Logger = nil },
		"a broken URL":     func(c *postgres.ReplicatedConfig) { c.ReplicaURL = "postgres://user:hunter2@127.0.0.1:port/x" },
		"a negative time":  func(c *postgres.ReplicatedConfig) { c.RetryAfter = -1 },
		"nobody there":     func(c *postgres.ReplicatedConfig) { c.Primary.URL = "postgres://" + nobody(t) + "/x" },
		"a negative bound": func(c *postgres.ReplicatedConfig) { c.Primary.MaxConns = -1 },
	} {
		cfg := good
		change(&cfg)
		db, err := postgres.OpenReplicated(t.Context(), cfg)
		if err == nil {
			db.Close()
			t.Errorf("%s is accepted", name)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the error tells the password: %v", name, err)
		}
	}
}
