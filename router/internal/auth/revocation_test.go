package auth

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/router/internal/telemetry"
)

// published is a RevocationList in memory.
type published struct {
	mu      sync.Mutex
	members map[string]time.Time // when it was revoked
	fails   error
	since   []time.Time // of the looks
}

func (p *published) add(at time.Time, members ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range members {
		p.members[m] = at
	}
}

func (p *published) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fails = err
}

// Newest implements RevocationList.
func (p *published) Newest(_ context.Context, since time.Time, limit int) ([]string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.since = append(p.since, since)
	if p.fails != nil {
		return nil, p.fails
	}
	var found []string
	for member, at := range p.members {
		if !at.Before(since) {
			found = append(found, member)
		}
	}
	slices.SortFunc(found, func(a, b string) int { return p.members[b].Compare(p.members[a]) })
	return found[:min(limit, len(found))], nil
}

// member is a session whose tokens hold for so long from now.
func member(session string, holds time.Duration) string {
	return fmt.Sprintf("%s %d", session, time.Now().Add(holds).Unix())
}

// revocations runs a copy of a list within a bubble of synctest, and returns what
// it logs and its metrics.
func revocations(t *testing.T, config RevocationConfig) (*Revocations, *published, *bytes.Buffer, func() string) {
	t.Helper()
	list, log, metrics := &published{members: map[string]time.Time{}}, &bytes.Buffer{}, &telemetry.Metrics{}
	r := NewRevocations(config, list, metrics, slog.New(slog.NewTextHandler(log, nil)))
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	group.Go(func() { r.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		group.Wait()
	})
	return r, list, log, func() string {
		w := httptest.NewRecorder()
		metrics.ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
		return w.Body.String()
	}
}

// remembered is the number of sessions in a copy.
func remembered(r *Revocations) int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return len(r.sessions)
}

// pass lets time pass, and everything happen that is due by then.
func pass(d time.Duration) {
	time.Sleep(d) // in a bubble of synctest
	synctest.Wait()
}

func TestRevocationsAreCopiedEverySecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, list, _, _ := revocations(t, RevocationConfig{})
		list.add(time.Now(), member("a", time.Minute))
		pass(1100 * time.Millisecond)
		if !r.Revoked("a") || r.Revoked("b") || r.Revoked("") {
			t.Error("a is revoked, and nobody else")
		}
		// Whoever published it has a clock that is behind.
		list.add(time.Now().Add(-9*time.Second), member("late", time.Minute))
		pass(time.Second)
		if !r.Revoked("late") {
			t.Error("a revocation with an early time is not seen")
		}
		// It was published late, after an outage, say.
		list.add(time.Now().Add(-20*time.Second), member("later", time.Minute))
		pass(30 * time.Second)
		if !r.Revoked("later") {
			t.Error("a revocation that came late is never seen")
		}
		// What is remembered does not depend on the list.
		list.mu.Lock()
		clear(list.members)
		list.mu.Unlock()
		pass(10 * time.Second)
		if !r.Revoked("a") {
			t.Error("forgotten before its tokens have run out")
		}
		pass(2 * time.Minute)
		if n := remembered(r); r.Revoked("a") || n > 0 {
			t.Errorf("%d are remembered for ever", n)
		}
	})
}

// Tokens are accepted for a while after their end, because clocks differ.
func TestRevokedSessionsStayRevokedUntilTheLeewayHasPassed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, list, _, _ := revocations(t, RevocationConfig{})
		list.add(time.Now(), member("a", 5*time.Second))
		pass(leeway + 3*time.Second)
		if !r.Revoked("a") {
			t.Error("forgotten while its tokens are still accepted")
		}
	})
}

func TestOnlyNewRevocationsAreRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		_, list, _, _ := revocations(t, RevocationConfig{Interval: 10 * time.Second})
		pass(41 * time.Second)
		epoch := time.Unix(0, 0)
		want := []time.Time{epoch, began.Add(-10 * time.Second), began, epoch, began.Add(20 * time.Second)}
		list.mu.Lock()
		defer list.mu.Unlock()
		if diff := cmp.Diff(want, list.since); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAnOutageOfTheListIsToldOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, list, log, metrics := revocations(t, RevocationConfig{})
		list.add(time.Now(), member("a", time.Hour))
		pass(1500 * time.Millisecond)
		list.fail(errors.New("connection refused"))
		pass(20 * time.Second)
		list.add(time.Now(), member("b", time.Hour))
		pass(20 * time.Second)
		if !r.Revoked("a") || r.Revoked("b") {
			t.Error("during the outage: a is known to be revoked, b cannot be")
		}
		for _, want := range []string{
			"weft_auth_revocation_age_seconds 40.5\n", "weft_auth_revocation_failures_total 40\n",
			"weft_auth_revocation_sessions 1\n", "weft_auth_revocation_refusals_total 1\n",
			"# TYPE weft_auth_revocation_failures_total counter\n", "# TYPE weft_auth_revocation_age_seconds gauge\n",
		} {
			if text := metrics(); !strings.Contains(text, want) {
				t.Errorf("no %q in\n%s", want, text)
			}
		}
		list.fail(nil)
		pass(time.Second)
		if !r.Revoked("a") || !r.Revoked("b") {
			t.Error("after the outage both are revoked")
		}
		pass(time.Minute)
		if text := log.String(); strings.Count(text, "\n") != 2 || !strings.Contains(text, "level=WARN") || !strings.Contains(text, "connection refused") || !strings.Contains(text, "read again") {
			t.Errorf("the log says\n%s", text)
		}
	})
}

func TestRevocationsAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, list, log, metrics := revocations(t, RevocationConfig{MaxSessions: 100})
		for i := range 300 {
			list.add(time.Now(), member(fmt.Sprint("s", i), time.Hour+time.Duration(i)*time.Second))
			pass(time.Second)
			if n := remembered(r); n > 100 {
				t.Fatalf("%d sessions are remembered", n)
			}
		}
		pass(time.Second)
		if !r.Revoked("s299") || !r.Revoked("s250") || r.Revoked("s100") {
			t.Error("those whose tokens end last are not the ones that are remembered")
		}
		if text := metrics(); strings.Contains(text, "revocation_dropped_total 0\n") {
			t.Errorf("the metrics do not tell: %s", text)
		}
		if text := log.String(); strings.Count(text, "max_sessions") != 2 || strings.Count(text, "\n") != 1 {
			t.Errorf("the log says\n%s", text)
		}
	})
}

func TestRevocationsThatAreNoneAreIgnored(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, list, log, _ := revocations(t, RevocationConfig{})
		list.add(time.Now(), "", " ", "x", " 99999999999", "y soon", "z -5", "q 1e9", member("a", time.Hour), "old 5", "far 9223372036854775807", member("with space", time.Hour))
		pass(10 * time.Second)
		for session, want := range map[string]bool{"a": true, "far": true, "with space": true, "x": false, "y": false, "z": false, "q": false, "old": false} {
			if r.Revoked(session) != want {
				t.Errorf("%s: revoked is %t", session, !want)
			}
		}
		if text := log.String(); strings.Count(text, "\n") != 1 || !strings.Contains(text, "count=7") {
			t.Errorf("the log says\n%s", text)
		}
	})
}

// A token that was verified before its session ended is refused like any other.
func TestTokensOfRevokedSessionsAreRefused(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	a := authenticator(t, i, newClock())
	list := &published{members: map[string]time.Time{}}
	a.revoked = NewRevocations(RevocationConfig{}, list, &telemetry.Metrics{}, slog.New(slog.DiscardHandler))
	header := bearer(i.edKey(t, "ed").sign(t, good(), nil))
	caller, err := a.Authenticate(t.Context(), header)
	if err != nil || caller.Claims.Session == "" {
		t.Fatal(caller, err)
	}
	list.add(time.Now(), member(caller.Claims.Session, time.Hour))
	a.revoked.look(t.Context())
	for range 2 {
		_, err = a.Authenticate(t.Context(), header)
		var refused *Error
		if !errors.As(err, &refused) || refused.Status != http.StatusUnauthorized || refused.Cause.Extensions["code"] != CodeAuth {
			t.Errorf("got %v", err)
		}
	}
}

func BenchmarkRevoked(b *testing.B) {
	r := NewRevocations(RevocationConfig{}, &published{members: map[string]time.Time{}}, &telemetry.Metrics{}, slog.New(slog.DiscardHandler))
	for i := range 100_000 {
		r.sessions[fmt.Sprint("ses_", i)] = 1
	}
	b.ReportAllocs()
	for b.Loop() {
		if r.Revoked("ses_") {
			b.Fatal("revoked")
		}
	}
}
