// Package graph is the GraphQL side of parcels, generated and hand-written as
// that of users and todos is.
//
//	server.Handler ─▶ *.generated.go ─▶ *.resolvers.go ─▶ package parcels
package graph
