package postgres_test

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/weftql/weft/subgraphs/internal/refusal"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/postgres/postgrestest"
)

// databases are empty ones.
var databases = postgrestest.New(func(context.Context, string) error { return nil })

func TestMain(m *testing.M) { os.Exit(databases.Main(m)) }

func open(t *testing.T, cfg postgres.Config) *pgxpool.Pool {
	t.Helper()
	cfg.Name = "test"
	if cfg.URL == "" {
		cfg.URL = databases.Database(t)
	}
	pool, err := postgres.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

func migrations() fs.FS {
	return fstest.MapFS{
		"migrations/00001_first.sql":  {Data: []byte("-- +goose Up\ncreate table first (n int);\n")},
		"migrations/00002_second.sql": {Data: []byte("-- +goose Up\ncreate table second (n int);\n")},
	}
}

// TestMigrateAtTheSameTime runs as many migrations as a service has replicas.
func TestMigrateAtTheSameTime(t *testing.T) {
	t.Parallel()
	url := databases.Database(t)
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() {
			if err := postgres.Migrate(t.Context(), url, migrations(), slog.New(slog.DiscardHandler)); err != nil {
				t.Error(err)
			}
		})
		group.Go(func() { // the worker's
			if err := postgres.MigrateJobs(t.Context(), url, slog.New(slog.DiscardHandler)); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	pool := open(t, postgres.Config{URL: url})
	if _, err := pool.Exec(t.Context(), `select 1 from first, second, river.river_job`); err != nil {
		t.Error(err)
	}
	if err := postgres.Migrated(t.Context(), pool, migrations()); err != nil {
		t.Error(err)
	}
	more := migrations().(fstest.MapFS)
	more["migrations/00003_third.sql"] = &fstest.MapFile{Data: []byte("-- +goose Up\ncreate table third (n int);\n")}
	if err := postgres.Migrated(t.Context(), pool, more); err == nil || !strings.Contains(err.Error(), "migrate") {
		t.Errorf("error %v, want advice to migrate", err)
	}
}

func TestMigrateReportsTheMigration(t *testing.T) {
	t.Parallel()
	url := databases.Database(t)
	broken := fstest.MapFS{"migrations/00001_broken.sql": {Data: []byte("-- +goose Up\ncreate tabel x ();\n")}}
	err := postgres.Migrate(t.Context(), url, broken, slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), "00001_broken.sql") {
		t.Errorf("error %v", err)
	}
	err = postgres.JobsMigrated(t.Context(), open(t, postgres.Config{URL: url}))
	if err == nil || !strings.Contains(err.Error(), "migrate") {
		t.Errorf("error %v, want advice to migrate", err)
	}
}

func TestInTx(t *testing.T) {
	t.Parallel()
	pool := open(t, postgres.Config{})
	if _, err := pool.Exec(t.Context(), `create table t (n int)`); err != nil {
		t.Fatal(err)
	}
	insert := func(tx pgx.Tx) {
		if _, err := tx.Exec(t.Context(), `insert into t values (1)`); err != nil {
			t.Error(err)
		}
	}
	trouble := errors.New("trouble")
	if err := postgres.InTx(t.Context(), pool, func(tx pgx.Tx) error { insert(tx); return trouble }); !errors.Is(err, trouble) {
		t.Errorf("error %v", err)
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic is gone")
			}
		}()
		_ = postgres.InTx(t.Context(), pool, func(tx pgx.Tx) error { insert(tx); panic("boom") })
	}()
	if err := postgres.InTx(t.Context(), pool, func(tx pgx.Tx) error { insert(tx); return nil }); err != nil {
		t.Error(err)
	}
	var n int
	if err := pool.QueryRow(t.Context(), `select count(*) from t`).Scan(&n); err != nil || n != 1 {
		t.Errorf("%d rows, %v; want the one that was committed", n, err)
	}
	if used := pool.Stat().AcquiredConns(); used != 0 {
		t.Errorf("%d connections are not given back", used)
	}
}

func TestPoolIsBounded(t *testing.T) {
	t.Parallel()
	pool := open(t, postgres.Config{MaxConns: 2, StatementTimeout: 50 * time.Millisecond})
	_, err := pool.Exec(t.Context(), `select pg_sleep(10)`)
	var refused *pgconn.PgError
	if !errors.As(err, &refused) || refused.Code != "57014" {
		t.Errorf("error %v, want the statement's timeout", err)
	}
	if n := pool.Config().MaxConns; n != 2 {
		t.Errorf("%d connections", n)
	}
	// A request that ends gives its connection back.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 100 {
		if _, err := pool.Exec(ctx, `select 1`); err == nil {
			t.Error("a cancelled statement succeeds")
		}
	}
	if _, err := pool.Exec(t.Context(), `select 1`); err != nil {
		t.Error(err)
	}
	if used := pool.Stat().AcquiredConns(); used != 0 {
		t.Errorf("%d connections are not given back", used)
	}
}

// TestConnectionsAreBounded asks the database what it holds its clients to.
func TestConnectionsAreBounded(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cfg  postgres.Config
		want [3]string
	}{
		{postgres.Config{}, [3]string{"5s", "2s", "10s"}},
		{postgres.Config{StatementTimeout: time.Second, LockTimeout: 300 * time.Millisecond}, [3]string{"1s", "300ms", "2s"}},
	} {
		var got [3]string
		err := open(t, c.cfg).QueryRow(t.Context(), `select current_setting('statement_timeout'), current_setting('lock_timeout'),
			current_setting('idle_in_transaction_session_timeout')`).Scan(&got[0], &got[1], &got[2])
		if err != nil || got != c.want {
			t.Errorf("%q, %v; want %q", got, err, c.want)
		}
	}
}

// TestWaitingForALockEnds has a transaction that holds a lock, and forgets about
// it.
func TestWaitingForALockEnds(t *testing.T) {
	t.Parallel()
	url := databases.Database(t)
	pool := open(t, postgres.Config{URL: url, LockTimeout: 20 * time.Millisecond})
	if _, err := pool.Exec(t.Context(), `create table t (n int)`); err != nil {
		t.Fatal(err)
	}
	forgetful := open(t, postgres.Config{URL: url, StatementTimeout: 2 * time.Second})
	tx, err := forgetful.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `lock table t`); err != nil {
		t.Fatal(err)
	}
	code := func(err error) string {
		var refused *pgconn.PgError
		errors.As(err, &refused)
		if refused == nil {
			t.Fatalf("error %v", err)
		}
		return refused.Code
	}
	if _, err := pool.Exec(t.Context(), `insert into t values (1)`); code(err) != "55P03" {
		t.Errorf("error %v, want the lock's timeout", err)
	}
	// The database ends the idle transaction; whoever waits gets the lock.
	patient := open(t, postgres.Config{URL: url, LockTimeout: 30 * time.Second, StatementTimeout: 30 * time.Second})
	if _, err := patient.Exec(t.Context(), `insert into t values (1)`); err != nil {
		t.Error(err)
	}
	if err := tx.Commit(t.Context()); err == nil {
		t.Error("the idle transaction goes on")
	}
}

func TestMomentsAreReadInUTC(t *testing.T) {
	t.Parallel()
	var at time.Time
	if err := open(t, postgres.Config{}).QueryRow(t.Context(), `select timestamptz '2026-07-15T12:00:00+02:00'`).Scan(&at); err != nil {
		t.Fatal(err)
	}
	if at.Location() != time.UTC || at.Hour() != 10 {
		t.Errorf("read as %s", at)
	}
}

// nobody is an address where nobody listens.
func nobody(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	return listener.Addr().String()
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	closed := nobody(t)
	for name, cfg := range map[string]postgres.Config{
		"no URL": {Name: "test"}, "no name": {URL: "postgres://127.0.0.1/x"}, "a broken URL": {URL: "postgres://user:hunter2@127.0.0.1:port/x", Name: "test"},
		"nobody there":      {URL: "postgres://user:hunter2@" + closed + "/x?sslmode=disable", Name: "test"},
		"a negative number": {URL: "postgres://127.0.0.1/x", Name: "test", MaxConns: -1},
	} {
		pool, err := postgres.Open(t.Context(), cfg)
		if err == nil {
			pool.Close()
			t.Errorf("%s is accepted", name)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the error tells the password: %v", name, err)
		}
	}
}

// TestInTxTriesAgain has the database end transactions for the sake of others.
func TestInTxTriesAgain(t *testing.T) {
	t.Parallel()
	pool, err := postgres.Open(t.Context(), postgres.Config{URL: databases.Database(t), Name: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	for _, c := range []struct {
		code     string
		failures int // of the first tries
		tries    int
		inTheWay bool
	}{
		{"40P01", 2, 3, false}, {"40001", 1, 2, false}, {"40P01", 9, 3, true}, {"55P03", 9, 1, true}, {"23505", 9, 1, false},
	} {
		tries := 0
		err := postgres.InTx(t.Context(), pool, func(tx pgx.Tx) error {
			if tries++; tries > c.failures {
				return nil
			}
			_, err := tx.Exec(t.Context(), `do $$ begin raise exception 'somebody else' using errcode = '`+c.code+`'; end $$`)
			return err
		})
		if tries != c.tries || errors.Is(err, refusal.ErrInTheWay) != c.inTheWay || (err == nil) != (tries > c.failures) {
			t.Errorf("%s, %d times: %d tries, %v", c.code, c.failures, tries, err)
		}
		var refused *pgconn.PgError
		if err != nil && (!errors.As(err, &refused) || refused.Code != c.code) {
			t.Errorf("the cause of %v is not %s", err, c.code)
		}
	}
}
