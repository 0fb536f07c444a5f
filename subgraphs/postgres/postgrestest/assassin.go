package postgrestest

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Assassin is a tracer that ends the connection of a statement before it is sent,
// once for each time it is told to. It is safe for concurrent use.
type Assassin struct {
	admin *pgx.Conn

	mu     sync.Mutex
	victim string // a part of the statement; "" for none
	killed int
}

var _ pgx.QueryTracer = (*Assassin)(nil)

// NewAssassin returns an Assassin of connections to the database.
func NewAssassin(t testing.TB, url string) *Assassin {
	t.Helper()
	admin, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = admin.Close(context.Background()) })
	return &Assassin{admin: admin}
}

// Await has the next statement with this part in it lose its connection.
func (a *Assassin) Await(part string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.victim, a.killed = part, 0
}

// Done tells whether that has happened since Await.
func (a *Assassin) Done() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.killed == 1
}

// TraceQueryStart implements pgx.QueryTracer.
func (a *Assassin) TraceQueryStart(ctx context.Context, conn *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.victim == "" || !strings.Contains(data.SQL, a.victim) {
		return ctx
	}
	a.victim = ""
	var ended bool
	// The second argument has the server wait until the backend is gone.
	if err := a.admin.QueryRow(context.Background(), `select pg_terminate_backend($1, 5000)`, conn.PgConn().PID()).Scan(&ended); err == nil && ended {
		a.killed++
	}
	return ctx
}

// TraceQueryEnd implements pgx.QueryTracer.
func (a *Assassin) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}
