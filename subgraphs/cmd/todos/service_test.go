package main

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/weftql/weft/subgraphs/internal/page"
	sharedpostgres "github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/server"
	"github.com/weftql/weft/subgraphs/server/servertest"
	"github.com/weftql/weft/subgraphs/todos/graph"
	"github.com/weftql/weft/subgraphs/todos/postgres"
)

// migrate makes the service's tables.
func migrate(ctx context.Context, url string) error {
	return postgres.Migrate(ctx, url, slog.New(slog.DiscardHandler))
}

// log is a service's log in memory. It is safe for concurrent use.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (l *log) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(line)
}

// count is how many lines contain text.
func (l *log) count(text string) (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range strings.Lines(l.text.String()) {
		if strings.Contains(line, text) {
			n++
		}
	}
	return n
}

// service is what the program serves, put together as serve does it.
type service struct {
	db      *sharedpostgres.Replicated
	handler *server.Handler
	client  *servertest.Client
	log     *log
}

// newService returns a service on a migrated database, changed by what the test
// needs to be different; nil changes nothing.
func newService(t *testing.T, url string, database func(*sharedpostgres.ReplicatedConfig), http func(*server.Config)) service {
	t.Helper()
	s := service{log: &log{}}
	logger := slog.New(slog.NewTextHandler(s.log, nil))
	cfg := sharedpostgres.ReplicatedConfig{Primary: sharedpostgres.Config{URL: url, Name: "test"}, Logger: logger}
	if database != nil {
		database(&cfg)
	}
	var err error
	if s.db, err = sharedpostgres.OpenReplicated(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.db.Close)
	cursors, err := page.NewCodec(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	todos, err := postgres.New(postgres.Deps{Pool: s.db, Cursors: cursors, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	handler := server.Config{
		Schema:   graph.NewExecutableSchema(graph.Config{Resolvers: &graph.Resolver{Service: todos}}),
		Verifier: servertest.Verifier(t), Logger: logger, Reads: s.db.Reads, Ready: s.db.Ping,
		Prepare: func(ctx context.Context) context.Context { return graph.WithLoaders(ctx, todos) },
	}
	if http != nil {
		http(&handler)
	}
	if s.handler, err = server.New(handler); err != nil {
		t.Fatal(err)
	}
	s.client = servertest.NewClient(t, s.handler)
	return s
}
