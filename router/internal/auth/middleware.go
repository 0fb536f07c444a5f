package auth

import (
	"context"
	"errors"
	"net/http"
	"strings"
)

// headerPrefix begins the names of headers that only a router sends.
const headerPrefix = "Weft-"

// Middleware puts each request's Caller into its context. A request whose token
// is refused goes to refuse and no further. Without an Authenticator every
// caller is anonymous.
//
// It also removes headers with which a client could pretend to be a router.
func Middleware(a *Authenticator, refuse func(http.ResponseWriter, *http.Request, *Error)) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			for name := range r.Header {
				if strings.HasPrefix(name, headerPrefix) {
					r.Header.Del(name)
				}
			}
			if a == nil {
				next.ServeHTTP(w, r)
				return
			}
			caller, err := a.Authenticate(r.Context(), r.Header)
			var refused *Error
			if errors.As(err, &refused) {
				if refused.Status == http.StatusUnauthorized {
					w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`) // RFC 6750 §3
				}
				refuse(w, r, refused)
				return
			}
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, caller)))
		})
	}
}
