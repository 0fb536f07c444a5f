package postgres

import (
	"cmp"
	"context"
	"crypto/sha256"
	"embed"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"github.com/weftql/weft/subgraphs/internal/page"
	"github.com/weftql/weft/subgraphs/internal/redis"
	"github.com/weftql/weft/subgraphs/internal/throttle"
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

// SchemaDigest tells these migrations from others.
func SchemaDigest() (string, error) { return postgres.SchemaDigest(migrations) }

// Deps are what a Service works with. Pool, Passwords, Tokens, Cursors, Logger and
// RefreshKeys are required.
type Deps struct {
	Pool      postgres.Pool // of a migrated database
	Passwords *password.Hasher
	Tokens    *token.Issuer
	Cursors   *page.Codec
	Logger    *slog.Logger // what River's insertion has to say, and what is suspicious
	// RefreshKeys are those under which the successors of refresh tokens are
	// derived, and counts of attempts named: the first for new ones, the others for
	// what was derived in the last ten seconds. Each has at least 32 bytes. At least
	// one is required.
	RefreshKeys [][]byte
	// Redis counts attempts and tells routers of ended sessions. Defaults to none:
	// attempts are counted in the database, and tokens live until they expire.
	Redis *redis.Client
	// EndedSet names the sorted set in Redis where routers look for ended sessions.
	// Defaults to weft:revoked-sessions.
	EndedSet string
	// Limits are how often people may try to log in or to register.
	Limits Limits
	// Now is the clock. Defaults to time.Now.
	Now func() time.Time
}

func (d Deps) withDefaults() Deps {
	if d.Now == nil {
		d.Now = time.Now
	}
	d.EndedSet = cmp.Or(d.EndedSet, "weft:revoked-sessions")
	d.Limits = d.Limits.withDefaults()
	return d
}

func (d Deps) validate() error {
	if d.Pool == nil || d.Passwords == nil || d.Tokens == nil || d.Cursors == nil || d.Logger == nil || len(d.RefreshKeys) == 0 {
		return errors.New("users: a dependency is missing")
	}
	for _, key := range d.RefreshKeys {
		if len(key) < sha256.Size {
			return errors.New("users: a key of RefreshKeys has fewer than 32 bytes")
		}
	}
	return d.Limits.validate()
}

// Service is users.Service on PostgreSQL. It is safe for concurrent use.
type Service struct {
	deps     Deps
	jobs     *river.Client[pgx.Tx]
	attempts throttle.Store
	ended    *announcer
	denied   *denied
}

var _ users.Service = (*Service)(nil)

// New returns a Service.
func New(deps Deps) (*Service, error) {
	deps = deps.withDefaults()
	if err := deps.validate(); err != nil {
		return nil, err
	}
	attempts, err := newAttempts(deps)
	if err != nil {
		return nil, fmt.Errorf("users: %w", err)
	}
	// It only inserts, in transactions that others begin: no pool, no queues.
	jobs, err := river.NewClient(riverpgxv5.New(nil), &river.Config{
		Schema: postgres.JobSchema, Logger: deps.Logger, FetchCooldown: postgres.AnnounceJobsEvery,
		Middleware: []rivertype.Middleware{&postgres.JobTrace{}},
	})
	if err != nil {
		return nil, fmt.Errorf("users: %w", err)
	}
	return &Service{deps: deps, jobs: jobs, attempts: attempts, ended: newAnnouncer(deps), denied: newDenied()}, nil
}

// now is the time of a change, in the precision of the database.
func (s *Service) now() time.Time { return s.deps.Now().UTC().Truncate(time.Microsecond) }
