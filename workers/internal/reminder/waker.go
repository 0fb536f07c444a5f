package reminder

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"
)

// Queue is where reminders wait.
type Queue interface {
	// WakeReminders makes the jobs available that are due within ahead, and returns how
	// many there were.
	WakeReminders(ctx context.Context, ahead time.Duration) (int, error)
}

// WakerConfig configures a Waker.
type WakerConfig struct {
	// Every is the time between two looks. Defaults to 5 seconds.
	Every time.Duration
	// Ahead is how long before they are due jobs are made available; no worker takes
	// them before. It has to exceed Every by what a slow look takes. Defaults to 20
	// seconds.
	Ahead time.Duration
}

// Waker makes the jobs of reminders available before they are due. Any number may do
// it at the same time.
type Waker struct {
	config WakerConfig
	queue  Queue
	logger *slog.Logger
}

// NewWaker returns a Waker.
func NewWaker(config WakerConfig, queue Queue, logger *slog.Logger) (*Waker, error) {
	config.Every, config.Ahead = cmp.Or(config.Every, 5*time.Second), cmp.Or(config.Ahead, 20*time.Second)
	if config.Every < 0 || config.Ahead <= config.Every {
		return nil, errors.New("reminder: WakerConfig.Ahead has to exceed Every")
	}
	if queue == nil || logger == nil {
		return nil, errors.New("reminder: a dependency of the Waker is missing")
	}
	return &Waker{config, queue, logger}, nil
}

// Run wakes reminders until ctx ends. Where that fails, River's leader does it.
func (w *Waker) Run(ctx context.Context) {
	ticker := time.NewTicker(w.config.Every)
	defer ticker.Stop()
	failing := false
	for {
		err := w.wake(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && !failing:
			w.logger.WarnContext(ctx, "reminders may come some seconds late", slog.Any("error", err))
		case err == nil && failing:
			w.logger.InfoContext(ctx, "reminders come in time again")
		}
		failing = err != nil
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// wake is one look, which ends before the next.
func (w *Waker) wake(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, w.config.Every)
	defer cancel()
	_, err := w.queue.WakeReminders(ctx, w.config.Ahead)
	return err
}
