// Package trial tries the planner and the executor: random operations on random
// universes, each answered twice and compared. It is support for tests.
//
//	universe.Universe ─New─▶ Setup{supergraph, subgraphs in memory, monolith}
//	                           │
//	operation ─▶ Try ──────────┼─▶ plan.New ─▶ verify ─▶ execute ─▶ answer ┐
//	                           └─▶ monolith ─────────────────────▶ answer ─┴ Trial
//	Run{Cases, Seed} ─Do─▶ Tally: how many cases, how many fail, and what they depended on
//
// Two answers are equal if their data are, the order of fields included, and if
// both or neither have errors. The subgraphs enforce their own schemas, so a request
// that a real one would refuse fails too. They are asked without a network between:
// the rest of the router has tests of its own.
//
// That all cases pass proves little if they ask little. A Tally therefore counts,
// for each construct of federation, the cases whose executed plan depended on it
// (Row), and says what they fall short of.
//
// A Case that fails is made small (Case.Shrink) and kept in testdata. What the
// trials can find is itself tested, with mistakes in the planner and the executor
// that they have to find: see plan/testdata/bugs.
package trial
