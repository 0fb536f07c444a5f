package load

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of CPU time in /proc/PID/stat (USER_HZ, which is 100 wherever
// Go runs on Linux).
const tick = 10 * time.Millisecond

// Usage is what a process and its children use.
type Usage struct {
	// CPU is the time in user and kernel mode since they began.
	CPU time.Duration
	// PeakMemory is the highest resident memory in bytes, of children together.
	PeakMemory int64
}

// Measure reads the usage of a process and of its children that live.
func Measure(pid int) (Usage, error) {
	var usage Usage
	for _, p := range tree(pid) {
		one, err := measureOne(p)
		if errors.Is(err, fs.ErrNotExist) && p != pid {
			continue // it has ended meanwhile
		}
		if err != nil {
			return Usage{}, err
		}
		usage.CPU += one.CPU
		usage.PeakMemory += one.PeakMemory
	}
	return usage, nil
}

// ForgetPeak makes the peak memory begin anew from what is resident now.
func ForgetPeak(pid int) error {
	for _, p := range tree(pid) {
		if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", p), []byte("5"), 0); err != nil && p == pid {
			return err
		}
	}
	return nil
}

// settleTimeout is how long a server may work on after the load has ended.
const settleTimeout = 60 * time.Second

// Settle waits until a process and its children have nothing left to do, and
// returns their usage: what a server does for requests whose clients have gone is a
// part of its cost, and must not disturb the next one.
func Settle(ctx context.Context, pid int) (Usage, error) {
	const pause, idle = 200 * time.Millisecond, 20 * time.Millisecond
	before, err := Measure(pid)
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for range settleTimeout / pause {
		if err != nil {
			return Usage{}, err
		}
		select {
		case <-ctx.Done():
			return Usage{}, ctx.Err()
		case <-tick.C:
		}
		var after Usage
		after, err = Measure(pid)
		if err == nil && after.CPU-before.CPU <= idle {
			return after, nil
		}
		before = after
	}
	return Usage{}, fmt.Errorf("it worked on for %s after the load had ended", settleTimeout)
}

// tree is a process and all below it.
func tree(pid int) []int {
	pids := []int{pid}
	for i := 0; i < len(pids); i++ {
		files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pids[i]))
		for _, file := range files {
			text, _ := os.ReadFile(file)
			for _, field := range strings.Fields(string(text)) {
				if child, err := strconv.Atoi(field); err == nil {
					pids = append(pids, child)
				}
			}
		}
	}
	return pids
}

func measureOne(pid int) (Usage, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return Usage{}, err
	}
	// The second field is the program's name in parentheses, which may hold any.
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	if len(fields) < 13 {
		return Usage{}, fmt.Errorf("/proc/%d/stat: %d fields", pid, len(fields))
	}
	var usage Usage
	for _, field := range fields[11:13] { // utime, stime
		ticks, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return Usage{}, fmt.Errorf("/proc/%d/stat: %w", pid, err)
		}
		usage.CPU += time.Duration(ticks) * tick
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return Usage{}, err
	}
	for line := range strings.Lines(string(status)) {
		if value, peak := strings.CutPrefix(line, "VmHWM:"); peak {
			kilobytes, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
			if err != nil {
				return Usage{}, fmt.Errorf("/proc/%d/status: %w", pid, err)
			}
			usage.PeakMemory = kilobytes << 10
		}
	}
	return usage, nil
}
