package process

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// guardAnswerTimeout bounds the wait for the guard's first report, which a
// healthy machine gives in milliseconds.
const guardAnswerTimeout = 15 * time.Second

// outputTimeout bounds the wait for the last output of a child that has ended,
// which a descendant outside its process group may still hold open.
const outputTimeout = 2 * time.Second

// Process is a running child and its guard. All methods are safe for
// concurrent use.
type Process struct {
	name       string
	pid        int
	guard      int
	stopSignal syscall.Signal
	tail       *tail

	life io.Closer
	once sync.Once
	stop chan struct{} // closed when the caller wants the child to end

	done chan struct{}
	err  error // how the child ended; set before done is closed
}

// Start starts the child through a guard and returns once the child's program
// is running. The context bounds the start alone: a Process lives until it
// ends by itself, Stop is called or the calling program is gone.
//
// An error says what could not be started and why: the program is missing, the
// user may not run it, or the caller forgot to call Guard.
func Start(ctx context.Context, command Command) (*Process, error) {
	command = command.withDefaults()
	if err := command.validate(); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("start %s: %w", command.Name, err)
	}
	if isGuard() {
		// Without this a test binary that does not call Guard would run its
		// tests again in each guard, and theirs, without end.
		return nil, fmt.Errorf("start %s: this process is a guard: main or TestMain must call process.Guard first", command.Name)
	}
	p, status, cmd, err := launch(command)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", command.Name, err)
	}
	reports := bufio.NewReader(status)
	_ = status.SetReadDeadline(time.Now().Add(guardAnswerTimeout))
	first, err := readReport(reports)
	_ = status.SetReadDeadline(time.Time{})
	if err == nil && first.Error != "" {
		err = fmt.Errorf("%s", first.Error)
	}
	if err != nil {
		_ = p.life.Close()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = status.Close()
		return nil, fmt.Errorf("start %s: %w", command.Name, err)
	}
	p.pid = first.PID
	go p.wait(cmd, status, reports)
	return p, nil
}

// launch starts the guard and gives it its order.
func launch(command Command) (*Process, *os.File, *exec.Cmd, error) {
	executable, err := os.Executable()
	if err != nil {
		return nil, nil, nil, err
	}
	text, err := json.Marshal(order{
		Path: command.Path, Args: command.Args, Env: command.Env, Dir: command.Dir,
		User: command.User, StopSignal: command.StopSignal, Grace: command.Grace, Litter: command.Litter,
	})
	if err != nil {
		return nil, nil, nil, err
	}
	lifeRead, lifeWrite, err := os.Pipe()
	if err != nil {
		return nil, nil, nil, err
	}
	defer lifeRead.Close()
	statusRead, statusWrite, err := os.Pipe()
	if err != nil {
		lifeWrite.Close()
		return nil, nil, nil, err
	}
	defer statusWrite.Close()

	cmd := exec.Command(executable, guardArgument, command.Name)
	cmd.ExtraFiles = []*os.File{lifeRead, statusWrite} // descriptors 3 and 4
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	recent := &tail{next: command.Output}
	cmd.Stdout, cmd.Stderr = recent, recent
	cmd.WaitDelay = outputTimeout
	if err := cmd.Start(); err != nil {
		lifeWrite.Close()
		statusRead.Close()
		return nil, nil, nil, err
	}
	// A guard that cannot be told is noticed by its missing answer.
	_, _ = lifeWrite.Write(append(text, '\n'))
	return &Process{
		name: command.Name, guard: cmd.Process.Pid, stopSignal: command.StopSignal, tail: recent, life: lifeWrite,
		stop: make(chan struct{}), done: make(chan struct{}),
	}, statusRead, cmd, nil
}

// readReport reads one report of the guard.
func readReport(reports *bufio.Reader) (report, error) {
	line, err := reports.ReadBytes('\n')
	if err != nil {
		return report{}, fmt.Errorf("no word from the guard (does main or TestMain call process.Guard first?): %w", err)
	}
	var r report
	if err := json.Unmarshal(line, &r); err != nil {
		return report{}, fmt.Errorf("the guard's report: %w", err)
	}
	return r, nil
}

// wait collects the child's end and then lets go of everything held for it.
func (p *Process) wait(cmd *exec.Cmd, status *os.File, reports *bufio.Reader) {
	last, err := readReport(reports)
	if err != nil {
		// The guard was killed. Its child may live on where the kernel does
		// not tie the two together.
		_ = syscall.Kill(-p.pid, syscall.SIGKILL)
		p.err = fmt.Errorf("%s: its guard (pid %d) was killed", p.name, p.guard)
	} else {
		p.err = p.judge(last)
	}
	_ = cmd.Wait()
	_ = status.Close()
	p.once.Do(func() { _ = p.life.Close() })
	close(p.done)
}

// judge tells whether the child's end is an error: dying of the signal that
// asked it to stop is not.
func (p *Process) judge(last report) error {
	select {
	case <-p.stop:
		if last.Signal == int(p.stopSignal) {
			return nil
		}
	default:
	}
	if last.Exit == "" {
		return nil
	}
	return fmt.Errorf("%s: %s", p.name, last.Exit)
}

// PID is the number of the child's process, which is also that of its process
// group.
func (p *Process) PID() int { return p.pid }

// GuardPID is the number of the guard's process.
func (p *Process) GuardPID() int { return p.guard }

// Done is closed when the child has ended and its output has been delivered.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err tells how the child ended: nil for exit status 0 and for a child that
// ended as Stop asked it to. It is meaningful once Done is closed.
func (p *Process) Err() error {
	select {
	case <-p.done:
		return p.err
	default:
		return nil
	}
}

// Tail returns the last lines that the child wrote, for a message about its
// failure: at most 20, empty if it wrote nothing.
func (p *Process) Tail() string { return p.tail.String() }

// Stop asks the child to end and waits until it has; after the command's grace
// period the guard kills its process group. Calling it again, or on a child
// that has ended, only waits. It returns Err.
func (p *Process) Stop() error {
	p.once.Do(func() {
		close(p.stop)
		_ = p.life.Close()
	})
	<-p.done
	return p.err
}

// Kill ends the child at once, without its grace period, and waits for it.
func (p *Process) Kill() error {
	select {
	case <-p.done:
	default:
		_ = syscall.Kill(-p.pid, syscall.SIGKILL)
	}
	return p.Stop()
}
