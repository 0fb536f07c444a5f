package reminder

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// queue is a Queue that answers with errors, in order, and then with none.
type queue struct {
	ahead time.Duration
	asked int
	errs  []error
}

func (q *queue) WakeReminders(_ context.Context, ahead time.Duration) (int, error) {
	q.ahead = ahead
	q.asked++
	if q.asked > len(q.errs) {
		return 0, nil
	}
	return 0, q.errs[q.asked-1]
}

func TestWakerLooksAgainAndAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		down := errors.New("connection refused")
		q := &queue{errs: []error{nil, down, down, nil}}
		var log strings.Builder
		w, err := NewWaker(WakerConfig{}, q, slog.New(slog.NewTextHandler(&log, nil)))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			w.Run(ctx)
		}()
		time.Sleep(20 * time.Second)
		synctest.Wait()
		cancel()
		<-ended
		if q.asked != 5 || q.ahead != 20*time.Second {
			t.Errorf("asked %d times for the next %s", q.asked, q.ahead)
		}
		if strings.Count(log.String(), "some seconds late") != 1 || strings.Count(log.String(), "in time again") != 1 {
			t.Errorf("the log says, where once is enough:\n%s", &log)
		}
	})
}

func TestNewWakerRefuses(t *testing.T) {
	t.Parallel()
	for _, config := range []WakerConfig{{Every: 20 * time.Second}, {Every: -1}, {Ahead: time.Second}} {
		if _, err := NewWaker(config, &queue{}, slog.New(slog.DiscardHandler)); err == nil {
			t.Errorf("%+v", config)
		}
	}
	if _, err := NewWaker(WakerConfig{}, nil, nil); err == nil {
		t.Error("a waker of nothing")
	}
}
