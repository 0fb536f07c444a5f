package process

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ErrNotRunning is returned for a process number that no running process has.
var ErrNotRunning = errors.New("no such process")

// Identity names one process for ever: the moment at which the process that
// now has this number was started, in words that only equality gives meaning
// to. A later process with the same number has another identity. It returns
// ErrNotRunning if there is none, or only its remains.
func Identity(pid int) (string, error) {
	if pid <= 0 {
		return "", ErrNotRunning
	}
	return startMoment(pid)
}

// Leftover is what remains to be known of a child that an earlier run started.
type Leftover struct {
	Name       string
	PID        int
	Identity   string
	StopSignal syscall.Signal
}

// Leftover returns what a later run needs to end this child should the present
// one be unable to. It fails with ErrNotRunning if the child has ended.
func (p *Process) Leftover() (Leftover, error) {
	identity, err := Identity(p.pid)
	if err != nil {
		return Leftover{}, err
	}
	return Leftover{Name: p.name, PID: p.pid, Identity: identity, StopSignal: p.stopSignal}, nil
}

// String is the line that ParseLeftover reads: number, signal, name, identity.
func (l Leftover) String() string {
	return fmt.Sprintf("%d %d %s %s", l.PID, l.StopSignal, l.Name, l.Identity)
}

// ParseLeftover reads what String wrote.
func ParseLeftover(line string) (Leftover, error) {
	parts := strings.SplitN(strings.TrimSpace(line), " ", 4)
	if len(parts) != 4 {
		return Leftover{}, fmt.Errorf("not the record of a process: %q", line)
	}
	pid, errPID := strconv.Atoi(parts[0])
	signal, errSignal := strconv.Atoi(parts[1])
	if errPID != nil || errSignal != nil || pid <= 1 {
		return Leftover{}, fmt.Errorf("not the record of a process: %q", line)
	}
	return Leftover{Name: parts[2], PID: pid, Identity: parts[3], StopSignal: syscall.Signal(signal)}, nil
}

// End ends the process and its group, if it is still the recorded one: with
// its stop signal first, with SIGKILL after the grace period. It reports
// whether there was anything to end.
func (l Leftover) End(grace time.Duration) (bool, error) {
	if !l.running() {
		return false, nil
	}
	_ = syscall.Kill(-l.PID, l.StopSignal)
	if l.gone(grace) {
		return true, nil
	}
	_ = syscall.Kill(-l.PID, syscall.SIGKILL)
	if l.gone(grace) {
		return true, nil
	}
	return true, fmt.Errorf("%s (pid %d), left over from an earlier run, does not end", l.Name, l.PID)
}

// running tells whether the recorded process, and not another one that got its
// number, is there.
func (l Leftover) running() bool {
	identity, err := Identity(l.PID)
	return err == nil && identity == l.Identity
}

// gone waits until the process has ended; nothing tells a process that is not
// the parent, so it looks again and again.
func (l Leftover) gone(within time.Duration) bool {
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	deadline := time.Now().Add(within)
	for l.running() {
		if time.Now().After(deadline) {
			return false
		}
		<-look.C
	}
	return true
}
