package main

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/program"
	"github.com/weftql/weft/workers"
	"github.com/weftql/weft/workers/internal/attempt"
)

// database is one of the databases with jobs, and the client that runs them. The
// databases do not depend on each other: each is waited for as long as it takes.
type database struct {
	name   string // users or todos
	pool   *pgxpool.Pool
	client *river.Client[pgx.Tx]
	works  bool          // it has jobs
	stop   time.Duration // the longest that stopping takes
	// beside is done while jobs run, until its context ends; nil for nothing.
	beside func(context.Context)
	logger *slog.Logger
	// started is set once the client runs; it goes on by itself when the database
	// goes away and comes back.
	started atomic.Bool
}

// jobs are what a database has to do.
type jobs struct {
	workers  *river.Workers
	queues   map[string]river.QueueConfig
	periodic []*river.PeriodicJob
}

// work gives the database its jobs; watch is around each attempt at one.
func (d *database) work(all jobs, c config, watch *attempt.Watch) (err error) {
	queues := maps.Clone(all.queues)
	for queue, n := range c.river.maxWorkers {
		if _, ours := queues[queue]; ours {
			queues[queue] = river.QueueConfig{MaxWorkers: n}
		}
	}
	d.works = len(queues) > 0
	d.stop = c.river.softStop + c.river.hardStop
	d.client, err = river.NewClient(riverpgxv5.New(d.pool), &river.Config{
		Schema:                      postgres.JobSchema,
		Queues:                      queues,
		Workers:                     all.workers,
		PeriodicJobs:                all.periodic,
		Logger:                      program.Quiet(d.logger),
		Middleware:                  []rivertype.Middleware{&postgres.JobTrace{}, watch},
		ErrorHandler:                watch,
		RetryPolicy:                 workers.Retries{Base: c.jobs.RetryBase},
		JobTimeout:                  c.jobs.JobTimeout,
		RescueStuckJobsAfter:        c.jobs.RescueAfter,
		FetchCooldown:               c.river.fetchCooldown,
		FetchPollInterval:           c.river.pollInterval,
		PollOnly:                    c.river.pollOnly,
		SoftStopTimeout:             c.river.softStop,
		CompletedJobRetentionPeriod: c.river.completedRetention,
		DiscardedJobRetentionPeriod: c.river.deadRetention,
		CancelledJobRetentionPeriod: c.river.deadRetention,
	})
	if err != nil {
		return fmt.Errorf("%s: %w", d.name, err)
	}
	return nil
}

// The waits between attempts to start.
const (
	firstWait   = 250 * time.Millisecond
	longestWait = 5 * time.Second
)

// run runs the database's jobs until ctx ends: as soon as it answers and has
// River's tables.
func (d *database) run(ctx context.Context) error {
	if !d.works {
		return nil
	}
	said := ""
	for wait := firstWait; ; wait = min(2*wait, longestWait) {
		err := d.start(ctx)
		if err == nil {
			break
		}
		if ctx.Err() != nil {
			return nil
		}
		if text := err.Error(); text != said {
			d.logger.ErrorContext(ctx, "jobs wait for their database", slog.Any("error", err))
			said = text
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
	}
	d.started.Store(true)
	if said != "" {
		d.logger.InfoContext(ctx, "jobs run")
	}
	if d.beside != nil {
		d.beside(ctx)
	}
	<-ctx.Done() // River stops by itself
	select {
	case <-d.client.Stopped():
		return nil
	case <-time.After(d.stop):
		return fmt.Errorf("%s: jobs were still running %s after they should have ended; others will take them over", d.name, d.stop)
	}
}

// start starts the client, if the database is fit for it.
func (d *database) start(ctx context.Context) error {
	if err := postgres.JobsMigrated(ctx, d.pool); err != nil {
		return err
	}
	if err := d.client.Start(ctx); err != nil {
		return fmt.Errorf("start: %w", err)
	}
	return nil
}

// close closes the connections.
func (d *database) close() { d.pool.Close() }
