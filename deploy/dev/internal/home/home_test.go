package home_test

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/deploy/dev/internal/home"
	"github.com/weftql/weft/deploy/process"
)

func TestMain(m *testing.M) {
	process.Guard()
	os.Exit(m.Run())
}

func TestOpen(t *testing.T) {
	t.Parallel()
	t.Run("makes a directory for the caller alone", func(t *testing.T) {
		t.Parallel()
		h := open(t)
		info, err := os.Stat(h.Path())
		if err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("mode %v, %v; want 0700", info.Mode(), err)
		}
	})
	t.Run("closes one that others can enter", func(t *testing.T) {
		t.Parallel()
		dir := filepath.Join(t.TempDir(), ".weft")
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if _, err := home.Open(dir); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("mode %v, %v; want 0700", info.Mode(), err)
		}
	})
	t.Run("refuses a link", func(t *testing.T) {
		t.Parallel()
		dir := filepath.Join(t.TempDir(), ".weft")
		if err := os.Symlink(t.TempDir(), dir); err != nil {
			t.Fatal(err)
		}
		if _, err := home.Open(dir); err == nil || !strings.Contains(err.Error(), "not a directory") {
			t.Errorf("err = %v", err)
		}
	})
	t.Run("refuses another user's", func(t *testing.T) {
		t.Parallel()
		if os.Geteuid() != 0 {
			t.Skip("only root can make such a directory")
		}
		dir := filepath.Join(t.TempDir(), ".weft")
		if err := errors.Join(os.Mkdir(dir, 0o700), os.Chown(dir, 12345, 12345)); err != nil {
			t.Fatal(err)
		}
		if _, err := home.Open(dir); err == nil || !strings.Contains(err.Error(), "belongs to another user") {
			t.Errorf("err = %v", err)
		}
	})
}

func TestLock(t *testing.T) {
	t.Parallel()
	h := open(t)
	lock, err := h.Lock()
	if err != nil {
		t.Fatal(err)
	}
	var running *home.Running
	if _, err := h.Lock(); !errors.As(err, &running) || running.PID != os.Getpid() || running.URL != "" {
		t.Errorf("second Lock() = %v, want one that says it is being started by this process", err)
	}
	if err := lock.Announce("http://127.0.0.1:4000"); err != nil {
		t.Fatal(err)
	}
	_, err = h.Lock()
	if want := "http://127.0.0.1:4000 (pid " + strconv.Itoa(os.Getpid()) + ")"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("second Lock() = %v, want one that contains %q", err, want)
	}
	if err := h.Reset(); !errors.As(err, &running) {
		t.Errorf("Reset() while running = %v", err)
	}
	lock.Release()
	again, err := h.Lock()
	if err != nil {
		t.Fatalf("Lock() after Release: %v", err)
	}
	again.Release()
}

func TestEndLeftovers(t *testing.T) {
	t.Parallel()
	h := open(t)
	left, innocent := sleeper(t, "left"), sleeper(t, "innocent")
	for _, child := range []*process.Process{left, innocent} {
		if err := h.Record(child); err != nil {
			t.Fatal(err)
		}
	}
	// The innocent process has the number, but not the start, of a leftover.
	note := h.Path("run", "innocent.pid")
	text, err := os.ReadFile(note)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(note, []byte(strings.TrimSpace(string(text))+"9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(h.Path("run", "torn.pid"), []byte("12"), 0o600); err != nil {
		t.Fatal(err)
	}

	var notices []string
	if err := h.EndLeftovers(func(sentence string) { notices = append(notices, sentence) }); err != nil {
		t.Fatal(err)
	}
	<-left.Done()
	if len(notices) != 1 || !strings.Contains(notices[0], "ended left (pid "+strconv.Itoa(left.PID())+")") {
		t.Errorf("notices %q", notices)
	}
	if _, err := process.Identity(innocent.PID()); err != nil {
		t.Errorf("the innocent process was ended: %v", err)
	}
	if rest, _ := filepath.Glob(h.Path("run", "*.pid")); len(rest) != 0 {
		t.Errorf("notes left: %v", rest)
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	h := open(t)
	if _, err := home.ReadAddresses(h.Path()); err == nil || !strings.Contains(err.Error(), "not up") {
		t.Errorf("before: err = %v, want one that says it is not up", err)
	}
	want := home.Addresses{Router: "http://127.0.0.1:4000", Mail: "http://127.0.0.1:8025"}
	if err := h.WriteAddresses(want); err != nil {
		t.Fatal(err)
	}
	got, err := home.ReadAddresses(h.Path())
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("err %v, (-want +got):\n%s", err, diff)
	}
}

func TestReset(t *testing.T) {
	t.Parallel()
	t.Run("removes both places", func(t *testing.T) {
		t.Parallel()
		h := open(t)
		if err := os.MkdirAll(filepath.Join(h.Data(), "postgres-15"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := h.Reset(); err != nil {
			t.Fatal(err)
		}
		for _, dir := range []string{h.Path(), h.Data()} {
			if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("%s: %v, want that it does not exist", dir, err)
			}
		}
	})
	t.Run("refuses data of somebody else", func(t *testing.T) {
		t.Parallel()
		if os.Geteuid() != 0 {
			t.Skip("only root can make such a directory")
		}
		h := open(t)
		if err := errors.Join(os.Mkdir(h.Data(), 0o700), os.Chown(h.Data(), 12345, 12345)); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.RemoveAll(h.Data()) })
		if err := h.Reset(); err == nil || !strings.Contains(err.Error(), "belongs to user 12345") {
			t.Errorf("Reset() = %v", err)
		}
		if _, err := os.Stat(h.Data()); err != nil {
			t.Errorf("the data of somebody else is gone: %v", err)
		}
	})
	t.Run("removes a link and not what it leads to", func(t *testing.T) {
		t.Parallel()
		h := open(t)
		precious := t.TempDir()
		if err := errors.Join(os.Symlink(precious, h.Path("link")), os.WriteFile(filepath.Join(precious, "file"), nil, 0o600)); err != nil {
			t.Fatal(err)
		}
		if err := h.Reset(); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(filepath.Join(precious, "file")); err != nil {
			t.Errorf("it followed a link: %v", err)
		}
	})
}

func TestDownWithNothingRunning(t *testing.T) {
	t.Parallel()
	h := open(t)
	if running, err := h.Down(0, func(string) {}); running || err != nil {
		t.Errorf("Down() = %v, %v; want false, nil", running, err)
	}
}

func TestCheckout(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	deep := filepath.Join(root, "a", "b")
	if err := errors.Join(os.MkdirAll(deep, 0o700), os.WriteFile(filepath.Join(root, "go.work"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if got, err := home.Checkout(deep); err != nil || got != root {
		t.Errorf("Checkout(%s) = %s, %v; want %s", deep, got, err, root)
	}
	if got, err := home.Checkout(t.TempDir()); err == nil {
		t.Errorf("Checkout outside = %s, want an error", got)
	}
}

func open(t *testing.T) *home.Home {
	t.Helper()
	h, err := home.Open(filepath.Join(t.TempDir(), "checkout [1] .weft"))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func sleeper(t *testing.T, name string) *process.Process {
	t.Helper()
	p, err := process.Start(t.Context(), process.Command{Name: name, Path: "/bin/sleep", Args: []string{"1000"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Kill() })
	return p
}
