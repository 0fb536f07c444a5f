package process

import (
	"fmt"
	"os"
	"strings"
)

// startMoment reads the boot's identifier and the process's start in clock
// ticks since then (proc(5): field 22 of /proc/PID/stat).
func startMoment(pid int) (string, error) {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return "", fmt.Errorf("identity of process %d: %w", pid, err)
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", ErrNotRunning
	}
	// Field 2 is the program's name in parentheses and may contain anything.
	_, rest, _ := strings.Cut(string(stat[strings.LastIndexByte(string(stat), ')'):]), " ")
	fields := strings.Fields(rest)
	if len(fields) < 20 {
		return "", fmt.Errorf("identity of process %d: unexpected %q", pid, stat)
	}
	if state := fields[0]; state == "Z" || state == "X" {
		return "", ErrNotRunning
	}
	return strings.TrimSpace(string(boot)) + "+" + fields[19], nil
}

// CommandLine returns the program and arguments of a running process, joined
// by spaces. It returns ErrNotRunning if there is none.
func CommandLine(pid int) (string, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil {
		return "", ErrNotRunning
	}
	return strings.TrimSpace(strings.ReplaceAll(string(text), "\x00", " ")), nil
}
