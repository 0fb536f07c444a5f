//go:build !linux

package process

import (
	"os/exec"
	"strconv"
	"strings"
)

// startMoment asks ps, which every Unix has, for the process's state and start.
func startMoment(pid int) (string, error) {
	out, err := exec.Command("ps", "-o", "stat=,lstart=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return "", ErrNotRunning
	}
	state, started, _ := strings.Cut(strings.TrimSpace(string(out)), " ")
	if strings.HasPrefix(state, "Z") {
		return "", ErrNotRunning
	}
	return strings.Join(strings.Fields(started), "_"), nil
}

// CommandLine returns the program and arguments of a running process, joined
// by spaces. It returns ErrNotRunning if there is none.
func CommandLine(pid int) (string, error) {
	out, err := exec.Command("ps", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return "", ErrNotRunning
	}
	return strings.TrimSpace(string(out)), nil
}
