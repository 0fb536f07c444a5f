package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

// JobSchema is the schema of River's tables in every service's database, so that
// a job can be inserted in the transaction that it belongs to.
const JobSchema = "river"

// jobLock is the advisory lock under which River's tables are migrated.
const jobLock = 0x77656674 // "weft"

// Migrate brings a service's database up to date: the service's own migrations
// (numbered *.sql files in the root of migrations), then MigrateJobs. Several
// processes may call it at the same time.
func Migrate(ctx context.Context, url string, migrations fs.FS, logger *slog.Logger) (err error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return fmt.Errorf("postgres: migrate: %w", err)
	}
	db := stdlib.OpenDB(*config)
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := migrateTables(ctx, db, migrations, logger); err != nil {
		return fmt.Errorf("postgres: migrate: %w", err)
	}
	return MigrateJobs(ctx, url, logger)
}

func migrateTables(ctx context.Context, db *sql.DB, migrations fs.FS, logger *slog.Logger) error {
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, migrations,
		goose.WithSessionLocker(locker), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	results, err := provider.Up(ctx)
	if err != nil {
		return err
	}
	for _, result := range results {
		logger.Info("migrated", slog.String("migration", result.Source.Path), slog.Duration("took", result.Duration))
	}
	return nil
}

// MigrateJobs brings River's tables up to date. Services call it through Migrate,
// because they insert jobs; the worker calls it, because it runs them: whoever
// comes first does it, in whatever order they are started.
func MigrateJobs(ctx context.Context, url string, logger *slog.Logger) error {
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return fmt.Errorf("postgres: migrate jobs: %w", err)
	}
	defer pool.Close()
	// The lock needs a connection of its own; the migrations take another.
	err = pool.AcquireFunc(ctx, func(conn *pgxpool.Conn) error {
		if _, err := conn.Exec(ctx, "select pg_advisory_lock($1)", jobLock); err != nil {
			return err
		}
		defer unlock(conn, logger)
		return migrateJobs(ctx, pool, logger)
	})
	if err != nil {
		return fmt.Errorf("postgres: migrate jobs: %w", err)
	}
	return nil
}

func unlock(conn *pgxpool.Conn, logger *slog.Logger) {
	// Not the caller's context: it may have ended, and the lock must go.
	if _, err := conn.Exec(context.Background(), "select pg_advisory_unlock($1)", jobLock); err != nil {
		logger.Warn("the lock of migrations goes with its connection", slog.Any("error", err))
	}
}

func migrateJobs(ctx context.Context, pool *pgxpool.Pool, logger *slog.Logger) error {
	if _, err := pool.Exec(ctx, "create schema if not exists "+JobSchema); err != nil {
		return err
	}
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Schema: JobSchema, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	result, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
	if err != nil {
		return err
	}
	for _, version := range result.Versions {
		logger.Info("migrated jobs", slog.Int("version", version.Version), slog.Duration("took", version.Duration))
	}
	return nil
}

// JobsMigrated returns an error if River's tables are missing or older than this
// program needs.
func JobsMigrated(ctx context.Context, pool *pgxpool.Pool) error {
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Schema: JobSchema, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return fmt.Errorf("postgres: %w", err)
	}
	result, err := migrator.Validate(ctx, nil)
	if err != nil {
		return fmt.Errorf("postgres: look for River's tables: %w", err)
	}
	if !result.OK {
		return fmt.Errorf("postgres: River's tables are not up to date (%v): run the program's migrate command", result.Messages)
	}
	return nil
}
