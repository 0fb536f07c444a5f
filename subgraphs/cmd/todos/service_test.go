package main

import (
	"context"
	"log/slog"
	"testing"

	"github.com/weftql/weft/subgraphs/cmd/outagetest"
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

// newService returns a service on a migrated database, changed by what the test
// needs to be different; nil changes nothing.
func newService(t *testing.T, url string, database func(*sharedpostgres.ReplicatedConfig), http func(*server.Config)) outagetest.Service {
	t.Helper()
	s := outagetest.Service{Log: &outagetest.Log{}}
	logger := slog.New(slog.NewTextHandler(s.Log, nil))
	cfg := sharedpostgres.ReplicatedConfig{Primary: sharedpostgres.Config{URL: url, Name: "test"}, Logger: logger}
	if database != nil {
		database(&cfg)
	}
	var err error
	if s.DB, err = sharedpostgres.OpenReplicated(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.DB.Close)
	cursors, err := page.NewCodec(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	todos, err := postgres.New(postgres.Deps{Pool: s.DB, Cursors: cursors, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	handler := server.Config{
		Schema:   graph.NewExecutableSchema(graph.Config{Resolvers: &graph.Resolver{Service: todos}}),
		Verifier: servertest.Verifier(t), Logger: logger, Reads: s.DB.Reads, Ready: s.DB.Ping,
		Prepare: func(ctx context.Context) context.Context { return graph.WithLoaders(ctx, todos) },
	}
	if http != nil {
		http(&handler)
	}
	if s.Handler, err = server.New(handler); err != nil {
		t.Fatal(err)
	}
	s.Client = servertest.NewClient(t, s.Handler)
	return s
}
