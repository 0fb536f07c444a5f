package upkeep

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/riverqueue/river"
)

// Task does a piece of work, and returns how much of what it has done: rows by table,
// for instance.
type Task func(ctx context.Context) (done map[string]int64, err error)

// Config configures a Worker.
type Config struct {
	// Timeout bounds one attempt. Required.
	Timeout time.Duration
}

// Worker runs the task of one kind of job.
type Worker[T river.JobArgs] struct {
	river.WorkerDefaults[T]
	config Config
	task   Task
	logger *slog.Logger
}

// New returns a Worker.
func New[T river.JobArgs](config Config, task Task, logger *slog.Logger) (*Worker[T], error) {
	if config.Timeout <= 0 || task == nil || logger == nil {
		return nil, errors.New("upkeep: Timeout, a task and a logger are required")
	}
	return &Worker[T]{config: config, task: task, logger: logger}, nil
}

// Timeout implements river.Worker.
func (w *Worker[T]) Timeout(*river.Job[T]) time.Duration { return w.config.Timeout }

// Work implements river.Worker. It says what was done, if anything was.
func (w *Worker[T]) Work(ctx context.Context, job *river.Job[T]) error {
	done, err := w.task(ctx)
	var attributes []slog.Attr
	for _, name := range slices.Sorted(maps.Keys(done)) {
		if n := done[name]; n > 0 {
			attributes = append(attributes, slog.Int64(name, n))
		}
	}
	if attributes != nil {
		w.logger.LogAttrs(ctx, slog.LevelInfo, job.Kind, attributes...)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", job.Kind, err)
	}
	return nil
}
