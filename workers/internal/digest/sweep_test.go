package digest

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// crowd are users who have to be seen to, of whom each call sees to some, in a second.
type crowd struct {
	pages int
	calls int
	err   error
}

func (c *crowd) InsertDigests(context.Context, *river.Client[pgx.Tx]) (inserted int, more bool, err error) {
	time.Sleep(time.Second)
	c.calls++
	c.pages--
	return 1, c.pages > 0, c.err
}

func TestSweepGoesOnUntilThereIsNobodyLeft(t *testing.T) {
	t.Parallel()
	down := errors.New("connection refused")
	for _, c := range []struct {
		name    string
		pages   int
		err     error
		timeout time.Duration
		calls   int
		snoozed bool
	}{
		{"nobody", 1, nil, time.Minute, 1, false},
		{"many", 7, nil, time.Minute, 7, false},
		{"more than there is time for", 100, nil, time.Minute, 20, true},
		{"more than there is time for, of which there is little", 100, nil, 4 * time.Second, 2, true},
		{"nothing that ends it", 100, nil, 0, 20, true},
		{"the database is down", 7, down, time.Minute, 1, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx := t.Context()
				if c.timeout > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, c.timeout)
					defer cancel()
				}
				all := &crowd{pages: c.pages, err: c.err}
				err := NewSweep(all).sweep(ctx, nil)
				var snoozed *rivertype.JobSnoozeError
				if errors.As(err, &snoozed) != c.snoozed || !c.snoozed && !errors.Is(err, c.err) || all.calls != c.calls {
					t.Errorf("%d calls, %v; want %d calls", all.calls, err, c.calls)
				}
			})
		})
	}
}

func TestSweepNeedsAClient(t *testing.T) {
	t.Parallel()
	if err := NewSweep(&crowd{}).Work(t.Context(), nil); err == nil {
		t.Error("it inserts jobs without a client")
	}
}
