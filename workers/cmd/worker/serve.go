package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/server"
	"github.com/weftql/weft/subgraphs/users"
	userspostgres "github.com/weftql/weft/subgraphs/users/postgres"
	"github.com/weftql/weft/workers"
)

const (
	// softStop is how long running jobs have to finish once the process is told
	// to stop; then they are cancelled and go back to the queue.
	softStop = 25 * time.Second
	// rescueAfter is when a job whose worker died is given to another. It must
	// exceed every job's timeout.
	rescueAfter = 5 * time.Minute
)

// serve runs jobs until ctx ends.
func (c config) serve(ctx context.Context, logger *slog.Logger) error {
	pool, err := postgres.Open(ctx, postgres.Config{URL: c.usersDatabase, Name: "worker", StatementTimeout: 30 * time.Second})
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := postgres.JobsMigrated(ctx, pool); err != nil {
		return err
	}
	client, err := newClient(pool, c.jobs, logger)
	if err != nil {
		return err
	}
	if err := client.Start(ctx); err != nil {
		return fmt.Errorf("start: %w", err)
	}
	admin := http.NewServeMux()
	admin.Handle("GET /health", health(pool))
	err = server.Run(ctx, server.RunConfig{Addr: c.addr, Logger: logger}, admin)
	if err != nil {
		// The listener failed, and not ctx: River is still running.
		stopping, cancel := context.WithTimeout(context.Background(), softStop)
		defer cancel()
		return errors.Join(err, client.Stop(stopping))
	}
	<-client.Stopped()
	return nil
}

func newClient(pool *pgxpool.Pool, config workers.Config, logger *slog.Logger) (*river.Client[pgx.Tx], error) {
	jobs, err := workers.Users(config, workers.Deps{Accounts: accounts{pool}})
	if err != nil {
		return nil, err
	}
	return river.NewClient(riverpgxv5.New(pool), &river.Config{
		Schema:               postgres.JobSchema,
		Queues:               workers.UsersQueues(),
		Workers:              jobs,
		Logger:               slog.New(warnings{logger.Handler()}),
		ErrorHandler:         failures{logger},
		SoftStopTimeout:      softStop,
		RescueStuckJobsAfter: rescueAfter,
	})
}

// accounts is what jobs need of the users database.
type accounts struct{ pool *pgxpool.Pool }

func (a accounts) Contact(ctx context.Context, userID string) (users.Contact, error) {
	return userspostgres.Contact(ctx, a.pool, userID)
}

func (a accounts) VerificationToken(ctx context.Context, userID string) (users.Contact, string, error) {
	return userspostgres.VerificationToken(ctx, a.pool, userID, time.Now())
}

func (a accounts) ResetToken(ctx context.Context, emailKey string) (users.Contact, string, error) {
	return userspostgres.ResetToken(ctx, a.pool, emailKey, time.Now())
}

func (a accounts) Entry(ctx context.Context, entryID string) (*users.AuditEntry, error) {
	return userspostgres.Entry(ctx, a.pool, entryID)
}

// health answers 200 while the database does.
func health(pool *pgxpool.Pool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), time.Second)
		defer cancel()
		status, text := http.StatusOK, `{"status":"UP"}`
		if pool.Ping(ctx) != nil {
			status, text = http.StatusServiceUnavailable, `{"status":"DOWN"}`
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		fmt.Fprintln(w, text)
	})
}

// failures logs each failed attempt: River itself mentions them only at level
// info, among much else.
type failures struct{ logger *slog.Logger }

// HandleError implements river.ErrorHandler.
func (f failures) HandleError(ctx context.Context, job *rivertype.JobRow, err error) *river.ErrorHandlerResult {
	level, message := slog.LevelWarn, "job failed, will be tried again"
	if job.Attempt >= job.MaxAttempts {
		level, message = slog.LevelError, "job failed for good"
	}
	f.logger.LogAttrs(ctx, level, message, jobAttributes(job, slog.Any("error", err))...)
	return nil
}

// HandlePanic implements river.ErrorHandler.
func (f failures) HandlePanic(ctx context.Context, job *rivertype.JobRow, value any, trace string) *river.ErrorHandlerResult {
	f.logger.LogAttrs(ctx, slog.LevelError, "job panicked", jobAttributes(job, slog.Any("panic", value), slog.String("stack", trace))...)
	return nil
}

// jobAttributes names a job without its arguments, which may be personal.
func jobAttributes(job *rivertype.JobRow, more ...slog.Attr) []slog.Attr {
	return append([]slog.Attr{slog.Int64("job", job.ID), slog.String("kind", job.Kind), slog.Int("attempt", job.Attempt)}, more...)
}

// warnings drops what River says below level warn.
type warnings struct{ slog.Handler }

// Enabled implements slog.Handler.
func (w warnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && w.Handler.Enabled(ctx, level)
}
