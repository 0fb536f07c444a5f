package home

import (
	"errors"
	"fmt"
	"syscall"
	"time"
)

// Down asks the running supervisor to stop and waits until it has, at most the
// given time. It reports whether one was running, and ends what an earlier one
// left behind.
func (h *Home) Down(within time.Duration, notify func(sentence string)) (bool, error) {
	look := time.NewTicker(25 * time.Millisecond)
	defer look.Stop()
	deadline := time.Now().Add(within)
	asked := 0
	for {
		lock, err := h.Lock()
		if err == nil {
			defer lock.Release()
			return asked != 0, errors.Join(h.EndLeftovers(notify), h.RemoveAddresses())
		}
		var running *Running
		if !errors.As(err, &running) {
			return asked != 0, err
		}
		if running.PID != 0 && running.PID != asked {
			// The lock is held, so the number is that of its holder.
			if err := syscall.Kill(running.PID, syscall.SIGTERM); err != nil && !errors.Is(err, syscall.ESRCH) {
				return false, fmt.Errorf("stop weft (pid %d): %w", running.PID, err)
			}
			asked = running.PID
		}
		if time.Now().After(deadline) {
			return asked != 0, fmt.Errorf("weft (pid %d) was asked to stop but still runs after %s", asked, within)
		}
		<-look.C
	}
}
