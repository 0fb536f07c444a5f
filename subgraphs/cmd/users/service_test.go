package main

import (
	"context"
	"log/slog"
	"testing"

	"github.com/weftql/weft/subgraphs/cmd/outagetest"
	"github.com/weftql/weft/subgraphs/internal/redis"
	sharedpostgres "github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/program"
	"github.com/weftql/weft/subgraphs/server"
	"github.com/weftql/weft/subgraphs/server/servertest"
	"github.com/weftql/weft/subgraphs/users/graph"
	"github.com/weftql/weft/subgraphs/users/postgres"
	"github.com/weftql/weft/subgraphs/users/token"
)

// migrate makes the service's tables.
func migrate(ctx context.Context, url string) error {
	return postgres.Migrate(ctx, url, slog.New(slog.DiscardHandler))
}

// running is what the program serves, put together as serve does it.
type running struct {
	outagetest.Service
	users *postgres.Service
}

// newService returns the service on a migrated database, changed by what the test
// needs to be different; nil changes nothing. Without a cache there is no Redis.
func newService(t *testing.T, url string, change func(*sharedpostgres.ReplicatedConfig), cache *redis.Client) running {
	t.Helper()
	s := running{Service: outagetest.Service{Log: &outagetest.Log{}}}
	logger := slog.New(slog.NewTextHandler(s.Log, nil))
	cfg := sharedpostgres.ReplicatedConfig{Primary: sharedpostgres.Config{URL: url, Name: "test"}, Logger: logger}
	if change != nil {
		change(&cfg)
	}
	var err error
	if s.DB, err = sharedpostgres.OpenReplicated(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.DB.Close)
	keys, err := token.ParseKeys(signingKey(t))
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := token.New(token.Config{Key: keys.Signing, Issuer: "iss", Audience: "aud"})
	if err != nil {
		t.Fatal(err)
	}
	c := config{Service: program.Service{Name: "users", Keys: servertest.Keys()}, endedSet: "test:ended"}
	if s.users, err = c.service(s.DB, keys, tokens, cache, logger); err != nil {
		t.Fatal(err)
	}
	handler, err := server.New(server.Config{
		Schema:   graph.NewExecutableSchema(graph.Config{Resolvers: &graph.Resolver{Service: s.users}}),
		Verifier: servertest.Verifier(t), Logger: logger, Reads: s.DB.Reads, Ready: s.DB.Ping,
		Prepare: func(ctx context.Context) context.Context { return graph.WithLoaders(ctx, s.users) },
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Handler, s.Client = handler, servertest.NewClient(t, handler)
	return s
}

// openRedis returns a client with the time limits of the program, until the test
// ends.
func openRedis(t *testing.T, url string) *redis.Client {
	t.Helper()
	cache, err := redis.Open(redis.Config{URL: url, Name: "users"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cache.Close() })
	return cache
}
