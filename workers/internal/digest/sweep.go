package digest

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/weftql/weft/subgraphs/users"
)

const (
	// sweepFor is the longest that one run of a Sweep goes on.
	sweepFor = 20 * time.Second
	// sweepPause is how long it rests then, so that others get to work.
	sweepPause = time.Second
)

// Readers knows who wants digests.
type Readers interface {
	// InsertDigests inserts the jobs of digests that are due, of some users. It returns
	// how many they are and whether there may be further users.
	InsertDigests(ctx context.Context, jobs *river.Client[pgx.Tx]) (inserted int, more bool, err error)
}

// Sweep inserts the jobs of digests that are due. Several may run at the same time.
type Sweep struct {
	river.WorkerDefaults[users.DigestsArgs]
	readers Readers
}

// NewSweep returns a Sweep.
func NewSweep(readers Readers) *Sweep { return &Sweep{readers: readers} }

// Work implements river.Worker. A million users whose hour is the same are more than
// an attempt has time for: then the job is snoozed, and goes on.
func (s *Sweep) Work(ctx context.Context, _ *river.Job[users.DigestsArgs]) error {
	jobs, err := river.ClientFromContextSafely[pgx.Tx](ctx)
	if err != nil {
		return fmt.Errorf("digests: %w", err)
	}
	return s.sweep(ctx, jobs)
}

func (s *Sweep) sweep(ctx context.Context, jobs *river.Client[pgx.Tx]) error {
	began, most := time.Now(), sweepFor
	if deadline, ok := ctx.Deadline(); ok {
		most = min(most, time.Until(deadline)/2)
	}
	for time.Since(began) < most {
		_, more, err := s.readers.InsertDigests(ctx, jobs)
		if err != nil {
			return fmt.Errorf("digests: %w", err)
		}
		if !more {
			return nil
		}
	}
	return river.JobSnooze(sweepPause)
}
