package workers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/weftql/weft/workers/internal/attempt"
)

// list collects the workers of one database, and what is wrong with them.
type list struct {
	config  Config
	workers *river.Workers
	errs    []error
}

func newList(config Config) *list {
	return &list{config: config, workers: river.NewWorkers()}
}

// add adds a worker to the list. One whose job may run for longer than until it is
// rescued is refused: it would run twice at the same time.
func add[T river.JobArgs](l *list, worker river.Worker[T]) {
	var args T
	timeout := cmp.Or(worker.Timeout(&river.Job[T]{JobRow: &rivertype.JobRow{}}), l.config.JobTimeout)
	if timeout < 0 || timeout >= l.config.RescueAfter {
		l.errs = append(l.errs, fmt.Errorf("workers: jobs of kind %s may run for %s, but are given to another worker after %s: that has to be longer",
			args.Kind(), bound(timeout), l.config.RescueAfter))
	}
	if err := river.AddWorkerSafely(l.workers, reached[T]{worker}); err != nil {
		l.errs = append(l.errs, fmt.Errorf("workers: %w", err))
	}
}

// reached is a worker that says when it has a job.
type reached[T river.JobArgs] struct{ river.Worker[T] }

// Work implements river.Worker.
func (r reached[T]) Work(ctx context.Context, job *river.Job[T]) error {
	attempt.Reached(ctx)
	return r.Worker.Work(ctx, job)
}

// done returns the workers, or everything that is wrong.
func (l *list) done() (*river.Workers, error) {
	if err := errors.Join(l.errs...); err != nil {
		return nil, err
	}
	return l.workers, nil
}

func bound(timeout time.Duration) string {
	if timeout < 0 {
		return "ever"
	}
	return timeout.String()
}

// every is a job that is there once in each period, counted from midnight UTC:
// whoever leads inserts it when the period begins, or as soon as there is a leader.
// It is found by id, which has to be unique among the jobs of its database.
func every(period time.Duration, id, queue string, args river.JobArgs) *river.PeriodicJob {
	construct := func() (river.JobArgs, *river.InsertOpts) {
		return args, &river.InsertOpts{Queue: queue, UniqueOpts: river.UniqueOpts{ByPeriod: period}}
	}
	return river.NewPeriodicJob(clock(period), construct, &river.PeriodicJobOpts{ID: id, RunOnStart: true})
}

// clock is a schedule of full periods, counted from midnight UTC: the same for
// everybody, whenever they begin to lead.
type clock time.Duration

// Next implements river.PeriodicSchedule.
func (c clock) Next(now time.Time) time.Time {
	return now.Truncate(time.Duration(c)).Add(time.Duration(c))
}
