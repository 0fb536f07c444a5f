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
