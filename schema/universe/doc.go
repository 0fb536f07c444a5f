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
// It is strict where real servers are often lenient, so that a wrong request
// fails a test: a query that does not validate, a representation without
// "__typename", a field without a value and a missing variable are errors.
package universe
