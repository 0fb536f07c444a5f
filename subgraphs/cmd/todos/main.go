// Command todos serves the todos subgraph:
//
//	todos migrate   bring the database up to date, then exit
//	todos demo      write the demonstration data, then exit
//	todos serve     answer the router until a signal ends it
//
// Without a command it lists the variables that configure it.
package main

import (
	"context"
	"log/slog"
	"os"
	_ "time/tzdata" // "today" depends on time zones; the machine may have none

	"github.com/weftql/weft/subgraphs/env"
	"github.com/weftql/weft/subgraphs/internal/demo"
	"github.com/weftql/weft/subgraphs/program"
	"github.com/weftql/weft/subgraphs/server"
	"github.com/weftql/weft/subgraphs/todos/graph"
	"github.com/weftql/weft/subgraphs/todos/postgres"
)

func main() {
	p := program.Program{Name: "todos", Prefix: "TODOS_", Commands: commands}
	os.Exit(p.Run(os.Args[1:], os.Environ(), os.Stderr))
}

func commands(r *env.Reader) []program.Command {
	c := config{program.ReadService(r, "todos", "TODOS_", 4002)}
	return []program.Command{
		{
			Name: "serve", Meaning: "answer the router until a signal ends it", Run: c.serve,
			Needs: []string{"TODOS_DATABASE_URL", "WEFT_IDENTITY_KEYS"},
		},
		{
			Name: "migrate", Meaning: "bring the database up to date, then exit", Run: c.migrate,
			Needs: []string{"TODOS_DATABASE_URL"},
		},
		{
			Name: "demo", Meaning: "write the demonstration data, then exit", Run: c.demo,
			Needs: []string{"TODOS_DATABASE_URL"},
		},
	}
}

// config is what the environment says.
type config struct{ program.Service }

func (c config) migrate(ctx context.Context, logger *slog.Logger) error {
	return postgres.Migrate(ctx, c.DatabaseURL, logger)
}

func (c config) demo(ctx context.Context, logger *slog.Logger) error {
	pool, err := c.Open(ctx, postgres.Migrated)
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := postgres.EnsureDemo(ctx, pool, demo.UserID(), demo.AdminID()); err != nil {
		return err
	}
	logger.Info("demo lists", slog.String("owner", demo.UserID()))
	return nil
}

func (c config) serve(ctx context.Context, logger *slog.Logger) error {
	db, err := c.OpenReplicated(ctx, postgres.Migrated, logger)
	if err != nil {
		return err
	}
	defer db.Close()
	cursors, err := c.Cursors()
	if err != nil {
		return err
	}
	service, err := postgres.New(postgres.Deps{Pool: db, Cursors: cursors, Logger: logger})
	if err != nil {
		return err
	}
	verifier, err := c.Verifier()
	if err != nil {
		return err
	}
	handler, err := server.New(server.Config{
		Schema:   graph.NewExecutableSchema(graph.Config{Resolvers: &graph.Resolver{Service: service}}),
		Verifier: verifier,
		Logger:   logger,
		Prepare:  func(ctx context.Context) context.Context { return graph.WithLoaders(ctx, service) },
		Reads:    db.Reads,
		Ready:    db.Ping,
	})
	if err != nil {
		return err
	}
	return server.Run(ctx, server.RunConfig{Addr: c.Addr, Logger: logger}, handler)
}
