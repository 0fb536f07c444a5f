package server

import (
	"context"

	"github.com/weftql/weft/schema/identity"
)

// callerKey is the key of the verified envelope in a request's context.
type callerKey struct{}

// WithCaller returns a context in which Caller finds the envelope. The handler
// calls it for each request; tests of resolvers may.
func WithCaller(ctx context.Context, envelope identity.Envelope) context.Context {
	return context.WithValue(ctx, callerKey{}, envelope)
}

// Caller returns who sent the request, as the router signed it. Without an
// envelope it is an anonymous caller. With mutations the envelope has the client's
// Address and UserAgent, for logins and audit logs.
func Caller(ctx context.Context) identity.Envelope {
	envelope, _ := ctx.Value(callerKey{}).(identity.Envelope)
	return envelope
}
