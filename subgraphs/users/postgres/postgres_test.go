package postgres_test

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/crypto/bcrypt"

	"github.com/weftql/weft/subgraphs/internal/page"
	"github.com/weftql/weft/subgraphs/internal/redis"
	servicepostgres "github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/postgres/postgrestest"
	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/subgraphs/users/password"
	"github.com/weftql/weft/subgraphs/users/postgres"
	"github.com/weftql/weft/subgraphs/users/token"
)

var databases = postgrestest.New(func(ctx context.Context, url string) error {
	return postgres.Migrate(ctx, url, slog.New(slog.DiscardHandler))
})

func TestMain(m *testing.M) { os.Exit(databases.Main(m)) }

// bundle is the service on a database, with a clock that stands still.
type bundle struct {
	*postgres.Service
	pool *pgxpool.Pool
	log  *journal
	deps postgres.Deps

	mu    sync.Mutex
	clock time.Time
}

// journal is a log. It is safe for concurrent use.
type journal struct {
	mu   sync.Mutex
	text strings.Builder
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

func (b *bundle) now() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.clock
}

func (b *bundle) advance(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.clock = b.clock.Add(d)
}

func setup(t *testing.T, change func(*postgres.Deps)) *bundle {
	t.Helper()
	return setupOn(t, servicepostgres.Config{URL: databases.Database(t), Name: "test"}, change)
}

// setupOn returns the service on a migrated database.
func setupOn(t *testing.T, database servicepostgres.Config, change func(*postgres.Deps)) *bundle {
	t.Helper()
	// Redis forgets in real time: the clock is ahead of it, so that it forgets
	// nothing within a test.
	b := &bundle{log: &journal{}, clock: time.Now().Add(time.Hour).UTC().Truncate(time.Second)}
	pool, err := servicepostgres.Open(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	b.pool = pool
	passwords, err := password.New(password.Config{MaxWaiting: 1000})
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := token.New(token.Config{Key: ed25519.NewKeyFromSeed(make([]byte, 32)), Issuer: "iss", Audience: "aud"})
	if err != nil {
		t.Fatal(err)
	}
	cursors, err := page.NewCodec(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	b.deps = postgres.Deps{
		Pool: pool, Passwords: passwords, Tokens: tokens, Cursors: cursors, Logger: slog.New(slog.NewTextHandler(b.log, nil)),
		RefreshKeys: [][]byte{make([]byte, 32)}, Now: b.now,
	}
	change(&b.deps)
	b.Service = b.service(t)
	return b
}

// service is the service once more, as after a restart.
func (b *bundle) service(t *testing.T) *postgres.Service {
	t.Helper()
	service, err := postgres.New(b.deps)
	if err != nil {
		t.Fatal(err)
	}
	return service
}

// unchanged leaves the dependencies as they are.
func unchanged(*postgres.Deps) {}

// openRedis returns a client that is closed when the test ends. It is more patient
// than that of a service: the machine may be busy.
func openRedis(t *testing.T, url string) *redis.Client {
	t.Helper()
	client, err := redis.Open(redis.Config{URL: url, Name: "test", Timeout: 3 * time.Second, DialTimeout: 3 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := client.Close(); err != nil {
			t.Error(err)
		}
	})
	return client
}

const secret = "correct horse battery"

// register makes an account and returns its first session's tokens.
func (b *bundle) register(t *testing.T, email string) *users.Login {
	t.Helper()
	login, err := b.Register(t.Context(), users.Viewer{}, users.RegisterInput{Email: email, Password: secret, DisplayName: "N. N.", TimeZone: "UTC"})
	if err != nil {
		t.Fatal(err)
	}
	return login
}

// TestOldHashesAreUpgraded logs in with hashes that other systems have made, twice:
// the second time it is one of ours.
func TestOldHashesAreUpgraded(t *testing.T) {
	t.Parallel()
	b := setup(t, unchanged)
	made, err := bcrypt.GenerateFromPassword([]byte(secret), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	for _, version := range []string{"$2a$", "$2b$", "$2y$"} {
		email := fmt.Sprintf("ada%c@example.com", version[2])
		b.register(t, email)
		old := version + string(made)[4:]
		if _, err := b.pool.Exec(t.Context(), `update users set password_hash = $1 where email = $2`, old, email); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Login(t.Context(), users.Viewer{}, users.LoginInput{Email: email, Password: "wrong"}); code(err) != users.CodeInvalidCredentials {
			t.Errorf("%s: a wrong password: %v", version, err)
		}
		for range 2 {
			if _, err := b.Login(t.Context(), users.Viewer{}, users.LoginInput{Email: email, Password: secret}); err != nil {
				t.Fatalf("%s: %v", version, err)
			}
		}
		var hash string
		if err := b.pool.QueryRow(t.Context(), `select password_hash from users where email = $1`, email).Scan(&hash); err != nil {
			t.Fatal(err)
		}
		if password.Outdated(hash) {
			t.Errorf("%s: the hash is still %s", version, hash)
		}
	}
}

// TestUpgradesAtTheSameTime has many log in while the hash is replaced.
func TestUpgradesAtTheSameTime(t *testing.T) {
	t.Parallel()
	b := setup(t, unchanged)
	b.register(t, "ada@example.com")
	old, err := bcrypt.GenerateFromPassword([]byte(secret), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.pool.Exec(t.Context(), `update users set password_hash = $1`, string(old)); err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if _, err := b.Login(t.Context(), users.Viewer{}, users.LoginInput{Email: "ada@example.com", Password: secret}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}

// code is that of the only one of the expected failures in err.
func code(err error) users.ErrorCode {
	if refused, ok := err.(users.UserErrors); ok && len(refused) == 1 {
		return refused[0].Code
	}
	return ""
}
