package redis_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/weftql/weft/subgraphs/internal/redis"
	"github.com/weftql/weft/subgraphs/internal/throttle"
	"github.com/weftql/weft/subgraphs/internal/throttle/throttletest"
	"github.com/weftql/weft/subgraphs/redistest"
)

// patience is for a machine that is busy; what hangs on purpose gets less.
const patience = 10 * time.Second

func open(t *testing.T, url string, timeout time.Duration) *redis.Client {
	t.Helper()
	client, err := redis.Open(redis.Config{URL: url, Name: "test", Timeout: timeout})
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

func TestAttempts(t *testing.T) {
	t.Parallel()
	throttletest.Test(t, redis.NewAttempts(open(t, redistest.Start(t).URL(), patience), "test:"))
}

// TestOutageIsShort asks a server that is dead, and one that hangs: whoever asks
// must hear of it in a fraction of a second.
func TestOutageIsShort(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	client := open(t, server.URL(), 500*time.Millisecond)
	attempts := redis.NewAttempts(client, "test:")
	take := func() (time.Duration, error) {
		began := time.Now()
		_, err := attempts.Take(t.Context(), [32]byte{}, throttle.Rate{Burst: 10, Every: time.Second}, time.Now())
		return time.Since(began), err
	}
	if err := client.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := take(); err != nil {
		t.Fatal(err)
	}
	server.Pause(t)
	if took, err := take(); err == nil || took > 4*time.Second {
		t.Errorf("a server that hangs: error %v after %s", err, took)
	}
	server.Resume(t)
	server.Kill(t)
	if took, err := take(); err == nil || took > 4*time.Second {
		t.Errorf("a server that is gone: error %v after %s", err, took)
	}
	server.Restart(t)
	if _, err := take(); err != nil {
		t.Errorf("after a restart: %v", err)
	}
}

func TestCallsHeedTheirContext(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	client := open(t, server.URL(), patience)
	if err := client.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := client.Ping(ctx); err == nil {
		t.Error("a call without a caller succeeds")
	}
}

func TestEndedSessions(t *testing.T) {
	t.Parallel()
	client := open(t, redistest.Start(t).URL(), patience)
	set := redis.NewEndedSessions(client, "test")
	noon := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	first, second := redis.Ended{Session: "ses_1", Until: noon}, redis.Ended{Session: "ses_2", Until: noon.Add(time.Hour)}
	want := func(session redis.Ended, there bool) {
		t.Helper()
		if got, err := set.Has(t.Context(), session); err != nil || got != there {
			t.Errorf("%s is there: %t, %v; want %t", session.Session, got, err, there)
		}
	}
	want(first, false)
	if err := set.Announce(t.Context(), []redis.Ended{first}, noon, noon.Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	want(first, true)
	if err := set.Announce(t.Context(), []redis.Ended{second}, noon.Add(time.Hour), noon); err != nil {
		t.Fatal(err)
	}
	want(first, false)
	want(second, true)
	if err := set.Announce(t.Context(), nil, noon, noon); err != nil {
		t.Errorf("nothing to announce: %v", err)
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]redis.Config{
		"no URL": {Name: "test"}, "no name": {URL: "redis://127.0.0.1"},
		"no address": {Name: "test", URL: "redis://:hunter2@127.0.0.1:port/0"}, "another scheme": {Name: "test", URL: "http://:hunter2@127.0.0.1"},
	} {
		if _, err := redis.Open(cfg); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}
