package postgres_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/deploy/postgres"
	"github.com/weftql/weft/deploy/process"
)

// deadline bounds every wait of these tests.
const deadline = 60 * time.Second

func TestMain(m *testing.M) {
	process.Guard()
	os.Exit(m.Run())
}

func TestDisposableServer(t *testing.T) {
	t.Parallel()
	source, err := postgres.ParseSource(os.Getenv("WEFT_POSTGRES"))
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	cluster, err := postgres.StartDisposable(t.Context(), source, t.TempDir(), &log)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := cluster.Stop(); err != nil {
			t.Errorf("Stop() = %v", err)
		}
		if _, err := os.Stat(cluster.Dir()); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("its data is still there: %v", err)
		}
		if !strings.Contains(log.String(), "database system is shut down") {
			t.Errorf("the server was not shut down in order; its log:\n%s", log.String())
		}
	}()
	for range 2 { // the second time it is there already
		address, err := cluster.CreateDatabase(t.Context(), `odd "name"`)
		if err != nil {
			t.Fatal(err)
		}
		if got := query(t, address, "SELECT current_database()"); got != `odd "name"` {
			t.Errorf("connected to database %q", got)
		}
	}
	var together sync.WaitGroup
	for range 8 {
		together.Go(func() {
			if _, err := cluster.CreateDatabase(t.Context(), "together"); err != nil {
				t.Errorf("eight at the same time: %v", err)
			}
		})
	}
	together.Wait()
	if got := query(t, cluster.URL("postgres"), "SELECT lower('ÀΔЖ')"); got != "àδж" {
		t.Errorf("lower('ÀΔЖ') = %q: letters beyond ASCII are not letters", got)
	}
	if got := query(t, cluster.URL("postgres"), "SELECT string_agg(l, '' ORDER BY l) FROM (VALUES ('b'), ('a'), ('B')) v(l)"); got != "Bab" {
		t.Errorf("order %q, want byte by byte", got)
	}
	wrong := strings.Replace(cluster.URL("postgres"), "weft:", "weft:x", 1)
	if _, err := pgx.Connect(t.Context(), wrong); err == nil {
		t.Error("connected with a wrong password")
	}
}

func TestServerKeepsItsData(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	first := start(t, cfg)
	query(t, first.URL("postgres"), "CREATE TABLE kept AS SELECT 42::text AS answer; SELECT answer FROM kept")
	if err := first.Stop(); err != nil {
		t.Fatal(err)
	}

	t.Run("after a stop", func(t *testing.T) {
		second := start(t, cfg)
		if got := query(t, second.URL("postgres"), "SELECT answer FROM kept"); got != "42" {
			t.Errorf("read %q", got)
		}
		// Only the guard can be told apart from outside; its death is the
		// hardest one for the server.
		if err := syscall.Kill(second.Process().GuardPID(), syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		<-second.Process().Done()
	})
	t.Run("after a kill that leaves postmaster.pid", func(t *testing.T) {
		if _, err := os.Stat(filepath.Join(postgres.DataDir(cfg.Dir, cfg.Installation.Major), "postmaster.pid")); err != nil {
			t.Fatalf("the case is not the one to test: %v", err)
		}
		third := start(t, cfg)
		if got := query(t, third.URL("postgres"), "SELECT answer FROM kept"); got != "42" {
			t.Errorf("read %q", got)
		}
		if err := third.Stop(); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("when postmaster.pid names an innocent process", func(t *testing.T) {
		innocent := exec.Command("sleep", "1000")
		innocent.SysProcAttr = cfg.User.Attributes()
		innocent.Dir = "/"
		if err := innocent.Start(); err != nil {
			t.Fatal(err)
		}
		defer func() {
			_ = innocent.Process.Kill()
			_ = innocent.Wait()
		}()
		file := filepath.Join(postgres.DataDir(cfg.Dir, cfg.Installation.Major), "postmaster.pid")
		if err := os.WriteFile(file, []byte(strconv.Itoa(innocent.Process.Pid)+"\n/elsewhere\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		fourth := start(t, cfg)
		if got := query(t, fourth.URL("postgres"), "SELECT answer FROM kept"); got != "42" {
			t.Errorf("read %q", got)
		}
		if err := innocent.Process.Signal(syscall.Signal(0)); err != nil {
			t.Errorf("the innocent process is gone: %v", err)
		}
	})
}

func TestServerRunsUnprivileged(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	cluster := start(t, cfg)
	out, err := exec.Command("ps", "-o", "uid=", "-p", strconv.Itoa(cluster.Process().PID())).Output()
	if err != nil {
		t.Fatal(err)
	}
	want := os.Geteuid()
	if cfg.User != nil {
		want = int(cfg.User.UID)
	}
	if got := strings.TrimSpace(string(out)); got != strconv.Itoa(want) || got == "0" {
		t.Errorf("the server runs as user %s, want %d", got, want)
	}
	if address := query(t, cluster.URL("postgres"), "SHOW listen_addresses"); address != "127.0.0.1" {
		t.Errorf("listens on %q", address)
	}
}

func TestStartRefuses(t *testing.T) {
	t.Parallel()
	t.Run("a directory that others can enter", func(t *testing.T) {
		t.Parallel()
		cfg := config(t)
		if err := os.Mkdir(cfg.Dir, 0o755); err != nil {
			t.Fatal(err)
		}
		wantError(t, cfg, "can be entered by others (mode 0755)")
	})
	t.Run("a link in place of the directory", func(t *testing.T) {
		t.Parallel()
		cfg := config(t)
		if err := os.Symlink(t.TempDir(), cfg.Dir); err != nil {
			t.Fatal(err)
		}
		wantError(t, cfg, "is not a directory")
	})
	t.Run("a directory of somebody else", func(t *testing.T) {
		t.Parallel()
		if os.Geteuid() != 0 {
			t.Skip("only root can make such a directory")
		}
		cfg := config(t)
		if err := os.Mkdir(cfg.Dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(cfg.Dir, 12345, 12345); err != nil {
			t.Fatal(err)
		}
		wantError(t, cfg, "belongs to user 12345")
	})
	t.Run("a port in use, with the server's own words", func(t *testing.T) {
		t.Parallel()
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer listener.Close()
		cfg := config(t)
		cfg.Port = listener.Addr().(*net.TCPAddr).Port
		wantError(t, cfg, "Address already in use")
	})
}

// config describes a server in a directory of its own that does not exist yet.
func config(t *testing.T) postgres.Config {
	t.Helper()
	user, err := process.Unprivileged()
	if err != nil {
		t.Fatal(err)
	}
	found, err := postgres.Search{Source: postgres.System, User: user}.Find(t.Context())
	if err != nil {
		t.Skipf("no server to test with: %v", err)
	}
	// t.TempDir is below directories that the dropped user cannot enter.
	parent, err := os.MkdirTemp("/var/tmp", "weft-postgres-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(parent) })
	if err := os.Chmod(parent, 0o755); err != nil {
		t.Fatal(err)
	}
	return postgres.Config{Installation: found, Dir: filepath.Join(parent, "data"), User: user}
}

func start(t *testing.T, cfg postgres.Config) *postgres.Cluster {
	t.Helper()
	cluster, err := postgres.Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cluster.Process().Kill() })
	return cluster
}

func wantError(t *testing.T, cfg postgres.Config, want string) {
	t.Helper()
	cluster, err := postgres.Start(t.Context(), cfg)
	if err == nil {
		_ = cluster.Process().Kill()
		t.Fatal("started")
	}
	if !strings.Contains(err.Error(), want) {
		t.Errorf("err = %v, want one that contains %q", err, want)
	}
}

// query runs statements and returns the last one's only value.
func query(t *testing.T, address, statements string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	results, err := conn.PgConn().Exec(ctx, statements).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", statements, err)
	}
	last := results[len(results)-1]
	if len(last.Rows) != 1 {
		t.Fatalf("%s: %d rows", statements, len(last.Rows))
	}
	return string(last.Rows[0][0])
}
