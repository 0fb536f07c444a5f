// Package universe holds federated subgraphs in memory, for tests: what
// net/http/httptest is to HTTP, this package is to federation.
//
// A test writes a subgraph's SDL and its data; the subgraph then answers
// GraphQL over HTTP as a real one does, checks every request against its
// schema, and counts what it was asked:
//
//	Subgraph{Name, SDL, Query, Entities} ─New─▶ *Handler ─httptest.NewServer─▶ URL
//	                                               └─▶ Requests(): documents and representations received
//
// Besides subgraphs by hand there are random ones. A Universe is a set of SDLs
// and a seed, which together say what every field's value is; a Monolith has all
// of it in one place and so tells what a router has to answer:
//
//	Random(seed, Options) ─▶ Universe ┬─Serve────▶ []*Handler ◀─HTTP─ router ─▶ data ┐
//	                                  └─Monolith─▶ Execute(RandomOperation) ─▶ data ─┴ must be equal
//	Defer(seed, Operation) ─▶ Operation with @defer, which changes nothing about the data
//	Company(seed, n) ─▶ Universe of n subgraphs, 200 lines each, to measure composition with
//	Mutate(seed, Universe) ─▶ Universe that breaks one rule of composition
//	Shrink(Universe, fails) ─▶ the smallest Universe that still fails
//
// A value is a hash of the object's type and identity, the field, its arguments
// (those that come from contexts too, as far as all subgraphs have them)
// and, for a field with @requires, the inputs that came: a wrong or missing
// input shows as a wrong value. Keys tell the entity's number, so that a
// representation is understood, and checked, in every subgraph. Types behind an
// interface object share their numbers, so that a number tells the type too.
//
// It is strict where real servers are often lenient, so that a wrong request
// fails a test: a query that does not validate, a representation without
// "__typename", a field without a value and a missing variable are errors.
package universe
