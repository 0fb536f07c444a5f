package server

import (
	"context"
	"log/slog"
	"sync"
)

// maxRecords bounds the records that one request leaves in the log.
const maxRecords = 20

// recorder writes down what went wrong in one request, each trouble once: a list
// of hundred objects whose database is away has it hundred times. It is safe for
// concurrent use.
type recorder struct {
	mu   sync.Mutex
	seen map[string]bool
}

// recorderKey is the key of a request's recorder in its context.
type recorderKey struct{}

func withRecorder(ctx context.Context) context.Context {
	return context.WithValue(ctx, recorderKey{}, &recorder{seen: map[string]bool{}})
}

// record logs trouble of the request of ctx, unless it has been logged already
// or there are too many; the last record says so.
func record(ctx context.Context, logger *slog.Logger, level slog.Level, message, trouble string, attributes ...slog.Attr) {
	attributes = append([]slog.Attr{slog.String("requestId", Caller(ctx).RequestID)}, attributes...)
	if r, ok := ctx.Value(recorderKey{}).(*recorder); ok {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.seen[trouble] || len(r.seen) >= maxRecords {
			return
		}
		r.seen[trouble] = true
		if len(r.seen) == maxRecords {
			attributes = append(attributes, slog.Bool("last", true))
		}
	}
	logger.LogAttrs(ctx, level, message, attributes...)
}
