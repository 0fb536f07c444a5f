package postgres_test

import (
	"context"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/internal/page"
	servicepostgres "github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/users"
)

// statements is a tracer that keeps one execution of each statement.
type statements struct {
	mu  sync.Mutex
	all map[string][]any // arguments by SQL
}

var _ pgx.QueryTracer = (*statements)(nil)

func (s *statements) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all[data.SQL] = data.Args
	return ctx
}

func (s *statements) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// wholeTable is a table of sessions that is read as a whole.
var wholeTable = regexp.MustCompile(`Seq Scan on (sessions|refresh_tokens|login_attempts|users)`)

// TestStatementsOfSessionsUseIndexes does everything that can be done with sessions
// beside 50,000 others, and asks for the plans.
func TestStatementsOfSessionsUseIndexes(t *testing.T) {
	t.Parallel()
	done := &statements{all: map[string][]any{}}
	a := setupAnnouncing(t)
	login := a.register(t, "ada@example.com")
	if _, err := a.pool.Exec(t.Context(), `set statement_timeout = 0;
		insert into users (id, email, email_key, password_hash, display_name, time_zone)
			select gen_random_uuid(), n || '@example.com', n || '@example.com', '', 'N. N.', 'UTC' from generate_series(1, 5000) n;
		insert into sessions (id, user_id, user_agent, created_at, last_used_at, expires_at, ended_at, end_reason, published_at)
			select gen_random_uuid(), u.id, '', s.created_at, s.last_used_at, s.expires_at - make_interval(mins => n),
				case when n > 5 then s.created_at - make_interval(hours => n) end, case when n > 5 then 'LOGOUT' end, case when n > 5 then s.created_at end
			from sessions s, users u, generate_series(1, 10) n;
		insert into refresh_tokens (hash, session_id, issued_at, used_at, successor_hash)
			select sha256(id::text::bytea), id, created_at, created_at, sha256('x') from sessions;
		insert into login_attempts (key, forgotten_at) select sha256(n::text::bytea), now() from generate_series(1, 50000) n;
		analyze users; analyze sessions; analyze refresh_tokens; analyze login_attempts; reset statement_timeout`); err != nil {
		t.Fatal(err)
	}
	pool, err := servicepostgres.Open(t.Context(), servicepostgres.Config{URL: a.pool.Config().ConnString(), Name: "test", Tracer: done})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	a.deps.Pool = pool
	a.Service = a.service(t)
	a.use(t, login)
	seen := 0
	for sql, values := range done.all {
		if !strings.Contains(sql, "sessions") && !strings.Contains(sql, "refresh_tokens") && !strings.Contains(sql, "login_attempts") {
			continue
		}
		seen++
		rows, err := a.pool.Query(t.Context(), "explain "+sql, values...)
		if err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		if plan := strings.Join(lines, "\n"); wholeTable.MatchString(plan) {
			t.Errorf("%s\n%s", sql, plan)
		}
	}
	if seen < 12 {
		t.Errorf("%d statements are looked at: what was done did not reach the database", seen)
	}
}

// use does everything that can be done with sessions.
func (a *announcing) use(t *testing.T, login *users.Login) {
	t.Helper()
	viewer := a.viewerOf(t, login)
	for range 2 { // the exchange, and the same successor again
		if _, err := a.RefreshSession(t.Context(), users.Viewer{}, *login.Tokens.RefreshToken); err != nil {
			t.Fatal(err)
		}
	}
	for range 12 { // until it is too often
		a.guess(t, "192.0.2.1", "eve@example.com")
	}
	a.announce(t, a.Service)
	ended := a.logout(t)
	a.announce(t, a.Service)
	a.want(t, ended, true)
	if _, err := a.CountSessions(t.Context(), viewer, []string{viewer.ID}); err != nil {
		t.Fatal(err)
	}
	first := int32(2)
	if _, err := a.Sessions(t.Context(), viewer, []string{viewer.ID}, page.NewArgs(&first, nil, nil, nil)); err != nil {
		t.Fatal(err)
	}
	if _, err := a.RevokeSession(t.Context(), viewer, users.RevokeSessionInput{SessionID: viewer.Session}); err != nil {
		t.Fatal(err)
	}
	if _, err := a.RevokeAllSessions(t.Context(), viewer, users.RevokeAllSessionsInput{}); err != nil {
		t.Fatal(err)
	}
	if err := a.Logout(t.Context(), users.Viewer{}, *login.Tokens.RefreshToken); err != nil {
		t.Fatal(err)
	}
	a.advance(time.Minute)
	if err := a.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
}
