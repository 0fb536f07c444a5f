package process_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/weftql/weft/deploy/process"
)

// deadline bounds every wait of these tests; a healthy run needs milliseconds.
const deadline = 20 * time.Second

// standIn makes the test binary a program that starts two children and never
// stops them, to be killed by a test. Its value is the directory of the
// children's litter.
const standIn = "WEFT_TEST_STAND_IN"

func TestMain(m *testing.M) {
	process.Guard()
	if os.Getenv(standIn) != "" {
		os.Exit(neverStops())
	}
	os.Exit(m.Run())
}

// neverStops prints the numbers of its two children and their guards and then
// waits for a death that gives it no chance to clean up.
func neverStops() int {
	for _, name := range []string{"gentle", "stubborn"} {
		command := shell(name, scripts[name])
		command.Litter = filepath.Join(os.Getenv(standIn), name)
		p, err := process.Start(context.Background(), command)
		if err != nil {
			fmt.Println(err)
			return 1
		}
		fmt.Println(p.PID(), p.GuardPID())
	}
	fmt.Println("ready")
	select {}
}

var scripts = map[string]string{
	"gentle": `sleep 1000`,
	// Ignores its stop signal and has a child that does so too.
	"stubborn": `trap "" TERM; sleep 1000 & sleep 1000; sleep 1000`,
}

func shell(name, script string) process.Command {
	return process.Command{
		Name: name, Path: "/bin/sh", Args: []string{"-c", script},
		Env: []string{"PATH=" + os.Getenv("PATH")}, Grace: 300 * time.Millisecond,
	}
}

func TestStart(t *testing.T) {
	t.Parallel()
	t.Run("delivers both outputs and the exit status", func(t *testing.T) {
		t.Parallel()
		var out bytes.Buffer
		command := shell("speaker", `echo to stdout; echo to stderr >&2; echo "env $GREETING"; exit 3`)
		command.Env = append(command.Env, "GREETING=hello")
		command.Output = &out
		p := start(t, command)
		waitDone(t, p)
		if want := "to stdout\nto stderr\nenv hello\n"; out.String() != want {
			t.Errorf("output %q, want %q", out.String(), want)
		}
		if err := p.Err(); err == nil || err.Error() != "speaker: exit status 3" {
			t.Errorf("Err() = %v, want speaker: exit status 3", err)
		}
	})
	t.Run("passes on nothing of its own environment", func(t *testing.T) {
		t.Parallel()
		var out bytes.Buffer
		p := start(t, process.Command{Name: "env", Path: "/usr/bin/env", Output: &out})
		waitDone(t, p)
		if out.Len() != 0 {
			t.Errorf("the child inherited %q", out.String())
		}
	})
	t.Run("names a program that is missing", func(t *testing.T) {
		t.Parallel()
		_, err := process.Start(t.Context(), process.Command{Name: "ghost", Path: "/does/not/exist"})
		if err == nil || !strings.Contains(err.Error(), "start ghost: ") || !strings.Contains(err.Error(), "/does/not/exist") {
			t.Errorf("err = %v, want one that names the child and the path", err)
		}
	})
	t.Run("refuses a command without a path", func(t *testing.T) {
		t.Parallel()
		if _, err := process.Start(t.Context(), process.Command{Name: "empty"}); err == nil {
			t.Error("no error")
		}
	})
	t.Run("runs the child in a process group of its own", func(t *testing.T) {
		t.Parallel()
		p := start(t, shell("group", scripts["gentle"]))
		group, err := syscall.Getpgid(p.PID())
		if err != nil || group != p.PID() {
			t.Errorf("process group %d (%v), want %d", group, err, p.PID())
		}
	})
}

func TestStop(t *testing.T) {
	t.Parallel()
	t.Run("asks with the stop signal and is no error", func(t *testing.T) {
		t.Parallel()
		p := start(t, shell("gentle", "exec sleep 1000"))
		if err := p.Stop(); err != nil {
			t.Errorf("Stop() = %v", err)
		}
		if err := p.Stop(); err != nil {
			t.Errorf("second Stop() = %v", err)
		}
	})
	t.Run("uses the child's own signal", func(t *testing.T) {
		t.Parallel()
		out, firstLine := newLineWriter()
		command := shell("interruptible", `trap "echo interrupted; exit 0" INT; echo up; while :; do sleep 0.01; done`)
		command.StopSignal, command.Output, command.Grace = syscall.SIGINT, out, deadline
		p := start(t, command)
		waitFor(t, firstLine)
		if err := p.Stop(); err != nil {
			t.Errorf("Stop() = %v", err)
		}
		if got := out.String(); got != "up\ninterrupted\n" {
			t.Errorf("output %q", got)
		}
	})
	t.Run("kills the group of a child that ignores it", func(t *testing.T) {
		t.Parallel()
		out, firstLine := newLineWriter()
		command := shell("stubborn", `trap "" TERM; sleep 1000 & echo $!; wait; sleep 1000`)
		command.Output = out
		p := start(t, command)
		waitFor(t, firstLine)
		grandchild, err := strconv.Atoi(strings.TrimSpace(out.String()))
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Stop(); err == nil || !strings.Contains(err.Error(), "killed") {
			t.Errorf("Stop() = %v, want one that says it was killed", err)
		}
		waitGone(t, p.PID(), p.GuardPID(), grandchild)
	})
}

func TestKilledProgramLeavesNothing(t *testing.T) {
	t.Parallel()
	cmd := exec.Command(os.Args[0])
	litter := t.TempDir()
	cmd.Env = append(os.Environ(), standIn+"="+litter)
	for name := range scripts {
		if err := os.MkdirAll(filepath.Join(litter, name, "data"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var pids []int
	lines := bufio.NewScanner(out)
	for lines.Scan() && lines.Text() != "ready" {
		var child, guard int
		if _, err := fmt.Sscan(lines.Text(), &child, &guard); err != nil {
			t.Fatalf("unexpected %q: %v", lines.Text(), err)
		}
		pids = append(pids, child, guard)
	}
	if len(pids) != 4 {
		t.Fatalf("got processes %v, want two children and two guards", pids)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	waitGone(t, pids...)
	if left, err := os.ReadDir(litter); err != nil || len(left) != 0 {
		t.Errorf("litter is left: %v, %v", left, err)
	}
}

func TestKilledGuardTakesItsChildAlong(t *testing.T) {
	t.Parallel()
	p := start(t, shell("orphan", scripts["stubborn"]))
	if err := syscall.Kill(p.GuardPID(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	waitDone(t, p)
	if err := p.Err(); err == nil || !strings.Contains(err.Error(), "guard") {
		t.Errorf("Err() = %v, want one about the guard", err)
	}
	waitGone(t, p.PID())
}

func TestLeftover(t *testing.T) {
	t.Parallel()
	t.Run("is ended if it is still the same process", func(t *testing.T) {
		t.Parallel()
		p := start(t, shell("left", scripts["gentle"]))
		left, err := p.Leftover()
		if err != nil {
			t.Fatal(err)
		}
		read, err := process.ParseLeftover(left.String() + "\n")
		if err != nil || read != left {
			t.Fatalf("ParseLeftover(%q) = %+v, %v", left, read, err)
		}
		if ended, err := read.End(deadline); !ended || err != nil {
			t.Errorf("End() = %v, %v; want true, nil", ended, err)
		}
		waitDone(t, p)
	})
	t.Run("is left alone if its number has gone to another process", func(t *testing.T) {
		t.Parallel()
		p := start(t, shell("innocent", scripts["gentle"]))
		left, err := p.Leftover()
		if err != nil {
			t.Fatal(err)
		}
		left.Identity += "0"
		if ended, err := left.End(deadline); ended || err != nil {
			t.Errorf("End() = %v, %v; want false, nil", ended, err)
		}
		if _, err := process.Identity(p.PID()); err != nil {
			t.Errorf("the innocent process is gone: %v", err)
		}
	})
	for _, line := range []string{"", "12", "x 15 name id", "1 15 init id", "-4 15 name id"} {
		if got, err := process.ParseLeftover(line); err == nil {
			t.Errorf("ParseLeftover(%q) = %+v, want an error", line, got)
		}
	}
}

// start starts a child that the test's end also ends.
func start(t *testing.T, command process.Command) *process.Process {
	t.Helper()
	p, err := process.Start(t.Context(), command)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Kill() })
	return p
}

func waitDone(t *testing.T, p *process.Process) {
	t.Helper()
	waitFor(t, p.Done())
}

func waitFor(t *testing.T, event <-chan struct{}) {
	t.Helper()
	select {
	case <-event:
	case <-time.After(deadline):
		t.Fatal("nothing happened before the deadline")
	}
}

// waitGone waits until none of the processes runs any more.
func waitGone(t *testing.T, pids ...int) {
	t.Helper()
	look := time.NewTicker(5 * time.Millisecond)
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
