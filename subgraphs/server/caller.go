package server

import (
	"context"

	"github.com/weftql/weft/schema/identity"
)

// Caller returns who sent the request, as the router signed it. Without an
// envelope it is an anonymous caller. With mutations the envelope has the client's
// Address and UserAgent, for logins and audit logs.
func Caller(ctx context.Context) identity.Envelope {
	if x := exchangeOf(ctx); x != nil {
		return x.caller
	}
	return identity.Envelope{}
}
