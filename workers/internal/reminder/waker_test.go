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

// queue is a Queue that counts how often it is asked.
type queue struct {
	ahead time.Duration
	asked int
	err   error
}

func (q *queue) WakeReminders(_ context.Context, ahead time.Duration) (int, error) {
	q.ahead = ahead
	q.asked++
	return 0, q.err
}

func TestWakerLooksAgainAndAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := &queue{}
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
		for _, err := range []error{nil, errors.New("connection refused"), errors.New("connection refused"), nil} {
			q.err = err
			time.Sleep(5 * time.Second)
			synctest.Wait()
		}
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
