package execute

import (
	"context"
	"encoding/json"
	"time"

	"github.com/weftql/weft/router/internal/plan"
	"github.com/weftql/weft/router/internal/subgraph"
)

// Introspect answers an introspection fetch from the API schema: it returns a
// response, {"data":{"__schema":…}}. The result is read, not kept or changed.
type Introspect func(ctx context.Context, fetch *plan.Fetch, variables map[string]json.RawMessage) ([]byte, error)

// Input is what one client request adds to a program.
type Input struct {
	// Variables are the operation's variables after coercion, in JSON, with the
	// defaults of those that the client left out.
	Variables map[string]json.RawMessage
	// Flights carry requests to subgraphs. Their errors are *subgraph.Error, or
	// are treated like one that names no cause.
	Flights *subgraph.Flights
	// Introspect answers introspection; it may be nil if the plan has none.
	Introspect Introspect
	// Deadline is until when the request may take, besides its context; the zero
	// time if there is no such limit.
	Deadline time.Time
	// RequestID is the id of the client's request.
	RequestID string
	// Claims are the caller's claims in their encoded form (identity.Claims).
	Claims string
	// MutationClaims are those of mutations, if they say more. Queries that follow a
	// mutation have the others, so that they travel with equal ones. Defaults to
	// Claims.
	MutationClaims string
	// Headers are what goes from the client to subgraphs, and back with the answer,
	// if there are rules for it, else nil.
	Headers *subgraph.Headers
	// IncludeSubgraphErrors says for each subgraph, in the order of the
	// supergraph, what clients may read of its errors. By default it is withheld.
	IncludeSubgraphErrors []Exposure
	// MaxResponseBytes is how large the response's data may get; larger data are
	// dropped, with an error. Defaults to 128 MiB.
	MaxResponseBytes int
	// Extensions is a JSON object for the response's "extensions", or nil.
	Extensions []byte
}
