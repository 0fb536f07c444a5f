package throttle

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"
)

// Rate is how often something may be tried.
type Rate struct {
	// Burst is how many attempts are accepted at once.
	Burst int
	// Every is the interval after which one attempt is forgotten.
	Every time.Duration
}

// Next returns the moment at which all attempts on a key are forgotten if another
// is made now, and how long that one has to wait: it counts only if that is 0.
// Stores that compute for themselves do the same.
func (r Rate) Next(forgottenAt, now time.Time) (time.Time, time.Duration) {
	if forgottenAt.Before(now) {
		forgottenAt = now
	}
	next := forgottenAt.Add(r.Every)
	return next, max(0, next.Sub(now)-time.Duration(r.Burst)*r.Every)
}

// Store keeps counts by key. Implementations are safe for concurrent use, and
// count each of several attempts at the same time.
type Store interface {
	// Take counts an attempt and returns 0, or does not count it and returns how
	// long to wait until it would.
	Take(ctx context.Context, key [32]byte, rate Rate, now time.Time) (time.Duration, error)
	// Return takes one attempt back.
	Return(ctx context.Context, key [32]byte, rate Rate, now time.Time) error
}

// restBetween is how long the primary store is left alone after it has failed.
const restBetween = time.Second

// Throttle is a Store on two others. It is safe for concurrent use.
type Throttle struct {
	primary, fallback Store // primary may be nil
	logger            *slog.Logger
	// resting is until when the primary is left alone, in Unix nanoseconds; 0
	// while it works.
	resting atomic.Int64
}

var _ Store = (*Throttle)(nil)

// New returns a Throttle that uses primary, and fallback while primary fails. A
// nil primary has always failed. The logger is told when that changes.
func New(primary, fallback Store, logger *slog.Logger) (*Throttle, error) {
	if fallback == nil || logger == nil {
		return nil, errors.New("throttle: a fallback and a logger are required")
	}
	return &Throttle{primary: primary, fallback: fallback, logger: logger}, nil
}

// Take implements Store.
func (t *Throttle) Take(ctx context.Context, key [32]byte, rate Rate, now time.Time) (time.Duration, error) {
	var wait time.Duration
	if t.try(ctx, now, func() (err error) { wait, err = t.primary.Take(ctx, key, rate, now); return err }) {
		return wait, nil
	}
	return t.fallback.Take(ctx, key, rate, now)
}

// Return implements Store. An attempt that the other store has counted stays
// there: it is forgotten in time.
func (t *Throttle) Return(ctx context.Context, key [32]byte, rate Rate, now time.Time) error {
	if t.try(ctx, now, func() error { return t.primary.Return(ctx, key, rate, now) }) {
		return nil
	}
	return t.fallback.Return(ctx, key, rate, now)
}

// try tells whether the primary store did what is asked of it.
func (t *Throttle) try(ctx context.Context, now time.Time, ask func() error) bool {
	resting := t.resting.Load()
	if t.primary == nil || now.UnixNano() < resting {
		return false
	}
	err := ask()
	if err == nil {
		if resting != 0 && t.resting.CompareAndSwap(resting, 0) {
			t.logger.InfoContext(ctx, "attempts are counted in Redis again")
		}
		return true
	}
	if ctx.Err() != nil {
		return false // the caller's trouble; the fallback will say so
	}
	if t.resting.Swap(now.Add(restBetween).UnixNano()) == 0 {
		t.logger.WarnContext(ctx, "attempts are counted in PostgreSQL: Redis is away", slog.Any("error", err))
	}
	return false
}
