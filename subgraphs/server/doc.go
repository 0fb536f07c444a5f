// Package server is the HTTP side of every subgraph: it turns a gqlgen
// executable schema into a handler, and runs it until it is told to stop.
//
//	POST /graphql ─▶ size limit ─▶ signature (schema/identity) ─▶ parse, validate, execute ─▶ errors masked
//	GET  /health  ─▶ 200 while the service can work, 503 otherwise
//
// In come requests that the router signed; any other is refused, so that
// services can trust Caller without looking at tokens. Out go GraphQL responses
// whose errors a client may read: refusals keep their message and code, all
// others become "internal error" with the id under which the log tells more.
package server
