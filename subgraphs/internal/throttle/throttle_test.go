package throttle_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/weftql/weft/subgraphs/internal/throttle"
)

// memory is a Store in memory that fails when it is told to, for one goroutine.
type memory struct {
	counts map[[32]byte]time.Time
	err    error
	calls  int
}

func (m *memory) Take(_ context.Context, key [32]byte, rate throttle.Rate, now time.Time) (time.Duration, error) {
	m.calls++
	if m.err != nil {
		return 0, m.err
	}
	next, wait := rate.Next(m.counts[key], now)
	if wait == 0 {
		m.counts[key] = next
	}
	return wait, nil
}

func (m *memory) Return(_ context.Context, key [32]byte, rate throttle.Rate, _ time.Time) error {
	m.calls++
	if m.err == nil {
		m.counts[key] = m.counts[key].Add(-rate.Every)
	}
	return m.err
}

func newMemory() *memory { return &memory{counts: map[[32]byte]time.Time{}} }

// TestFallback has the primary store fail in the middle.
func TestFallback(t *testing.T) {
	t.Parallel()
	primary, fallback, log := newMemory(), newMemory(), &strings.Builder{}
	both, err := throttle.New(primary, fallback, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	rate := throttle.Rate{Burst: 2, Every: time.Minute}
	take := func(want time.Duration, calls int) {
		t.Helper()
		primary.calls = 0
		if wait, err := both.Take(t.Context(), [32]byte{}, rate, now); err != nil || wait != want || primary.calls != calls {
			t.Errorf("wait %s, error %v, %d calls of the primary store; want %s and %d", wait, err, primary.calls, want, calls)
		}
	}
	take(0, 1)
	take(0, 1)
	take(time.Minute, 1)
	primary.err = errors.New("gone")
	take(0, 1) // counted in the fallback, from the beginning
	take(0, 0) // the primary store is left alone for a while
	take(time.Minute, 0)
	now = now.Add(time.Second)
	take(59*time.Second, 1) // asked again, in vain
	primary.err = nil
	now = now.Add(time.Second)
	take(58*time.Second, 1)
	if err := both.Return(t.Context(), [32]byte{}, rate, now); err != nil {
		t.Fatal(err)
	}
	take(0, 1)
	if text := log.String(); strings.Count(text, "\n") != 2 || !strings.Contains(text, "gone") || !strings.Contains(text, "again") {
		t.Errorf("log, want one record for the failure and one for its end:\n%s", text)
	}
}

// TestCancelledCallerIsNoFailure must not send everybody else to the fallback.
func TestCancelledCallerIsNoFailure(t *testing.T) {
	t.Parallel()
	primary, fallback := newMemory(), newMemory()
	both, err := throttle.New(primary, fallback, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	primary.err, fallback.err = gone.Err(), gone.Err()
	rate := throttle.Rate{Burst: 1, Every: time.Minute}
	if _, err := both.Take(gone, [32]byte{}, rate, time.Now()); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	primary.err = nil
	if wait, err := both.Take(t.Context(), [32]byte{}, rate, time.Now()); err != nil || wait != 0 {
		t.Errorf("wait %s, error %v: the primary store is avoided", wait, err)
	}
}

func TestWithoutPrimary(t *testing.T) {
	t.Parallel()
	fallback := newMemory()
	both, err := throttle.New(nil, fallback, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if wait, err := both.Take(t.Context(), [32]byte{}, throttle.Rate{Burst: 1, Every: time.Minute}, time.Now()); err != nil || wait != 0 || fallback.calls != 1 {
		t.Errorf("wait %s, error %v, %d calls", wait, err, fallback.calls)
	}
}
