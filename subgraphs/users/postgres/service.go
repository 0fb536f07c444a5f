package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/weftql/weft/subgraphs/internal/page"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/subgraphs/users/password"
	"github.com/weftql/weft/subgraphs/users/token"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrate brings a database up to date: the tables of users, and River's, into
// which Register inserts.
func Migrate(ctx context.Context, url string, logger *slog.Logger) error {
	return postgres.Migrate(ctx, url, migrations, logger)
}

// Migrated returns an error if Migrate has something to do.
func Migrated(ctx context.Context, pool *pgxpool.Pool) error {
	return postgres.Migrated(ctx, pool, migrations)
}

// Deps are what a Service works with. All are required but for Now.
type Deps struct {
	Pool      postgres.Pool // of a migrated database
	Passwords *password.Hasher
	Tokens    *token.Issuer
	Cursors   *page.Codec
	Logger    *slog.Logger // what River's insertion has to say
	// Now is the clock. Defaults to time.Now.
	Now func() time.Time
}

// Service is users.Service on PostgreSQL. It is safe for concurrent use.
type Service struct {
	deps Deps
	jobs *river.Client[pgx.Tx]
}

var _ users.Service = (*Service)(nil)

// New returns a Service.
func New(deps Deps) (*Service, error) {
	if deps.Pool == nil || deps.Passwords == nil || deps.Tokens == nil || deps.Cursors == nil || deps.Logger == nil {
		return nil, errors.New("users: a dependency is missing")
	}
	if deps.Now == nil {
		deps.Now = time.Now
	}
	// It only inserts, in transactions that others begin: no pool, no queues.
	jobs, err := river.NewClient(riverpgxv5.New(nil), &river.Config{Schema: postgres.JobSchema, Logger: deps.Logger})
	if err != nil {
		return nil, fmt.Errorf("users: %w", err)
	}
	return &Service{deps: deps, jobs: jobs}, nil
}

// now is the time of a change, in the precision of the database.
func (s *Service) now() time.Time { return s.deps.Now().UTC().Truncate(time.Microsecond) }
