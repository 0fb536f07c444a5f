package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/program"
	"github.com/weftql/weft/subgraphs/server"
	userspostgres "github.com/weftql/weft/subgraphs/users/postgres"
	"github.com/weftql/weft/workers"
	"github.com/weftql/weft/workers/internal/admin"
	"github.com/weftql/weft/workers/internal/attempt"
	"github.com/weftql/weft/workers/internal/backlog"
	"github.com/weftql/weft/workers/internal/delivery"
	"github.com/weftql/weft/workers/internal/letter/preview"
	"github.com/weftql/weft/workers/internal/metric"
	"github.com/weftql/weft/workers/internal/redis"
	"github.com/weftql/weft/workers/internal/relay"
	"github.com/weftql/weft/workers/internal/reminder"
)

// serve runs the jobs of both databases until ctx ends.
func (c config) serve(ctx context.Context, logger *slog.Logger) error {
	registry := metric.New()
	databases, mailer, err := c.databases(ctx, registry, logger)
	defer func() {
		for _, d := range databases {
			d.close()
		}
		if mailer != nil {
			mailer.Close()
		}
	}()
	if err != nil {
		return err
	}
	pages, err := c.pages(databases, registry, logger)
	if err != nil {
		return err
	}
	follower, end, err := c.relay(databases[1], registry)
	if err != nil {
		return err
	}
	defer end()
	running, ctx := errgroup.WithContext(ctx) // the listener may fail
	if err := pages.Start(ctx); err != nil {
		return err
	}
	for _, d := range databases {
		running.Go(func() error { return d.run(ctx) })
	}
	if follower != nil {
		running.Go(func() error { return follower.Run(ctx) })
	}
	running.Go(func() error { return server.Run(ctx, server.RunConfig{Addr: c.addr, Logger: logger}, pages) })
	return running.Wait()
}

// databases returns both databases, with their jobs, and what those send mails with.
// It does not connect.
func (c config) databases(ctx context.Context, registry *metric.Registry, logger *slog.Logger) ([]*database, *workers.Mailer, error) {
	users, errUsers := c.newDatabase(ctx, "users", c.usersDatabase, logger)
	todos, errTodos := c.newDatabase(ctx, "todos", c.todosDatabase, logger)
	if err := errors.Join(errUsers, errTodos); err != nil {
		return nil, nil, err
	}
	both := []*database{users, todos}
	mailer, err := workers.NewMailer(c.jobs, workers.MailerDeps{
		Deliveries: userspostgres.NewDeliveries(users.pool), Metrics: delivery.NewMeter(registry), Logger: logger,
	})
	if err != nil {
		return both, nil, err
	}
	deletions, err := userspostgres.NewDeletions(users.pool, nil, program.Quiet(logger))
	if err != nil {
		return both, nil, err
	}
	deps := workers.Deps{Accounts: accounts{users.pool}, Mailer: mailer, Deletions: deletions, Upkeep: order{users.pool, deletions, c.sealKeys, c.auditMonths, logger}, Todos: lists{todos.pool}, Logger: logger}
	usersJobs, errUsers := workers.Users(c.jobs, deps)
	todosJobs, errTodos := workers.Todos(c.jobs, deps)
	if err := errors.Join(errUsers, errTodos); err != nil {
		return both, mailer, err
	}
	waker, err := reminder.NewWaker(reminder.WakerConfig{}, lists{todos.pool}, todos.logger)
	if err != nil {
		return both, mailer, err
	}
	todos.beside = waker.Run
	durations := attempt.Durations(registry)
	return both, mailer, errors.Join(
		users.work(jobs{workers: usersJobs, queues: workers.UsersQueues(), periodic: workers.UsersPeriodic()}, c, attempt.New(durations, users.logger)),
		todos.work(jobs{workers: todosJobs, queues: workers.TodosQueues(), periodic: workers.TodosPeriodic()}, c, attempt.New(durations, todos.logger)),
	)
}

// pages returns what the admin listener serves.
func (c config) pages(databases []*database, registry *metric.Registry, logger *slog.Logger) (*admin.Server, error) {
	gauges := backlog.NewGauges(registry)
	pages := admin.Pages{Health: health(databases), Metrics: registry}
	for _, d := range databases {
		registry.Before(gauges.Look(backlog.Database{Name: d.name, Pool: d.pool, ClientID: d.client.ID()}))
		pages.Databases = append(pages.Databases, admin.Database{Name: d.name, Client: d.client})
	}
	if c.preview {
		letters, err := preview.New()
		if err != nil {
			return nil, err
		}
		pages.Letters = letters
	}
	return admin.New(admin.Config{Password: c.adminPassword, Logger: program.Quiet(logger)}, pages)
}

// relay returns what relays the events of todos, nil without Redis, and what ends its
// connections.
func (c config) relay(todos *database, registry *metric.Registry) (follower *relay.Relay, end func(), err error) {
	if c.redisURL == "" {
		return nil, func() {}, nil
	}
	stream, err := redis.Open(redis.Config{URL: c.redisURL, Name: relay.StreamName, MaxLength: relay.MaxLength})
	if err != nil {
		return nil, nil, fmt.Errorf("REDIS_URL: %w", err)
	}
	return relay.New(events{todos.pool}, stream, registry, todos.logger), func() { _ = stream.Close() }, nil
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
