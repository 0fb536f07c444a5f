// Package oracle runs Apollo's composition and query planner beside ours, to
// compare: they are the reference for which subgraphs compose, with which
// supergraph, and how deep a plan is.
//
//	[]federation.Subgraph ─Compose─▶ ┐                            ┌ supergraph, API schema, hints | errors
//	supergraph, operations ─Plan───▶ ┴ JSON lines ─▶ apollo.cjs ─▶ ┴ plans
//
// Nothing here ships, and nothing of Apollo's is part of this repository: its
// npm packages (Elastic License 2.0) are installed from the lockfile when
// somebody wants to run them:
//
//	cd deploy/oracle && npm ci
//
// Tests that need them are skipped, visibly, without. The short form of the
// comparison runs with `go test`, the long one with
//
//	make oracle-compose
//
// which takes UNIVERSES=n and prints in what the two agree, and how often each
// directive, kind of type, rule, error and hint came up. From 3,000 universes on,
// each mutation is repeated until it has raised its error ten times, and the run
// fails if something came up less than ten times (a code that Apollo can not raise
// is listed with the reason). What differs can be kept and
// made small:
//
//	go test ./deploy/oracle -run TestComposition -seed 4711 -universes 1 -keep /tmp -shrink
//
// How fast they are side by side, on companies of 10 to 200 subgraphs, shows
//
//	make bench-compose
//
// Where the two differ and ours is meant, deviations_test.go says so with a
// reason.
package oracle
