package graph

import (
	"context"
	"net/http"
	"time"

	"github.com/weftql/weft/subgraphs/server"
	"github.com/weftql/weft/subgraphs/users"
)

// refreshCookie holds a browser's refresh token. The prefix has browsers accept it
// only over TLS (or from localhost), for this host alone and for all of its paths,
// so that no neighbour can plant one (RFC 6265bis §4.1.3.2).
const refreshCookie = "__Host-weft-refresh"

// cookieLife is that of a session that is not refreshed.
const cookieLife = 30 * 24 * time.Hour

// deliver sends tokens in the way that the client wants: a refresh token that
// travels in a cookie is none of the page's business.
func deliver(ctx context.Context, delivery users.TokenDelivery, tokens *users.AuthTokens) *users.AuthTokens {
	if delivery != users.DeliveryCookie {
		return tokens
	}
	setRefreshCookie(ctx, *tokens.RefreshToken, cookieLife)
	inCookie := *tokens
	inCookie.RefreshToken = nil
	return &inCookie
}

// presentedToken returns the refresh token of an input or else of the cookie, and
// how it came.
func presentedToken(ctx context.Context, input *string) (string, users.TokenDelivery) {
	if input != nil {
		return *input, users.DeliveryBody
	}
	return server.Cookie(ctx, refreshCookie), users.DeliveryCookie
}

// dropRefreshCookie has the browser forget the cookie, if it sent one.
func dropRefreshCookie(ctx context.Context) {
	if server.Cookie(ctx, refreshCookie) != "" {
		setRefreshCookie(ctx, "", -1)
	}
}

// setRefreshCookie sets the cookie for a time; a negative one removes it.
func setRefreshCookie(ctx context.Context, value string, life time.Duration) {
	age := int(life.Seconds())
	if life < 0 {
		age = -1
	}
	server.SetCookie(ctx, &http.Cookie{
		Name: refreshCookie, Value: value, Path: "/", MaxAge: age,
		Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode,
	})
}
