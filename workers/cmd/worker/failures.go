package main

import (
	"context"
	"log/slog"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// failures logs each failed attempt: River itself mentions them only at level
// info, among much else.
type failures struct{ logger *slog.Logger }

// HandleError implements river.ErrorHandler.
func (f failures) HandleError(ctx context.Context, job *rivertype.JobRow, err error) *river.ErrorHandlerResult {
	level, message := slog.LevelWarn, "job failed, will be tried again"
	if job.Attempt >= job.MaxAttempts {
		level, message = slog.LevelError, "job failed for good"
	}
	f.logger.LogAttrs(ctx, level, message, jobAttributes(job, slog.Any("error", err))...)
	return nil
}

// HandlePanic implements river.ErrorHandler.
func (f failures) HandlePanic(ctx context.Context, job *rivertype.JobRow, value any, trace string) *river.ErrorHandlerResult {
	f.logger.LogAttrs(ctx, slog.LevelError, "job panicked", jobAttributes(job, slog.Any("panic", value), slog.String("stack", trace))...)
	return nil
}

// jobAttributes names a job without its arguments, which may be personal.
func jobAttributes(job *rivertype.JobRow, more ...slog.Attr) []slog.Attr {
	return append([]slog.Attr{slog.Int64("job", job.ID), slog.String("kind", job.Kind), slog.Int("attempt", job.Attempt)}, more...)
}
