package server

import (
	"context"
	"net/http"
	"sync"
)

// cookies are those of one request and of its answer.
type cookies struct {
	request *http.Request

	mu     sync.Mutex
	answer http.Header
}

// cookiesKey is the key of a request's cookies in its context.
type cookiesKey struct{}

// withCookies returns a context in which Cookie finds the request's cookies and
// SetCookie the answer's header.
func withCookies(ctx context.Context, w http.ResponseWriter, r *http.Request) context.Context {
	return context.WithValue(ctx, cookiesKey{}, &cookies{request: r, answer: w.Header()})
}

// Cookie returns the value of a cookie of the client, "" without one. It is the
// client's word, as the router passed it on (its configuration has to say so): no
// signature covers it.
func Cookie(ctx context.Context, name string) string {
	if c, ok := ctx.Value(cookiesKey{}).(*cookies); ok {
		if cookie, err := c.request.Cookie(name); err == nil {
			return cookie.Value
		}
	}
	return ""
}

// SetCookie adds a cookie to the answer, in place of one with that name that the
// same answer had. Outside of a request it does nothing.
func SetCookie(ctx context.Context, cookie *http.Cookie) {
	c, ok := ctx.Value(cookiesKey{}).(*cookies)
	if !ok {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	// A client that is told to keep two of a name keeps the later one, but which
	// is later is for proxies to get wrong.
	var kept []string
	for _, line := range c.answer.Values("Set-Cookie") {
		if other, err := http.ParseSetCookie(line); err == nil && other.Name != cookie.Name {
			kept = append(kept, line)
		}
	}
	c.answer["Set-Cookie"] = append(kept, cookie.String())
	c.answer.Set("Cache-Control", "no-store")
}
