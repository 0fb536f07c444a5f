package auth

import (
	"context"

	"github.com/weftql/weft/schema/identity"
)

// Caller is who sent a request. It is immutable and safe for concurrent use.
type Caller struct {
	// Claims is what the token says; the zero value for an anonymous caller.
	Claims identity.Claims
	// Encoded is Claims in the form in which they are signed and sent on: equal
	// for equal claims, so that requests of one caller can be told from others'.
	Encoded string
	// Lists are the further claims that Config.Lists names, as far as the token has
	// them in the right form. They are for the router alone.
	Lists map[string][]string
}

func newCaller(claims identity.Claims, lists map[string][]string) (Caller, error) {
	encoded, err := claims.Encode()
	return Caller{Claims: claims, Encoded: encoded, Lists: lists}, err
}

// From returns the caller's claims as they are signed for a mutation that comes
// from an address and a user agent.
func (c Caller) From(address, userAgent string) (encoded string, err error) {
	claims := c.Claims
	claims.Address, claims.UserAgent = address, userAgent
	return claims.Encode()
}

// Anonymous is the caller without a token.
func Anonymous() Caller {
	const encoded = "e30" // base64url("{}"), the zero value of identity.Claims
	return Caller{Encoded: encoded}
}

type callerKey struct{}

// CallerOf returns the caller of the request that ctx belongs to; the anonymous
// one where Middleware has not been.
func CallerOf(ctx context.Context) Caller {
	if caller, ok := ctx.Value(callerKey{}).(Caller); ok {
		return caller
	}
	return Anonymous()
}
