package stack_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/deploy/dev/internal/home"
	"github.com/weftql/weft/deploy/dev/internal/settings"
	"github.com/weftql/weft/deploy/dev/internal/stack"
	"github.com/weftql/weft/deploy/postgres"
	"github.com/weftql/weft/deploy/process"
)

func TestPlatformComesUpAndGoesDown(t *testing.T) {
	t.Parallel()
	h := open(t)
	p := bring(t, h, linkStandIns)
	at, err := home.ReadAddresses(h.Path())
	if err != nil {
		t.Fatal(err)
	}
	for name, address := range map[string]string{"users": at.Users, "todos": at.Todos, "worker": at.Worker, "weft": at.Router} {
		if got := fetch(t, address+"/health"); got != name {
			t.Errorf("at the address of %s answers %q", name, got)
		}
	}
	fetch(t, at.Mail+"/health")
	pids := recorded(t, h)
	if len(pids) < 5 { // and redis, where there is a server
		t.Errorf("recorded processes %v, want at least postgres and four programs", pids)
	}
	var running *home.Running
	again := stack.Run(t.Context(), p.config, linkStandIns)
	if !errors.As(again, &running) || running.URL != at.Router {
		t.Errorf("a second run: %v, want one that says where the first is", again)
	}

	p.cancel()
	if err := p.wait(t); err != nil {
		t.Errorf("Run() = %v, want nil after it was asked to stop", err)
	}
	for _, pid := range pids {
		if _, err := process.Identity(pid); !errors.Is(err, process.ErrNotRunning) {
			t.Errorf("process %d still runs", pid)
		}
	}
	if rest := recorded(t, h); len(rest) != 0 {
		t.Errorf("still recorded: %v", rest)
	}
	if _, err := home.ReadAddresses(h.Path()); err == nil {
		t.Error("the addresses are still there")
	}
	var order []string
	for line := range strings.Lines(p.out.String()) {
		_, text, _ := strings.Cut(strings.TrimSpace(line), " | ")
		for _, sign := range []string{" does ", " stops", "database system is shut down"} {
			if strings.Contains(text, sign) {
				order = append(order, strings.TrimPrefix(text, "LOG:  "))
			}
		}
	}
	want := []string{
		"users does migrate", "todos does migrate", "worker does migrate", "users does demo", "todos does demo",
		"users does serve", "todos does serve", "worker does serve", "weft does serve",
		"weft stops", "worker stops", "todos stops", "users stops", "database system is shut down",
	}
	// The three start one after the other but write when they get to it.
	if diff := cmp.Diff(want[:5], order[:min(5, len(order))]); diff != "" {
		t.Errorf("start (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want[9:], order[max(0, len(order)-5):]); diff != "" {
		t.Errorf("stop (-want +got):\n%s", diff)
	}
}

func TestKilledPlatformLeavesNothingAndRecovers(t *testing.T) {
	t.Parallel()
	type account struct {
		name string
		user *process.User // nil is the caller
	}
	accounts := []account{{name: "as the caller"}}
	if os.Geteuid() == 0 {
		user, err := process.Unprivileged()
		if err != nil {
			t.Fatal(err)
		}
		accounts = append(accounts, account{name: "as an ordinary user", user: user})
	}
	for _, who := range accounts {
		t.Run(who.name, func(t *testing.T) {
			t.Parallel()
			dir, executable := reachable(t, who.user)
			first := supervisor(t, executable, dir, who.user)
			first.out.await(t, "Weft is up", first.ended)
			h := filepath.Join(dir, "run")
			pids := recordedIn(t, h)
			at, err := home.ReadAddresses(dir)
			if err != nil {
				t.Fatal(err)
			}
			if err := first.cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			<-first.ended
			awaitGone(t, pids)
			for _, address := range []string{at.Users, at.Todos, at.Worker, at.Router, at.Mail, at.SMTP} {
				parsed, err := url.Parse(address)
				if err != nil {
					t.Fatal(err)
				}
				if conn, err := net.Dial("tcp", parsed.Host); err == nil {
					conn.Close()
					t.Errorf("something still listens at %s", parsed.Host)
				}
			}
			second := supervisor(t, executable, dir, who.user)
			second.out.await(t, "Weft is up", second.ended)
			if strings.Contains(second.out.String(), "initdb") {
				t.Error("the second run made a new database")
			}
			if err := second.cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			<-second.ended
			if code := second.cmd.ProcessState.ExitCode(); code != 0 {
				t.Errorf("exit status %d after SIGTERM; it wrote:\n%s", code, second.out)
			}
		})
	}
}

func TestPartThatEndsEndsThePlatform(t *testing.T) {
	t.Parallel()
	h := open(t)
	p := bring(t, h, linkStandIns, foreign(t)...)
	left := note(t, filepath.Join(h.Path("run"), "todos.pid"))
	if err := syscall.Kill(left.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	err := p.wait(t)
	if err == nil || !strings.Contains(err.Error(), "todos: signal: killed, although nobody stopped it") {
		t.Errorf("Run() = %v, want one that names todos and its end", err)
	}
	if rest := recorded(t, h); len(rest) != 0 {
		t.Errorf("still recorded: %v", rest)
	}
}

func TestRunReports(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	port := strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
	databases := foreign(t)
	for _, tc := range []struct {
		name        string
		environment []string
		build       stack.Build
		want        []string
	}{
		{"a port in use", []string{"TODOS_PORT=" + port}, linkStandIns, []string{"port " + port, "TODOS_PORT"}},
		{"a build that fails", nil, func(context.Context, string, io.Writer) error { return errors.New("does not compile") }, []string{"does not compile"}},
		{"a migration that fails", nil, script("users", "echo no such table; exit 3"), []string{"users migrate", "exit status 3", "no such table"}},
		{"a program that ends before it is ready", nil, script("todos", `[ "$1" != serve ] || { echo bad configuration; exit 4; }`), []string{"todos", "exit status 4", "bad configuration"}},
		{"a database server that is not there", []string{"WEFT_DATABASE_URL=postgres://x:y@127.0.0.1:" + closedPort(t) + "/z"}, linkStandIns, []string{"WEFT_DATABASE_URL", "refused"}},
		{"a Redis that is not there", []string{"WEFT_REDIS_URL=redis://127.0.0.1:" + closedPort(t)}, linkStandIns, []string{"WEFT_REDIS_URL", "refused"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			h := open(t)
			var environment []string
			environment = append(append(append(environment, anyPorts()...), databases...), tc.environment...)
			choices, err := settings.Read(environment)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), deadline)
			defer cancel()
			out := newWatcher()
			err = stack.Run(ctx, stack.Config{Settings: choices, Home: h, Checkout: h.Path(), Out: out}, tc.build)
			if err == nil {
				t.Fatalf("no error; it wrote:\n%s", out)
			}
			for _, want := range tc.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("err = %v, want one that contains %q", err, want)
				}
			}
			if rest := recorded(t, h); len(rest) != 0 {
				t.Errorf("still recorded: %v", rest)
			}
		})
	}
}

func TestForeignServersAreUsedAsTheyAre(t *testing.T) {
	t.Parallel()
	databases := foreign(t)
	h := open(t)
	p := bring(t, h, linkStandIns, databases...)
	address := strings.TrimPrefix(databases[0], "WEFT_DATABASE_URL=")
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	var names string
	err = conn.QueryRow(t.Context(), "SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database WHERE datname LIKE 'weft%'").Scan(&names)
	if err := errors.Join(err, conn.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
	if names != "weft_todos weft_users" {
		t.Errorf("databases %q", names)
	}
	p.cancel()
	if err := p.wait(t); err != nil {
		t.Error(err)
	}
	out := p.out.String()
	if strings.Contains(out, "does demo") || strings.Contains(out, "demo user") {
		t.Error("demo data was written to a server that is not ours")
	}
	if !strings.Contains(out, "Redis is miniredis") {
		t.Error("no notice that Redis is a stand-in")
	}
	if err := h.Reset(); err != nil {
		t.Fatal(err)
	}
	if _, err := postgres.CreateDatabase(t.Context(), address, "weft_users"); err != nil {
		t.Errorf("the server does not work any more: %v", err)
	}
}

// platform is a platform that runs in the test's own process.
type platform struct {
	config stack.Config
	out    *watcher
	cancel context.CancelFunc
	ended  chan struct{}
	err    error
}

// bring brings a platform up on free ports.
func bring(t *testing.T, h *home.Home, build stack.Build, environment ...string) *platform {
	t.Helper()
	choices, err := settings.Read(append(anyPorts(), environment...))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	p := &platform{out: newWatcher(), cancel: cancel, ended: make(chan struct{})}
	p.config = stack.Config{Settings: choices, Home: h, Checkout: h.Path(), Out: p.out}
	go func() {
		defer close(p.ended)
		p.err = stack.Run(ctx, p.config, build)
	}()
	t.Cleanup(func() {
		cancel()
		<-p.ended
	})
	p.out.await(t, "Weft is up", p.ended)
	return p
}

func (p *platform) wait(t *testing.T) error {
	t.Helper()
	select {
	case <-p.ended:
		return p.err
	case <-time.After(deadline):
		t.Fatalf("still running; it wrote:\n%s", p.out)
		return nil
	}
}

// supervisorProcess is a supervisor in a process of its own.
type supervisorProcess struct {
	cmd   *exec.Cmd
	out   *watcher
	ended chan struct{}
}

func supervisor(t *testing.T, executable, dir string, user *process.User) *supervisorProcess {
	t.Helper()
	s := &supervisorProcess{cmd: exec.Command(executable), out: newWatcher(), ended: make(chan struct{})}
	s.cmd.Env = append(append(os.Environ(), anyPorts()...), supervisorHome+"="+dir)
	s.cmd.Dir = "/"
	s.cmd.SysProcAttr = user.Attributes()
	s.cmd.Stdout, s.cmd.Stderr = s.out, s.out
	s.cmd.WaitDelay = deadline
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(s.ended)
		_ = s.cmd.Wait()
	}()
	t.Cleanup(func() {
		_ = s.cmd.Process.Signal(syscall.SIGTERM)
		<-s.ended
	})
	return s
}

// reachable returns a home that user can have and the test binary in a place
// that user can reach.
func reachable(t *testing.T, user *process.User) (dir, executable string) {
	t.Helper()
	parent, err := os.MkdirTemp("/var/tmp", "weft-stack-")
	if err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(parent, "home")
	t.Cleanup(func() {
		if user == nil {
			if h, err := home.Open(dir); err == nil {
				_ = h.Reset()
			}
		}
		_ = os.RemoveAll(parent)
	})
	executable = filepath.Join(parent, "supervisor")
	binary, err := os.ReadFile(os.Args[0])
	if err := errors.Join(err, os.WriteFile(executable, binary, 0o755), os.Mkdir(dir, 0o700), os.Chmod(parent, 0o755)); err != nil {
		t.Fatal(err)
	}
	if user != nil {
		if err := os.Chown(dir, int(user.UID), int(user.GID)); err != nil {
			t.Fatal(err)
		}
	}
	return dir, executable
}

// foreign starts a server that is not the platform's and returns the settings
// that use it, together with miniredis.
func foreign(t *testing.T) []string {
	t.Helper()
	cluster, err := postgres.StartDisposable(t.Context(), postgres.Any, t.TempDir(), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cluster.Stop() })
	return []string{"WEFT_DATABASE_URL=" + cluster.URL("postgres"), "WEFT_REDIS=miniredis"}
}

// script is a Build in which one program is a shell script.
func script(name, text string) stack.Build {
	return func(ctx context.Context, bin string, out io.Writer) error {
		if err := linkStandIns(ctx, bin, out); err != nil {
			return err
		}
		file := filepath.Join(bin, name)
		return errors.Join(os.Remove(file), os.WriteFile(file, []byte("#!/bin/sh\n"+text+"\n"), 0o700))
	}
}

func open(t *testing.T) *home.Home {
	t.Helper()
	h, err := home.Open(filepath.Join(t.TempDir(), ".weft"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Reset() })
	return h
}

func fetch(t *testing.T, address string) string {
	t.Helper()
	response, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %v", address, response.Status, err)
	}
	return string(body)
}

func closedPort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return fmt.Sprint(listener.Addr().(*net.TCPAddr).Port)
}

func recorded(t *testing.T, h *home.Home) []int {
	t.Helper()
	return recordedIn(t, h.Path("run"))
}

// recordedIn returns the numbers of the processes noted in a run directory.
func recordedIn(t *testing.T, dir string) []int {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var pids []int
	for _, entry := range entries {
		if filepath.Ext(entry.Name()) == ".pid" {
			pids = append(pids, note(t, filepath.Join(dir, entry.Name())).PID)
		}
	}
	return pids
}

func note(t *testing.T, file string) process.Leftover {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	left, err := process.ParseLeftover(string(text))
	if err != nil {
		t.Fatal(err)
	}
	return left
}

func awaitGone(t *testing.T, pids []int) {
	t.Helper()
	if len(pids) < 5 {
		t.Fatalf("only %v were recorded", pids)
	}
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	end := time.Now().Add(deadline)
	for _, pid := range pids {
		for {
			if _, err := process.Identity(pid); errors.Is(err, process.ErrNotRunning) {
				break
			}
			if time.Now().After(end) {
				t.Fatalf("process %d still runs", pid)
			}
			<-look.C
		}
	}
}
