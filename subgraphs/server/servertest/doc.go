// Package servertest sends GraphQL requests to a subgraph's handler as the router
// does: signed, on behalf of a caller.
//
//	claims, operation ─Client.Do─▶ signed request ─▶ handler ─▶ Response
package servertest
