package server

import (
	"context"

	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/subgraphs/trace"
)

// callerKey is the key of the verified envelope in a request's context.
type callerKey struct{}

// callerContext is the context of a request whose sender is known. It is two values
// in one: the envelope, and the request's id in it.
type callerContext struct {
	context.Context
	envelope identity.Envelope
}

// Value implements context.Context.
func (c *callerContext) Value(key any) any {
	switch key.(type) {
	case callerKey:
		return &c.envelope
	case trace.RequestKey:
		return c.envelope.RequestID
	}
	return c.Context.Value(key)
}

// WithCaller returns a context in which Caller finds the envelope, and trace.Request
// the request's id. The handler calls it for each request; tests of resolvers may.
func WithCaller(ctx context.Context, envelope identity.Envelope) context.Context {
	return &callerContext{Context: ctx, envelope: envelope}
}

// Caller returns who sent the request, as the router signed it. Without an
// envelope it is an anonymous caller. With mutations the envelope has the client's
// Address and UserAgent, for logins and audit logs.
func Caller(ctx context.Context) identity.Envelope {
	envelope, ok := ctx.Value(callerKey{}).(*identity.Envelope)
	if !ok {
		return identity.Envelope{}
	}
	return *envelope
}
