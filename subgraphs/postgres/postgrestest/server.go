package postgrestest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Server is a server for one test, which stops and starts it, and gives it a
// standby. What was committed survives Stop. It is not safe for concurrent use.
type Server struct {
	cluster *cluster
	running bool
}

// NewServer starts a server that ends with the test. It needs an installed
// PostgreSQL; without one the test is skipped if a server is named for the others.
func NewServer(t testing.TB) *Server {
	t.Helper()
	if _, err := findPrograms(); err != nil && os.Getenv(variable) != "" {
		t.Skipf("this test stops and starts a server of its own, and %v", err)
	}
	// Without fsync what is committed survives the server's end, if not the
	// machine's.
	started, err := startCluster([]string{"fsync=off"})
	if err != nil {
		t.Fatal(err)
	}
	return own(t, started)
}

// own ends the server with the test.
func own(t testing.TB, c *cluster) *Server {
	s := &Server{cluster: c, running: true}
	t.Cleanup(func() {
		if s.running {
			s.Stop(t)
		}
		if err := os.RemoveAll(c.dir); err != nil {
			t.Error(err)
		}
	})
	return s
}

// Database makes a database, migrated by migrate, and returns its connection
// string.
func (s *Server) Database(t testing.TB, name string, migrate func(ctx context.Context, url string) error) string {
	t.Helper()
	s.exec(t, "create database "+pgx.Identifier{name}.Sanitize())
	address := s.URL(t, name)
	if err := migrate(t.Context(), address); err != nil {
		t.Fatal(err)
	}
	return address
}

// URL is the connection string of a database on the server.
func (s *Server) URL(t testing.TB, database string) string {
	t.Helper()
	address, err := url.Parse(s.cluster.url())
	if err != nil {
		t.Fatal(err)
	}
	address.Path = "/" + database
	return address.String()
}

// Stop ends the server at once, as a crash does.
func (s *Server) Stop(t testing.TB) {
	t.Helper()
	s.running = false
	if err := s.cluster.halt(); err != nil {
		t.Fatal(err)
	}
}

// Start starts a stopped server again, at the same address.
func (s *Server) Start(t testing.TB) {
	t.Helper()
	if err := s.cluster.run(); err != nil {
		t.Fatal(err)
	}
	s.running = true
}

// Standby starts a copy of the server that follows it and answers reads.
func (s *Server) Standby(t testing.TB) *Server {
	t.Helper()
	copied, err := newCluster(s.cluster.settings)
	if err != nil {
		t.Fatal(err)
	}
	backup := copied.command("pg_basebackup", "--pgdata="+copied.data(), "--host=127.0.0.1", "--port="+strconv.Itoa(s.cluster.port),
		"--username=weft", "--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "--no-sync")
	if out, err := backup.CombinedOutput(); err != nil {
		_ = os.RemoveAll(copied.dir)
		t.Fatalf("pg_basebackup: %v\n%s", err, out)
	}
	if err := copied.run(); err != nil {
		_ = os.RemoveAll(copied.dir)
		t.Fatal(err)
	}
	return own(t, copied)
}

// Pause has a standby apply nothing more of what it receives, until Resume.
func (s *Server) Pause(t testing.TB) {
	t.Helper()
	s.exec(t, "select pg_wal_replay_pause()")
	s.await(t, "select pg_get_wal_replay_pause_state() = 'paused'")
}

// Resume has a standby apply what it receives, and waits until it has applied what
// primary has written.
func (s *Server) Resume(t testing.TB, primary *Server) {
	t.Helper()
	s.exec(t, "select pg_wal_replay_resume()")
	s.CatchUp(t, primary)
}

// CatchUp waits until a standby has applied what primary has written.
func (s *Server) CatchUp(t testing.TB, primary *Server) {
	t.Helper()
	conn := primary.connect(t)
	defer func() { _ = conn.Close(context.Background()) }()
	var written string
	if err := conn.QueryRow(t.Context(), "select pg_current_wal_flush_lsn()::text").Scan(&written); err != nil {
		t.Fatal(err)
	}
	s.await(t, fmt.Sprintf("select pg_last_wal_replay_lsn() >= '%s'::pg_lsn", written))
}

// await asks until the answer is yes.
func (s *Server) await(t testing.TB, question string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	defer cancel()
	conn := s.connect(t)
	defer func() { _ = conn.Close(context.Background()) }()
	for yes := false; !yes; {
		if err := conn.QueryRow(ctx, question).Scan(&yes); err != nil {
			t.Fatalf("%s: %v", question, err)
		}
	}
}

// exec runs one statement in the server's own database.
func (s *Server) exec(t testing.TB, statement string) {
	t.Helper()
	conn := s.connect(t)
	defer func() { _ = conn.Close(context.Background()) }()
	if _, err := conn.Exec(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func (s *Server) connect(t testing.TB) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.cluster.url())
	if err != nil {
		t.Fatal(err)
	}
	return conn
}
