// Package supergraph reads a composed supergraph into an immutable model.
//
//	SDL ──Parse──▶ *Supergraph ──┬── Subgraphs  whom to ask, in the order of join__Graph
//	                             ├── Types      which subgraph has which type, key and field
//	                             ├── Schema     the whole schema, without join and link
//	                             └── API        what clients see
//	SDL ──APISchema──▶ SDL   of what clients see
//	SDL ──Contract───▶ SDL   of a supergraph that shows less, by @tag (Tags)
//
// What comes in is the text of a supergraph with the join specification in
// version 0.3 to 0.5, as every composer of Federation 2 writes it, 0.2 of the first
// ones, or 0.1 of Federation 1 (with @core for @link; see owner.go for what it
// leaves out). What goes out is a value that nothing changes afterwards and that
// many goroutines may read.
//
// A construct of the join specification that the router cannot honour yet is an
// error with the code UNSUPPORTED_FEATURE which names the construct and its
// place. Ignoring one would plan wrong requests.
//
// Specification: https://specs.apollo.dev/join.
package supergraph
