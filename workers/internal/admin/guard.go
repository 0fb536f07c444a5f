package admin

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// MinPassword is the shortest password, in bytes.
const MinPassword = 16

const (
	// user is the name that goes with the password.
	user = "admin"
	// maxFailures bounds wrong passwords from one address within failureWindow.
	maxFailures   = 10
	failureWindow = time.Minute
	// maxAddresses bounds the addresses that are remembered; when there are more,
	// nobody may try until the window ends.
	maxAddresses = 10_000
)

// Guard lets through whoever knows the password (HTTP basic authentication, user
// admin), and nothing that another site has a browser send. It is safe for concurrent
// use.
type Guard struct {
	password [sha256.Size]byte // its hash, so that lengths are equal
	now      func() time.Time

	mu       sync.Mutex
	began    time.Time      // of the window
	failures map[string]int // within it, by address
}

// NewGuard returns a Guard. A password shorter than MinPassword is refused.
func NewGuard(password string, now func() time.Time) (*Guard, error) {
	if len(password) < MinPassword {
		return nil, fmt.Errorf("admin: the password has to have %d characters at least", MinPassword)
	}
	return &Guard{password: sha256.Sum256([]byte(password)), now: now, failures: map[string]int{}}, nil
}

// Wrap returns a handler that passes on to inner what may pass.
func (g *Guard) Wrap(inner http.Handler) http.Handler {
	origins := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("X-Frame-Options", "DENY")
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "same-origin")
		if wait := g.wait(address(r)); wait > 0 {
			header.Set("Retry-After", strconv.Itoa(int(wait.Seconds())+1))
			http.Error(w, "too many wrong passwords: wait", http.StatusTooManyRequests)
			return
		}
		if !g.knows(r) {
			header.Set("WWW-Authenticate", `Basic realm="Weft's worker", charset="UTF-8"`)
			http.Error(w, "the user is admin, the password that of WORKER_ADMIN_PASSWORD", http.StatusUnauthorized)
			return
		}
		if err := origins.Check(r); err != nil {
			http.Error(w, "changes are taken from this site's own pages only", http.StatusForbidden)
			return
		}
		inner.ServeHTTP(w, r)
	})
}

// knows tells whether the request has the password, and counts a wrong one. A
// request without any is a browser's first.
func (g *Guard) knows(r *http.Request) bool {
	name, password, given := r.BasicAuth()
	hash := sha256.Sum256([]byte(password))
	if subtle.ConstantTimeCompare(hash[:], g.password[:])&subtle.ConstantTimeCompare([]byte(name), []byte(user)) == 1 {
		return true
	}
	if given {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.failures[address(r)]++
	}
	return false
}

// wait returns how long the address has to wait before it may try again.
func (g *Guard) wait(address string) time.Duration {
	now := g.now()
	g.mu.Lock()
	defer g.mu.Unlock()
	if now.Sub(g.began) >= failureWindow {
		g.began = now
		clear(g.failures)
	}
	if g.failures[address] < maxFailures && len(g.failures) < maxAddresses {
		return 0
	}
	return g.began.Add(failureWindow).Sub(now)
}

// address is who asks, without the port.
func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
