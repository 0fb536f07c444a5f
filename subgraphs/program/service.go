package program

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"log/slog"
	"net"
	"strconv"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/subgraphs/env"
	"github.com/weftql/weft/subgraphs/internal/page"
	"github.com/weftql/weft/subgraphs/postgres"
)

// Service is the configuration that every subgraph has.
type Service struct {
	Name        string
	Addr        string // host:port to listen on
	DatabaseURL string
	// ReadDatabaseURL is that of a standby for reads, "" for none.
	ReadDatabaseURL string
	MaxConns        int
	// Keys are those of the router's signatures; cursors are signed with keys
	// derived from them.
	Keys identity.Keys
}

// ReadService reads the variables of a service whose own begin with prefix.
// Which of them are required is for the command to say.
func ReadService(r *env.Reader, name, prefix string, port int) Service {
	s := Service{Name: name}
	host := r.Text(prefix+"HOST", "127.0.0.1", "address to listen on")
	s.Addr = net.JoinHostPort(host, strconv.Itoa(r.Int(prefix+"PORT", port, 0, 65535, "port to listen on; 0 picks a free one")))
	s.DatabaseURL = r.Secret(prefix+"DATABASE_URL", "connection URL of the service's PostgreSQL database")
	s.ReadDatabaseURL = r.Secret(prefix+"READ_DATABASE_URL", "connection URL of a standby of it that answers reads; without one the database itself does")
	s.MaxConns = r.Int(prefix+"DATABASE_MAX_CONNS", 20, 1, 1000, "most connections to the database, and to its standby")
	if text := r.Secret("WEFT_IDENTITY_KEYS", "keys of the router's signatures, id:base64,…"); text != "" {
		keys, err := identity.ParseKeys(text)
		if err != nil {
			r.Refuse("WEFT_IDENTITY_KEYS", err)
		}
		s.Keys = keys
	}
	return s
}

// OpenReplicated returns the service's database, which migrated must find up to
// date, with its standby, if there is one.
func (s Service) OpenReplicated(ctx context.Context, migrated func(context.Context, *pgxpool.Pool) error, logger *slog.Logger) (*postgres.Replicated, error) {
	db, err := postgres.OpenReplicated(ctx, postgres.ReplicatedConfig{Primary: s.pool(), ReplicaURL: s.ReadDatabaseURL, Logger: logger})
	if err != nil {
		return nil, err
	}
	if err := migrated(ctx, db.Primary()); err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}

// pool is the configuration of the service's connections.
func (s Service) pool() postgres.Config {
	return postgres.Config{URL: s.DatabaseURL, Name: s.Name, MaxConns: int32(s.MaxConns)}
}

// Open returns a pool of connections to the service's database, which migrated
// must find up to date: for commands that do one thing and end.
func (s Service) Open(ctx context.Context, migrated func(context.Context, *pgxpool.Pool) error) (*pgxpool.Pool, error) {
	pool, err := postgres.Open(ctx, s.pool())
	if err != nil {
		return nil, err
	}
	if err := migrated(ctx, pool); err != nil {
		pool.Close()
		return nil, err
	}
	return pool, nil
}

// Cursors returns the codec of the service's cursors. Its keys are derived from
// those of the signatures and change with them, in the same gentle way.
func (s Service) Cursors() (*page.Codec, error) {
	keys := make([][]byte, len(s.Keys))
	for i, key := range s.Keys {
		derived, err := hkdf.Key(sha256.New, key.Secret, nil, "weft cursors "+s.Name, sha256.Size)
		if err != nil {
			return nil, err
		}
		keys[i] = derived
	}
	return page.NewCodec(keys...)
}

// Verifier returns what checks the router's signatures.
func (s Service) Verifier() (*identity.Verifier, error) {
	return identity.NewVerifier(identity.VerifierConfig{Keys: s.Keys})
}

// Quiet is the logger that a service's libraries get: they are only heard when
// something is wrong.
func Quiet(logger *slog.Logger) *slog.Logger {
	return slog.New(quietHandler{logger.Handler()})
}

// quietHandler drops what is below a warning.
type quietHandler struct{ slog.Handler }

// Enabled implements slog.Handler.
func (h quietHandler) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && h.Handler.Enabled(ctx, level)
}
