package server

import (
	"context"
	"log/slog"
	"sync"
)

// maxRecords bounds the records that one request leaves in the log.
const maxRecords = 20

// records are what one request has left in the log: each trouble once. A list of
// hundred objects whose database is away has it hundred times. They are safe for
// concurrent use.
type records struct {
	mu   sync.Mutex
	seen map[string]bool // nil as long as there is none
}

// record logs trouble of the request of ctx, unless it has been logged already
// or there are too many; the last record says so.
func record(ctx context.Context, logger *slog.Logger, level slog.Level, message, trouble string, attributes ...slog.Attr) {
	attributes = append([]slog.Attr{slog.String("requestId", Caller(ctx).RequestID)}, attributes...)
	if x := exchangeOf(ctx); x != nil {
		r := &x.records
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.seen[trouble] || len(r.seen) >= maxRecords {
			return
		}
		if r.seen == nil {
			r.seen = map[string]bool{}
		}
		r.seen[trouble] = true
		if len(r.seen) == maxRecords {
			attributes = append(attributes, slog.Bool("last", true))
		}
	}
	logger.LogAttrs(ctx, level, message, attributes...)
}
