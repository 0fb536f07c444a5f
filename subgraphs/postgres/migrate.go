package postgres

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

// JobSchema is the schema of River's tables in every service's database, so that
// a job can be inserted in the transaction that it belongs to.
const JobSchema = "river"

// migrationLock is the advisory lock under which a database is migrated.
const migrationLock = 0x77656674 // "weft"

// Migrate brings a service's database up to date: the service's own migrations
// (numbered files migrations/*.sql), then River's, as MigrateJobs does. Whoever
// else migrates the database waits.
func Migrate(ctx context.Context, url string, files fs.FS, logger *slog.Logger) error {
	return locked(ctx, url, logger, func(pool *pgxpool.Pool) error {
		if err := migrateTables(ctx, pool, files, logger); err != nil {
			return err
		}
		return migrateJobs(ctx, pool, logger)
	})
}

// MigrateJobs brings River's tables up to date. Services do it with their own,
// because they insert jobs; the worker calls it, because it runs them: whoever
// comes first does it, in whatever order they are started.
func MigrateJobs(ctx context.Context, url string, logger *slog.Logger) error {
	return locked(ctx, url, logger, func(pool *pgxpool.Pool) error { return migrateJobs(ctx, pool, logger) })
}

// locked runs work while nobody else migrates the database.
func locked(ctx context.Context, url string, logger *slog.Logger, work func(*pgxpool.Pool) error) error {
	parsed, err := parseURL(url)
	if err != nil {
		return err
	}
	pool, err := pgxpool.NewWithConfig(ctx, parsed)
	if err != nil {
		return fmt.Errorf("postgres: migrate: %w", err)
	}
	defer pool.Close()
	// The lock belongs to a connection; the work takes others.
	err = pool.AcquireFunc(ctx, func(conn *pgxpool.Conn) error {
		if is, err := pooled(ctx, conn.Conn()); is || err != nil {
			return cmp.Or(err, errPoolerMigrates)
		}
		if _, err := conn.Exec(ctx, "select pg_advisory_lock($1)", migrationLock); err != nil {
			return err
		}
		defer unlock(conn, logger)
		return work(pool)
	})
	if err != nil {
		return fmt.Errorf("postgres: migrate: %w", err)
	}
	return nil
}

func unlock(conn *pgxpool.Conn, logger *slog.Logger) {
	// Not the caller's context: it may have ended, and the lock must go.
	if _, err := conn.Exec(context.Background(), "select pg_advisory_unlock($1)", migrationLock); err != nil {
		logger.Warn("the lock of migrations goes with its connection", slog.Any("error", err))
	}
}

// migrateTables applies the service's own migrations.
func migrateTables(ctx context.Context, pool *pgxpool.Pool, files fs.FS, logger *slog.Logger) (err error) {
	db := stdlib.OpenDBFromPool(pool)
	defer func() { err = errors.Join(err, db.Close()) }()
	provider, err := newProvider(db, files)
	if err != nil {
		return err
	}
	results, err := provider.Up(ctx)
	var failed *goose.PartialError
	if errors.As(err, &failed) && failed.Failed != nil {
		return fmt.Errorf("%s: %w", failed.Failed.Source.Path, failed.Err)
	}
	if err != nil {
		return err
	}
	for _, result := range results {
		logger.Info("migrated", slog.String("migration", result.Source.Path), slog.Duration("took", result.Duration))
	}
	return nil
}

// migrateJobs applies River's migrations.
func migrateJobs(ctx context.Context, pool *pgxpool.Pool, logger *slog.Logger) error {
	if _, err := pool.Exec(ctx, "create schema if not exists "+JobSchema); err != nil {
		return err
	}
	migrator, err := newMigrator(pool)
	if err != nil {
		return err
	}
	result, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
	if err != nil {
		return err
	}
	if n := len(result.Versions); n > 0 {
		logger.Info("migrated jobs", slog.Int("from", result.Versions[0].Version), slog.Int("to", result.Versions[n-1].Version))
	}
	return nil
}

// JobsMigrated returns an error if River's tables are missing or older than this
// program needs.
func JobsMigrated(ctx context.Context, pool *pgxpool.Pool) error {
	migrator, err := newMigrator(pool)
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

// Migrated returns an error if Migrate has something to do.
func Migrated(ctx context.Context, pool *pgxpool.Pool, files fs.FS) (err error) {
	db := stdlib.OpenDBFromPool(pool)
	defer func() { err = errors.Join(err, db.Close()) }()
	provider, err := newProvider(db, files)
	if err != nil {
		return fmt.Errorf("postgres: %w", err)
	}
	pending, err := provider.HasPending(ctx)
	if err != nil {
		return fmt.Errorf("postgres: look for migrations: %w", err)
	}
	if pending {
		return errors.New("postgres: the database is not up to date: run the program's migrate command")
	}
	return JobsMigrated(ctx, pool)
}

// newProvider returns what applies a service's own migrations.
func newProvider(db *sql.DB, files fs.FS) (*goose.Provider, error) {
	migrations, err := fs.Sub(files, "migrations")
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectPostgres, db, migrations, goose.WithDisableGlobalRegistry(true))
}

// newMigrator returns what applies River's migrations.
func newMigrator(pool *pgxpool.Pool) (*rivermigrate.Migrator[pgx.Tx], error) {
	return rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Schema: JobSchema, Logger: slog.New(slog.DiscardHandler)})
}

// SchemaDigest tells one set of migrations from another, in 12 letters: what was made
// with others may lack tables.
func SchemaDigest(migrations fs.FS) (string, error) {
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return "", fmt.Errorf("postgres: %w", err)
	}
	sum := sha256.New()
	for _, name := range files {
		text, err := fs.ReadFile(migrations, name)
		if err != nil {
			return "", fmt.Errorf("postgres: %w", err)
		}
		fmt.Fprintf(sum, "%s %d\n%s", name, len(text), text)
	}
	return hex.EncodeToString(sum.Sum(nil))[:12], nil
}
