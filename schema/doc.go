// Package schema holds the graph at build time: the GraphQL schemas of
// Weft's own subgraphs (the source of truth for their code) and the supergraph
// that is composed from them.
//
// The Go packages below it know nothing of users or todos; they work on any
// federated graph:
//
//	[]federation.Subgraph ─composition─▶ supergraph.Supergraph ─querygraph─▶ querygraph.Graph
package schema
