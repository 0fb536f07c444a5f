package postgres_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weftql/weft/subgraphs/internal/page"
	"github.com/weftql/weft/subgraphs/internal/redis"
	"github.com/weftql/weft/subgraphs/redistest"
	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/subgraphs/users/postgres"
)

// announcing is a service beside a Redis that routers read.
type announcing struct {
	*bundle
	server *redistest.Server
	client *redis.Client
}

func setupAnnouncing(t *testing.T) *announcing {
	t.Helper()
	a := &announcing{server: redistest.Start(t)}
	a.client = openRedis(t, a.server.URL())
	a.bundle = setup(t, func(deps *postgres.Deps) { deps.Redis, deps.EndedSet = a.client, "test:ended" })
	return a
}

// viewerOf is the caller with the tokens of a login.
func (a *announcing) viewerOf(t *testing.T, login *users.Login) users.Viewer {
	t.Helper()
	viewer := users.Viewer{ID: login.User.ID}
	sessions, err := a.Sessions(t.Context(), viewer, []string{viewer.ID}, page.Args{})
	if err != nil || len(sessions[0].Edges) == 0 {
		t.Fatalf("sessions %+v, %v", sessions, err)
	}
	viewer.Session = sessions[0].Edges[0].Node.ID
	return viewer
}

// logout begins a session and ends it, and returns what is to be announced of it.
func (a *announcing) logout(t *testing.T) redis.Ended {
	t.Helper()
	a.advance(time.Microsecond) // it is the newest
	login, err := a.Login(t.Context(), users.Viewer{}, users.LoginInput{Email: "ada@example.com", Password: secret})
	if err != nil {
		t.Fatal(err)
	}
	viewer := a.viewerOf(t, login)
	if err := a.Logout(t.Context(), viewer, ""); err != nil {
		t.Fatal(err)
	}
	return redis.Ended{Session: viewer.Session, Until: a.now().Add(16 * time.Minute)}
}

// want compares what routers can know of a session with what they should.
func (a *announcing) want(t *testing.T, session redis.Ended, known bool) {
	t.Helper()
	got, err := redis.NewEndedSessions(a.client, "test:ended").Has(t.Context(), session)
	if err != nil || got != known {
		t.Errorf("routers know that %s has ended: %t, %v; want %t", session.Session, got, err, known)
	}
}

func (a *announcing) announce(t *testing.T, service *postgres.Service) {
	t.Helper()
	if err := service.Announce(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestEndedSessionsAreAnnounced(t *testing.T) {
	t.Parallel()
	a := setupAnnouncing(t)
	first := a.viewerOf(t, a.register(t, "ada@example.com"))
	out := a.logout(t)
	a.want(t, out, false)
	a.announce(t, a.Service)
	a.want(t, out, true)
	a.want(t, redis.Ended{Session: first.Session, Until: out.Until}, false)
	if _, err := a.RevokeAllSessions(t.Context(), first, users.RevokeAllSessionsInput{}); err != nil {
		t.Fatal(err)
	}
	a.announce(t, a.Service)
	a.want(t, redis.Ended{Session: first.Session, Until: a.now().Add(16 * time.Minute)}, true)
	var waiting int
	if err := a.pool.QueryRow(t.Context(), `select count(*) from sessions where ended_at is not null and published_at is null`).Scan(&waiting); err != nil || waiting != 0 {
		t.Errorf("%d sessions wait, %v", waiting, err)
	}
	// What no token can belong to any more is forgotten.
	a.advance(17 * time.Minute)
	later := a.logout(t)
	a.announce(t, a.Service)
	a.want(t, out, false)
	a.want(t, later, true)
}

// TestAnnouncementsSurviveRedis ends sessions while Redis is away, and has it
// forget those that it knew.
func TestAnnouncementsSurviveRedis(t *testing.T) {
	t.Parallel()
	a := setupAnnouncing(t)
	a.register(t, "ada@example.com")
	before := a.logout(t)
	a.announce(t, a.Service)
	a.server.Kill(t)
	during := a.logout(t)
	if err := a.Announce(t.Context()); err == nil {
		t.Error("without Redis nobody is told, and nobody says so")
	}
	_ = a.Announce(t.Context()) // the log must not repeat itself
	a.server.Restart(t)
	a.announce(t, a.Service)
	a.want(t, before, true)
	a.want(t, during, true)
	if log := a.log.String(); strings.Count(log, "routers do not hear") != 1 || strings.Count(log, "routers hear of ended sessions again") != 1 {
		t.Errorf("the log has to tell of both changes, once each:\n%s", log)
	}
	// A restart that no call has met: only the data tell of it.
	a.server.Kill(t)
	a.server.Restart(t)
	if err := a.client.Ping(t.Context()); err != nil {
		_ = a.client.Ping(t.Context()) // the connection of before
	}
	a.announce(t, a.Service)
	a.want(t, before, true)
	a.want(t, during, true)
}

// TestAnnouncementsThatFailAreTold has Redis away before any session has ended: the
// log says so once, and the metrics count.
func TestAnnouncementsThatFailAreTold(t *testing.T) {
	t.Parallel()
	a := setupAnnouncing(t)
	a.server.Kill(t)
	for range 3 {
		if err := a.Announce(t.Context()); err == nil {
			t.Error("nobody can be told, and nobody says so")
		}
	}
	a.advance(5 * time.Second)
	want := func(lines ...string) {
		t.Helper()
		answer := httptest.NewRecorder()
		a.Metrics().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
		for _, line := range lines {
			if text := answer.Body.String(); !strings.Contains(text, "\n"+line+"\n") {
				t.Errorf("no %q in\n%s", line, text)
			}
		}
	}
	want("weft_users_revocation_failures_total 3", "weft_users_revocation_age_seconds 5.000")
	if log := a.log.String(); strings.Count(log, "level=WARN") != 1 || !strings.Contains(log, "routers do not hear of ended sessions") {
		t.Errorf("the log:\n%s", log)
	}
	a.server.Restart(t)
	a.announce(t, a.Service)
	want("weft_users_revocation_failures_total 3", "weft_users_revocation_age_seconds 0.000")
}

// TestAnnouncementsSurviveACrash leaves what was committed to the next process:
// what was not announced, and what was announced, but not noted.
func TestAnnouncementsSurviveACrash(t *testing.T) {
	t.Parallel()
	a := setupAnnouncing(t)
	a.register(t, "ada@example.com")
	lost := a.logout(t)
	a.announce(t, a.service(t))
	a.want(t, lost, true)
	if _, err := a.pool.Exec(t.Context(), `update sessions set published_at = null`); err != nil {
		t.Fatal(err)
	}
	a.announce(t, a.service(t))
	a.want(t, lost, true)
}

// TestAnnouncementsWithoutRedis must not fail: tokens live until they expire.
func TestAnnouncementsWithoutRedis(t *testing.T) {
	t.Parallel()
	b := setup(t, unchanged)
	if err := b.Announce(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestManySessionsAreAnnounced has more than one step's.
func TestManySessionsAreAnnounced(t *testing.T) {
	t.Parallel()
	a := setupAnnouncing(t)
	a.register(t, "ada@example.com")
	_, err := a.pool.Exec(t.Context(), `insert into sessions (id, user_id, created_at, last_used_at, expires_at, ended_at, end_reason)
		select gen_random_uuid(), user_id, created_at, last_used_at, expires_at, created_at, 'LOGOUT' from sessions, generate_series(1, 2500)`)
	if err != nil {
		t.Fatal(err)
	}
	waiting := func() (n int) {
		if err := a.pool.QueryRow(t.Context(), `select count(*) from sessions where ended_at is not null and published_at is null`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	a.announce(t, a.Service)
	if n := waiting(); n != 0 {
		t.Errorf("%d of 2,500 wait after a start", n)
	}
	if _, err := a.pool.Exec(t.Context(), `update sessions set published_at = null`); err != nil {
		t.Fatal(err)
	}
	a.announce(t, a.Service)
	if n := waiting(); n != 0 {
		t.Errorf("%d of 2,500 wait", n)
	}
}

// TestRunAnnouncesAtOnce has nobody wait for the next second.
func TestRunAnnouncesAtOnce(t *testing.T) {
	t.Parallel()
	a := setupAnnouncing(t)
	a.register(t, "ada@example.com")
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { a.Run(ctx) })
	out := a.logout(t)
	set := redis.NewEndedSessions(a.client, "test:ended")
	for known := false; !known; {
		var err error
		if known, err = set.Has(t.Context(), out); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	running.Wait()
}

// sweep does what Run and the worker do.
func (b *bundle) sweep(t *testing.T) {
	t.Helper()
	if err := b.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := postgres.Purge(t.Context(), b.pool, b.now()); err != nil {
		t.Fatal(err)
	}
}

// TestSweep removes what is over, and nothing else.
func TestSweep(t *testing.T) {
	t.Parallel()
	b := setup(t, func(deps *postgres.Deps) { deps.Limits = postgres.Limits{PerEmail: 3} })
	login := b.register(t, "ada@example.com")
	var kept *users.Login
	for range 3 {
		next, err := b.RefreshSession(t.Context(), users.Viewer{}, *login.Tokens.RefreshToken)
		if err != nil {
			t.Fatal(err)
		}
		login, kept = next, next
		b.advance(20 * 24 * time.Hour)
	}
	b.guess(t, "192.0.2.1", "ada@example.com")
	counts := func() (sessions, tokens, attempts int) {
		err := b.pool.QueryRow(t.Context(), `select (select count(*) from sessions), (select count(*) from refresh_tokens), (select count(*) from login_attempts)`).
			Scan(&sessions, &tokens, &attempts)
		if err != nil {
			t.Fatal(err)
		}
		return sessions, tokens, attempts
	}
	b.sweep(t)
	// Of the tokens used 60, 40 and 20 days ago and the one that is good.
	if sessions, tokens, attempts := counts(); sessions != 1 || tokens != 2 || attempts != 2 {
		t.Errorf("%d sessions, %d tokens, %d attempts are left; want 1, 2, 2", sessions, tokens, attempts)
	}
	if _, err := b.RefreshSession(t.Context(), users.Viewer{}, *kept.Tokens.RefreshToken); err != nil {
		t.Errorf("the good token is gone: %v", err)
	}
	b.advance(61 * 24 * time.Hour)
	b.sweep(t)
	if sessions, tokens, attempts := counts(); sessions != 0 || tokens != 0 || attempts != 0 {
		t.Errorf("%d sessions, %d tokens, %d attempts are left; want none", sessions, tokens, attempts)
	}
}
