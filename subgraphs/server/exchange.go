package server

import (
	"context"
	"net/http"
	"sync"

	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/subgraphs/trace"
)

// exchange is the context of a request: the request and its answer, as far as
// resolvers may know and change them, and for package trace the request's id. It is
// several values in one, because contexts are asked one after the other.
type exchange struct {
	context.Context
	caller  identity.Envelope
	request *http.Request
	writers *writers
	records records

	mu     sync.Mutex
	answer http.Header
}

// exchangeKey is the key of a request's exchange in its context.
type exchangeKey struct{}

// Value implements context.Context.
func (x *exchange) Value(key any) any {
	switch key.(type) {
	case exchangeKey:
		return x
	case trace.RequestKey:
		return x.caller.RequestID
	}
	return x.Context.Value(key)
}

// exchangeOf returns what the context of a request has; nil outside of one.
func exchangeOf(ctx context.Context) *exchange {
	x, _ := ctx.Value(exchangeKey{}).(*exchange)
	return x
}
