package server

import (
	"context"
	"net/http"
)

// Cookie returns the value of a cookie of the client, "" without one. It is the
// client's word, as the router passed it on (its configuration has to say so): no
// signature covers it.
func Cookie(ctx context.Context, name string) string {
	if x := exchangeOf(ctx); x != nil {
		if cookie, err := x.request.Cookie(name); err == nil {
			return cookie.Value
		}
	}
	return ""
}

// SetCookie adds a cookie to the answer, in place of one with that name that the
// same answer had. Outside of a request it does nothing.
func SetCookie(ctx context.Context, cookie *http.Cookie) {
	x := exchangeOf(ctx)
	if x == nil {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	// A client that is told to keep two of a name keeps the later one, but which
	// is later is for proxies to get wrong.
	var kept []string
	for _, line := range x.answer.Values("Set-Cookie") {
		if other, err := http.ParseSetCookie(line); err == nil && other.Name != cookie.Name {
			kept = append(kept, line)
		}
	}
	x.answer["Set-Cookie"] = append(kept, cookie.String())
	x.answer.Set("Cache-Control", "no-store")
}
