package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/server"
	"github.com/weftql/weft/workers"
)

// serve runs the jobs of both databases until ctx ends.
func (c config) serve(ctx context.Context, logger *slog.Logger) error {
	databases, err := c.databases(ctx, logger)
	defer func() {
		for _, d := range databases {
			d.close()
		}
	}()
	if err != nil {
		return err
	}
	admin := http.NewServeMux()
	admin.Handle("GET /health", health(databases))

	running, ctx := errgroup.WithContext(ctx) // the listener may fail
	for _, d := range databases {
		running.Go(func() error { return d.run(ctx) })
	}
	running.Go(func() error { return server.Run(ctx, server.RunConfig{Addr: c.addr, Logger: logger}, admin) })
	return running.Wait()
}

// databases returns both databases, with their jobs. It does not connect.
func (c config) databases(ctx context.Context, logger *slog.Logger) ([]*database, error) {
	users, errUsers := c.newDatabase(ctx, "users", c.usersDatabase, logger)
	todos, errTodos := c.newDatabase(ctx, "todos", c.todosDatabase, logger)
	if err := errors.Join(errUsers, errTodos); err != nil {
		return nil, err
	}
	both := []*database{users, todos}
	deps := workers.Deps{Accounts: accounts{users.pool}}
	usersJobs, errUsers := workers.Users(c.jobs, deps)
	todosJobs, errTodos := workers.Todos(c.jobs, deps)
	if err := errors.Join(errUsers, errTodos); err != nil {
		return both, err
	}
	return both, errors.Join(
		users.work(jobs{workers: usersJobs, queues: workers.UsersQueues(), periodic: workers.UsersPeriodic()}, c),
		todos.work(jobs{workers: todosJobs, queues: workers.TodosQueues(), periodic: workers.TodosPeriodic()}, c),
	)
}

// newDatabase returns a database without jobs.
func (c config) newDatabase(ctx context.Context, name, url string, logger *slog.Logger) (*database, error) {
	pool, err := postgres.NewPool(ctx, postgres.Config{
		URL: url, Name: "worker", MaxConns: int32(c.maxConns), StatementTimeout: 30 * time.Second,
	})
	if err != nil {
		return nil, err
	}
	return &database{name: name, pool: pool, logger: logger.With(slog.String("database", name))}, nil
}
