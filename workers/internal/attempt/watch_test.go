package attempt_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/weftql/weft/subgraphs/trace"
	"github.com/weftql/weft/workers/internal/attempt"
	"github.com/weftql/weft/workers/internal/metric"
)

// TestWorkersKnowTheRequest gives a worker, and the log of what it gives up, the id of
// the request that inserted the job.
func TestWorkersKnowTheRequest(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	watch := attempt.New(attempt.Durations(metric.New()), slog.New(slog.NewTextHandler(&log, nil)))
	job := &rivertype.JobRow{ID: 7, Kind: "test.none", Attempt: 1, MaxAttempts: 8, Metadata: []byte(`{"request_id": "r.1"}`)}
	err := watch.Work(t.Context(), job, func(ctx context.Context) error {
		attempt.Reached(ctx)
		if got := trace.Request(ctx); got != "r.1" {
			t.Errorf("the worker sees request %q", got)
		}
		return river.JobCancel(errors.New("nobody wants it"))
	})
	var cancelled *rivertype.JobCancelError
	if !errors.As(err, &cancelled) {
		t.Errorf("%v", err)
	}
	for _, want := range []string{"job given up", "job=7", "requestId=r.1", "nobody wants it"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("%q is missing in %s", want, &log)
		}
	}
}

// TestOnlyWhatDidNotReachItsWorkerIsPoisoned tells arguments that cannot be read from
// a worker's own trouble with JSON, and from a process that stops.
func TestOnlyWhatDidNotReachItsWorkerIsPoisoned(t *testing.T) {
	t.Parallel()
	trouble := errors.New("unexpected end of JSON input")
	stopped, stop := context.WithCancel(t.Context())
	stop()
	for _, c := range []struct {
		name     string
		ctx      context.Context
		reached  bool
		err      error
		poisoned bool
	}{
		{"arguments", t.Context(), false, trouble, true},
		{"a worker's own", t.Context(), true, trouble, false},
		{"stopped before", stopped, false, context.Canceled, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			watch := attempt.New(attempt.Durations(metric.New()), slog.New(slog.DiscardHandler))
			job := &rivertype.JobRow{Kind: "test.none", Attempt: 1, MaxAttempts: 8}
			err := watch.Work(c.ctx, job, func(ctx context.Context) error {
				if c.reached {
					attempt.Reached(ctx)
				}
				return c.err
			})
			watch.HandleError(t.Context(), job, err)
			if last := job.MaxAttempts == 1; last != c.poisoned || !errors.Is(err, c.err) {
				t.Errorf("%v; attempts %d", err, job.MaxAttempts)
			}
		})
	}
}
