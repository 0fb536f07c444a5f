package postgrestest

import (
	"context"
	"slices"
	"sync"

	"github.com/jackc/pgx/v5"
)

// Statements is a tracer that writes down the SQL of each statement, so that a
// test can count them. The zero value is ready; it is safe for concurrent use.
type Statements struct {
	mu   sync.Mutex
	all  []string
	last Query
}

var _ pgx.QueryTracer = (*Statements)(nil)

// TraceQueryStart implements pgx.QueryTracer.
func (s *Statements) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, data.SQL)
	s.last = Query{SQL: data.SQL, Args: data.Args}
	return ctx
}

// TraceQueryEnd implements pgx.QueryTracer.
func (s *Statements) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// Take returns the statements since the last call, in their order.
func (s *Statements) Take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := slices.Clone(s.all)
	s.all = nil
	return all
}

// Last is the last statement, with its arguments.
func (s *Statements) Last() Query {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}
