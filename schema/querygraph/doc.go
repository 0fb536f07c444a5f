// Package querygraph turns a supergraph into tables for planning: which
// subgraph can enter which type by which keys, and which of its fields it
// resolves there.
//
//	supergraph.Supergraph ─New─▶ Graph ──┬── Types × subgraphs   keys, possible types
//	                                     ├── Fields × subgraphs  external, @requires, @provides
//	                                     └── FieldSets           typed trees, one per directive
//
// Everything has a dense number and lies in slices, so that walking the tables
// has one order and needs no hashing. The tables are sparse: a type or field has
// an entry for each subgraph that knows it, so that they grow with the schema,
// not with types times subgraphs.
//
// Where a subgraph has an interface as an interface object, its place is opaque:
// the interface's fields are there for objects of all implementations, but nobody
// knows of which type an object is (Graph.Opaque, Type.StandIns).
//
// Composition (satisfiability: Reach) and the router's planner share it.
package querygraph
