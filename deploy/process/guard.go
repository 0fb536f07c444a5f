package process

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"
	"time"
)

// guardArgument is the first argument of a process that is a guard; the second
// is the child's name, for whoever lists the machine's processes.
const guardArgument = "weft-guard"

// The descriptors that a guard inherits.
const (
	lifeDescriptor   = 3
	statusDescriptor = 4
)

// Guard does a guard's work, and ends the process with it, if the process was
// started as a guard; otherwise it returns at once. Programs and tests that
// call Start call Guard first, before they look at their arguments.
func Guard() {
	if !isGuard() {
		return
	}
	// The child must not inherit these: the guard's copies are the ones that
	// count.
	syscall.CloseOnExec(lifeDescriptor)
	syscall.CloseOnExec(statusDescriptor)
	life := os.NewFile(lifeDescriptor, "life")
	status := os.NewFile(statusDescriptor, "status")
	if life == nil || status == nil {
		fmt.Fprintln(os.Stderr, "weft-guard: started by hand; it serves the program that it belongs to")
		os.Exit(2)
	}
	if err := guard(life, status); err != nil {
		tell(status, report{Error: err.Error()})
		os.Exit(1)
	}
	os.Exit(0)
}

// isGuard tells whether this process was started as a guard.
func isGuard() bool { return len(os.Args) == 3 && os.Args[1] == guardArgument }

// guard starts the child that life orders and stays until it has ended.
func guard(life io.Reader, status io.Writer) error {
	// A handler, not SIG_IGN: ignored signals would be ignored by the child too.
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	// On Linux the child is also tied to the thread that starts it.
	runtime.LockOSThread()

	reader := bufio.NewReader(life)
	line, err := reader.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("read the order: %w", err)
	}
	var o order
	if err := json.Unmarshal(line, &o); err != nil {
		return fmt.Errorf("read the order: %w", err)
	}
	child, err := o.start()
	if err != nil {
		return err
	}
	tell(status, report{PID: child.Process.Pid})

	stop := make(chan struct{})
	go func() {
		// The pipe carries nothing more: its end is the message.
		_, _ = io.Copy(io.Discard, reader)
		close(stop)
	}()
	ended := make(chan error, 1)
	go func() { ended <- child.Wait() }()

	how := ending(o.watch(child.Process.Pid, ended, stop, signals))
	if o.Litter != "" {
		if err := os.RemoveAll(o.Litter); err != nil && how.Exit == "" {
			how.Exit = err.Error()
		}
	}
	tell(status, how)
	return nil
}

// start runs the ordered program in a process group of its own.
func (o order) start() (*exec.Cmd, error) {
	cmd := exec.Command(o.Path, o.Args...)
	cmd.Env = o.Env
	if cmd.Env == nil {
		cmd.Env = []string{}
	}
	cmd.Dir = o.Dir
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: o.User.credential()}
	dieWithParent(cmd.SysProcAttr)
	return cmd, cmd.Start()
}

// watch waits for the child's end, which it brings about when the program is
// gone or the guard is asked to stop. It returns what waiting returned.
func (o order) watch(pid int, ended <-chan error, stop <-chan struct{}, signals <-chan os.Signal) error {
	// Whatever the child started and left in its group goes with it.
	defer func() { _ = syscall.Kill(-pid, syscall.SIGKILL) }()
	select {
	case err := <-ended:
		return err
	case <-stop:
	case <-signals:
	}
	_ = syscall.Kill(-pid, o.StopSignal)
	grace := time.NewTimer(o.Grace)
	defer grace.Stop()
	select {
	case err := <-ended:
		return err
	case <-grace.C:
	case <-signals:
		// Asked a second time: no more patience.
	}
	_ = syscall.Kill(-pid, syscall.SIGKILL)
	return <-ended
}

// ending turns what waiting for the child returned into a report.
func ending(err error) report {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		if err != nil {
			return report{Exit: err.Error()}
		}
		return report{}
	}
	r := report{Exit: exit.Error()}
	if state, ok := exit.Sys().(syscall.WaitStatus); ok && state.Signaled() {
		r.Signal = int(state.Signal())
	}
	return r
}

// tell writes one report. Nobody may be there to read it any more.
func tell(status io.Writer, r report) {
	text, err := json.Marshal(r)
	if err != nil {
		return // a report of two numbers and two strings always marshals
	}
	_, _ = status.Write(append(text, '\n'))
}
