package admin_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/weftql/weft/workers/internal/admin"
)

const password = "correct horse battery"

// clock is a time that a test moves.
type clock struct{ now time.Time }

func guarded(t *testing.T) (http.Handler, *clock) {
	t.Helper()
	c := &clock{now: time.Unix(1_000_000, 0)}
	guard, err := admin.NewGuard(password, func() time.Time { return c.now })
	if err != nil {
		t.Fatal(err)
	}
	return guard.Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })), c
}

// ask sends a request with the given headers from an address.
func ask(t *testing.T, h http.Handler, method, from, user, secret string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, "http://worker.test/river/users/api/jobs/retry", nil)
	r.RemoteAddr = from + ":1234"
	if secret != "" {
		r.SetBasicAuth(user, secret)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestGuardWantsThePasswordFromItsOwnPages(t *testing.T) {
	t.Parallel()
	h, _ := guarded(t)
	for _, c := range []struct {
		name, method, user, secret string
		headers                    []string
		want                       int
	}{
		{"the password", "GET", "admin", password, nil, 204},
		{"none", "GET", "", "", nil, 401},
		{"a wrong one", "GET", "admin", "wrong", nil, 401},
		{"the beginning of it", "GET", "admin", password[:16], nil, 401},
		{"another user's", "GET", "root", password, nil, 401},
		{"a change from a program", "POST", "admin", password, nil, 204},
		{"a change from its own page", "POST", "admin", password, []string{"Origin", "http://worker.test", "Sec-Fetch-Site", "same-origin"}, 204},
		{"a change from its own page in an old browser", "POST", "admin", password, []string{"Origin", "http://worker.test"}, 204},
		{"a change from another site", "POST", "admin", password, []string{"Origin", "http://evil.test", "Sec-Fetch-Site", "cross-site"}, 403},
		{"one from an old browser", "POST", "admin", password, []string{"Origin", "http://evil.test"}, 403},
		{"another port of the same host", "POST", "admin", password, []string{"Origin", "http://worker.test:8080", "Sec-Fetch-Site", "same-site"}, 403},
		{"looking from another site", "GET", "admin", password, []string{"Sec-Fetch-Site", "cross-site"}, 204},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := ask(t, h, c.method, "192.0.2.1", c.user, c.secret, c.headers...)
			if w.Code != c.want {
				t.Errorf("%d %s, want %d", w.Code, w.Body, c.want)
			}
			if (w.Code == 401) != strings.HasPrefix(w.Header().Get("WWW-Authenticate"), "Basic ") || w.Header().Get("X-Frame-Options") != "DENY" {
				t.Errorf("headers %v", w.Header())
			}
		})
	}
}

func TestGuardThrottlesWrongPasswords(t *testing.T) {
	t.Parallel()
	h, c := guarded(t)
	for i := range 10 {
		if w := ask(t, h, "GET", "192.0.2.1", "admin", "wrong"); w.Code != 401 {
			t.Fatalf("attempt %d: %d", i, w.Code)
		}
	}
	c.now = c.now.Add(20 * time.Second)
	if w := ask(t, h, "GET", "192.0.2.1", "admin", password); w.Code != 429 || w.Header().Get("Retry-After") != "41" {
		t.Errorf("after ten wrong passwords: %d, wait %s s", w.Code, w.Header().Get("Retry-After"))
	}
	if w := ask(t, h, "GET", "192.0.2.2", "admin", password); w.Code != 204 {
		t.Errorf("another address: %d", w.Code)
	}
	c.now = c.now.Add(40 * time.Second)
	if w := ask(t, h, "GET", "192.0.2.1", "admin", password); w.Code != 204 {
		t.Errorf("a minute later: %d", w.Code)
	}
	for range 20 {
		if w := ask(t, h, "GET", "192.0.2.3", "", ""); w.Code != 401 {
			t.Errorf("without a password: %d", w.Code)
		}
	}
}

func TestGuardRefusesAShortPassword(t *testing.T) {
	t.Parallel()
	if _, err := admin.NewGuard("fifteen letters", time.Now); err == nil || !strings.Contains(err.Error(), "16 characters") {
		t.Error(err)
	}
}
