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

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/internal/page"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/todos"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrate brings a database up to date: the tables of todos, and River's, into which
// changes insert the jobs that follow them.
func Migrate(ctx context.Context, url string, logger *slog.Logger) error {
	return postgres.Migrate(ctx, url, migrations, logger)
}

// Migrated returns an error if Migrate has something to do.
func Migrated(ctx context.Context, pool *pgxpool.Pool) error {
	return postgres.Migrated(ctx, pool, migrations)
}

// SchemaDigest tells these migrations from others.
func SchemaDigest() (string, error) { return postgres.SchemaDigest(migrations) }

// Deps are what a Service works with. Pool, Cursors and Logger are required.
type Deps struct {
	Pool    postgres.Pool // of a migrated database
	Cursors *page.Codec
	Logger  *slog.Logger // what River's insertion has to say
	// Now is the clock that decides which day it is. Defaults to time.Now.
	Now func() time.Time
}

// Service is todos.Service on PostgreSQL. It is safe for concurrent use.
type Service struct {
	deps Deps
	jobs *river.Client[pgx.Tx]
}

var _ todos.Service = (*Service)(nil)

// New returns a Service.
func New(deps Deps) (*Service, error) {
	if deps.Pool == nil || deps.Cursors == nil || deps.Logger == nil {
		return nil, errors.New("todos: a dependency is missing")
	}
	if deps.Now == nil {
		deps.Now = time.Now
	}
	jobs, err := newJobs(deps.Logger)
	if err != nil {
		return nil, fmt.Errorf("todos: %w", err)
	}
	return &Service{deps: deps, jobs: jobs}, nil
}

// now is the time of a change, in the precision of the database.
func (s *Service) now() time.Time { return s.deps.Now().UTC().Truncate(time.Microsecond) }

// keys are the well-formed ones of several ids, and where each belongs in the
// answer.
type keys struct {
	uuids  []id.UUID
	places []int
}

// readKeys parses ids of a kind. For a viewer who is a member of nothing there
// are no keys to look up.
func readKeys(viewer id.UUID, kind id.Kind, texts []string) keys {
	var k keys
	if viewer == (id.UUID{}) {
		return k
	}
	for i, text := range texts {
		if u, err := id.Parse(kind, text); err == nil {
			k.uuids, k.places = append(k.uuids, u), append(k.places, i)
		}
	}
	return k
}

// place is the index in the answer of a row's ordinality, which counts from 1.
func (k keys) place(ordinality int64) int { return k.places[ordinality-1] }

// viewerKey is the viewer's UUID, zero for one who cannot be a member.
func viewerKey(viewer todos.Viewer) id.UUID {
	u, err := id.Parse(id.User, viewer.ID)
	if err != nil {
		return id.UUID{}
	}
	return u
}
