// Package querygraph turns a supergraph into tables for planning: which
// subgraph can enter which type by which keys, and which of its fields it
// resolves there.
//
//	supergraph.Supergraph ─New─▶ Graph ──┬── Types × subgraphs   keys, possible types
//	                                     ├── Fields × subgraphs  external, @requires, @provides
//	                                     └── FieldSets           typed trees, one per directive
//
// Everything has a dense number and lies in slices, so that walking the tables
// has one order and needs no hashing.
//
// Composition (satisfiability: Reach) and the router's planner share it.
package querygraph
