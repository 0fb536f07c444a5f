package postgrestest

import (
	"context"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
)

// Recorder is a tracer that keeps statements with their arguments, to explain them.
// It is safe for concurrent use.
type Recorder struct {
	// Package is the import path of a package: which of its lines have sent a
	// statement is noted too. Defaults to none.
	Package string

	mu  sync.Mutex
	all []Query
}

var (
	_ pgx.QueryTracer = (*Recorder)(nil)
	_ pgx.BatchTracer = (*Recorder)(nil)
)

// TraceQueryStart implements pgx.QueryTracer.
func (r *Recorder) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	r.keep(Query{SQL: data.SQL, Args: data.Args})
	return ctx
}

// TraceQueryEnd implements pgx.QueryTracer.
func (r *Recorder) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// TraceBatchStart implements pgx.BatchTracer.
func (r *Recorder) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	return ctx
}

// TraceBatchQuery implements pgx.BatchTracer.
func (r *Recorder) TraceBatchQuery(_ context.Context, _ *pgx.Conn, data pgx.TraceBatchQueryData) {
	r.keep(Query{SQL: data.SQL, Args: data.Args})
}

// TraceBatchEnd implements pgx.BatchTracer.
func (r *Recorder) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

func (r *Recorder) keep(query Query) {
	if r.Package != "" {
		query.File, query.Line = r.sender()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, query)
}

// sender is the line of the package that is nearest to the statement, "" if nothing
// of the package is on the stack.
func (r *Recorder) sender() (file string, line int) {
	var callers [64]uintptr
	frames := runtime.CallersFrames(callers[:runtime.Callers(3, callers[:])])
	for {
		frame, more := frames.Next()
		if strings.HasPrefix(frame.Function, r.Package+".") {
			return filepath.Base(frame.File), frame.Line
		}
		if !more {
			return "", 0
		}
	}
}

// Take returns the statements since the last call, in their order.
func (r *Recorder) Take() []Query {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := r.all
	r.all = nil
	return all
}
