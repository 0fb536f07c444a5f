// Package conformance holds subgraphs against Federation's subgraph protocol,
// Query._service and Query._entities:
//
//	testdata/entities/*.txtar ─▶ subgraph ─▶ the answers in the files        (Golden, always)
//	                         └─▶ @apollo/subgraph, stub data ─▶ the same data, errors at
//	                                                            the same places (Apollo, with Node)
//
// A case is a request and our answer; the lines before them say why it exists.
// Where Apollo's library answers otherwise the file has its answer too, and
// says why ours is another.
package conformance
