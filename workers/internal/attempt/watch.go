package attempt

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/trace"
	"github.com/weftql/weft/workers/internal/metric"
)

// unknownAttempts bounds the attempts at a job of an unknown kind.
const unknownAttempts = 8

// unknownKind stands for kinds that nobody knows, of which there may be many.
const unknownKind = "unknown"

// Duration is how long attempts take, by kind and outcome; its count is that of the
// attempts.
var Duration = metric.Instrument{
	Name: "weft.job.duration", Unit: "s", Description: "Time that an attempt at a job took", Labels: []string{"kind", "outcome"},
}

// Watch is around every attempt at the jobs of one database. It is safe for
// concurrent use.
type Watch struct {
	river.MiddlewareDefaults
	durations metric.Histogram
	logger    *slog.Logger
}

var (
	_ rivertype.WorkerMiddleware = (*Watch)(nil)
	_ river.ErrorHandler         = (*Watch)(nil)
)

// Durations adds the histogram that Watches fill.
func Durations(registry *metric.Registry) metric.Histogram {
	return registry.Histogram(Duration, []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60})
}

// New returns a Watch that fills durations.
func New(durations metric.Histogram, logger *slog.Logger) *Watch {
	return &Watch{durations: durations, logger: logger}
}

// attemptKey is the key of the attempt in its own context.
type attemptKey struct{}

// attemptContext is the context of an attempt. What it knows of the job is looked up
// when somebody asks: most jobs' workers never do.
type attemptContext struct {
	context.Context
	job     *rivertype.JobRow
	reached bool
}

// Value implements context.Context.
func (c *attemptContext) Value(key any) any {
	switch key.(type) {
	case attemptKey:
		return c
	case trace.RequestKey:
		return postgres.JobRequest(c.job)
	}
	return c.Context.Value(key)
}

// Reached says that a job's arguments were read: the job has reached its worker.
// Every worker begins with it.
func Reached(ctx context.Context) {
	if c, ok := ctx.Value(attemptKey{}).(*attemptContext); ok {
		c.reached = true
	}
}

// poisoned is the error of a job whose arguments cannot be read.
type poisoned struct{ err error }

// Error implements error.
func (p poisoned) Error() string {
	return fmt.Sprintf("the job's arguments cannot be read, by any attempt: %v", p.err)
}

// Unwrap returns why.
func (p poisoned) Unwrap() error { return p.err }

// Work implements rivertype.WorkerMiddleware.
func (w *Watch) Work(ctx context.Context, job *rivertype.JobRow, work func(context.Context) error) error {
	began, outcome := time.Now(), "panicked"
	defer func() { w.durations.Observe(time.Since(began).Seconds(), job.Kind, outcome) }()
	own := &attemptContext{Context: ctx, job: job}
	err := work(own)
	if err != nil && !own.reached && ctx.Err() == nil {
		err = poisoned{err}
	}
	outcome = w.outcome(ctx, job, err)
	return err
}

// outcome names what became of an attempt.
func (w *Watch) outcome(ctx context.Context, job *rivertype.JobRow, err error) string {
	var snoozed *rivertype.JobSnoozeError
	var cancelled *rivertype.JobCancelError
	switch {
	case err == nil:
		return "completed"
	case errors.As(err, &snoozed):
		return "snoozed"
	case errors.As(err, &cancelled):
		// River does not tell its error handler of these.
		w.log(ctx, slog.LevelWarn, "job given up", job, slog.Any("error", err))
		return "cancelled"
	case errors.Is(err, context.Canceled) && errors.Is(ctx.Err(), context.Canceled):
		return "interrupted"
	case errors.As(err, &poisoned{}) || job.Attempt >= job.MaxAttempts:
		return "discarded"
	}
	return "failed"
}

// HandleError implements river.ErrorHandler: it logs each failed attempt, which River
// itself mentions only at level info, among much else.
func (w *Watch) HandleError(ctx context.Context, job *rivertype.JobRow, err error) *river.ErrorHandlerResult {
	var unknown *rivertype.UnknownJobKindError
	if errors.As(err, &unknown) {
		outcome := "failed"
		if job.Attempt >= min(unknownAttempts, job.MaxAttempts) {
			discard(job)
			outcome = "discarded"
		}
		w.durations.Observe(0, unknownKind, outcome)
	}
	if errors.As(err, &poisoned{}) {
		discard(job)
	}
	if job.Attempt >= job.MaxAttempts {
		w.log(ctx, slog.LevelError, "job failed for good", job, slog.Any("error", err))
	} else {
		w.log(ctx, slog.LevelWarn, "job failed, will be tried again", job, slog.Any("error", err))
	}
	return nil
}

// discard makes this attempt at the job the last one. River looks at the job again
// when its error handler has.
func discard(job *rivertype.JobRow) { job.MaxAttempts = job.Attempt }

// HandlePanic implements river.ErrorHandler.
func (w *Watch) HandlePanic(ctx context.Context, job *rivertype.JobRow, value any, stack string) *river.ErrorHandlerResult {
	w.log(ctx, slog.LevelError, "job panicked", job, slog.Any("panic", value), slog.String("stack", stack))
	return nil
}

// log names a job without its arguments, which may be personal.
func (w *Watch) log(ctx context.Context, level slog.Level, message string, job *rivertype.JobRow, more ...slog.Attr) {
	attributes := append([]slog.Attr{
		slog.Int64("job", job.ID), slog.String("kind", job.Kind), slog.Int("attempt", job.Attempt),
	}, more...)
	if request := postgres.JobRequest(job); request != "" {
		attributes = append(attributes, slog.String("requestId", request))
	}
	w.logger.LogAttrs(ctx, level, message, attributes...)
}
