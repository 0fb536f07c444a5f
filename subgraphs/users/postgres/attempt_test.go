package postgres_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weftql/weft/subgraphs/internal/throttle/throttletest"
	"github.com/weftql/weft/subgraphs/redistest"
	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/subgraphs/users/postgres"
)

func TestAttempts(t *testing.T) {
	t.Parallel()
	throttletest.Test(t, postgres.NewAttempts(setup(t, unchanged).pool))
}

// guess tries to log in with a wrong password and returns the code, and how long
// to wait.
func (b *bundle) guess(t *testing.T, address, email string) (users.ErrorCode, time.Duration) {
	t.Helper()
	_, err := b.Login(t.Context(), users.Viewer{Address: address}, users.LoginInput{Email: email, Password: "wrong"})
	refused, ok := err.(users.UserErrors)
	if !ok || len(refused) != 1 {
		t.Fatalf("login: %v", err)
	}
	return refused[0].Code, refused[0].RetryAfter
}

// TestThrottle tries to log in and to register too often, with Redis and without.
func TestThrottle(t *testing.T) {
	t.Parallel()
	for _, where := range []string{"Redis", "PostgreSQL"} {
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			b := setup(t, func(deps *postgres.Deps) {
				deps.Limits = postgres.Limits{PerEmail: 3, PerAddress: 6}
				if where == "Redis" {
					deps.Redis = openRedis(t, redistest.Start(t).URL())
				}
			})
			b.register(t, "ada@example.com")
			b.advance(time.Hour)
			b.testThrottle(t)
			var rows int
			if err := b.pool.QueryRow(t.Context(), `select count(*) from login_attempts`).Scan(&rows); err != nil || rows == 0 != (where == "Redis") {
				t.Errorf("%d counts in the database, %v", rows, err)
			}
		})
	}
}

func (b *bundle) testThrottle(t *testing.T) {
	t.Helper()
	want := func(address, email string, code users.ErrorCode, wait time.Duration) {
		t.Helper()
		if got, retryAfter := b.guess(t, address, email); got != code || retryAfter != wait {
			t.Errorf("%s from %s: %s, wait %s; want %s, %s", email, address, got, retryAfter, code, wait)
		}
	}
	// An address that is known and one that is not are counted alike, however they
	// are written.
	for i, email := range []string{"ada@example.com", "nobody@example.com"} {
		for n := range 3 {
			want(fmt.Sprintf("192.0.2.%d", 10*i+n), strings.ToUpper(email), users.CodeInvalidCredentials, 0)
		}
		want("192.0.2.99", email, users.CodeRateLimited, 5*time.Minute)
	}
	// The right password is refused too, and what is refused does not count.
	if _, err := b.Login(t.Context(), users.Viewer{}, users.LoginInput{Email: "ada@example.com", Password: secret}); code(err) != users.CodeRateLimited {
		t.Errorf("the right password: %v", err)
	}
	// Whether an address is taken cannot be tried out beside it.
	_, err := b.Register(t.Context(), users.Viewer{}, users.RegisterInput{Email: "ada@example.com", Password: secret, DisplayName: "N. N.", TimeZone: "UTC"})
	if code(err) != users.CodeRateLimited || err.Error() != "input.email: too many attempts: try again in 300 seconds" {
		t.Errorf("register: %v", err)
	}
	b.advance(5 * time.Minute)
	want("", "ada@example.com", users.CodeInvalidCredentials, 0)
	want("", "ada@example.com", users.CodeRateLimited, 5*time.Minute)

	// From one IP address, or network of version 6, with many e-mail addresses.
	b.advance(time.Hour)
	for _, addresses := range [][2]string{{"198.51.100.7", "::ffff:198.51.100.7"}, {"2001:db8::1", "2001:db8::ffff"}} {
		for n := range 6 {
			want(addresses[n%2], fmt.Sprintf("%d@example.com", n), users.CodeInvalidCredentials, 0)
		}
		want(addresses[0], "another@example.com", users.CodeRateLimited, 150*time.Second)
		b.advance(time.Hour)
	}
	want("2001:db8:0:1::1", "another@example.com", users.CodeInvalidCredentials, 0)

	// Logins that succeed do not count.
	for range 10 {
		if _, err := b.Login(t.Context(), users.Viewer{Address: "203.0.113.1"}, users.LoginInput{Email: "ada@example.com", Password: secret}); err != nil {
			t.Fatal(err)
		}
	}
}

// TestThrottleSurvivesRedis kills Redis in the middle, while many guess.
func TestThrottleSurvivesRedis(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	b := setup(t, func(deps *postgres.Deps) {
		deps.Limits = postgres.Limits{PerEmail: 4}
		deps.Redis = openRedis(t, server.URL())
	})
	b.register(t, "ada@example.com")
	b.advance(time.Hour)
	guesses := func() (accepted int) {
		var n atomic.Int32
		var group sync.WaitGroup
		for range 10 {
			group.Go(func() {
				_, err := b.Login(t.Context(), users.Viewer{}, users.LoginInput{Email: "ada@example.com", Password: "wrong"})
				switch code(err) {
				case users.CodeInvalidCredentials:
					n.Add(1)
				case users.CodeRateLimited:
				default:
					t.Errorf("login: %v", err)
				}
			})
		}
		group.Wait()
		return int(n.Load())
	}
	if n := guesses(); n != 4 {
		t.Errorf("with Redis %d of 10 guesses are accepted, want 4", n)
	}
	server.Kill(t)
	if n := guesses(); n != 4 {
		t.Errorf("without Redis %d of 10 guesses are accepted, want 4", n)
	}
	if n := guesses(); n != 0 {
		t.Errorf("%d more guesses are accepted without Redis", n)
	}
	server.Restart(t)
	b.advance(time.Second) // the time for which Redis is left alone
	guesses()
	if log := b.log.String(); strings.Count(log, "Redis is away") != 1 || strings.Count(log, "in Redis again") != 1 {
		t.Errorf("the log has to tell of both changes, once each:\n%s", log)
	}
	server.Pause(t)
	if code, _ := b.guess(t, "", "ada@example.com"); code != users.CodeRateLimited {
		t.Errorf("while Redis hangs: %s", code)
	}
	server.Resume(t)
}
