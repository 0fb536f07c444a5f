// Command services measures the subgraphs beside the usual way of building them in
// Node, on this machine and in one run:
//
//	wrk ─▶ users, todos (signed requests) ─┐
//	wrk ─▶ express                         ├─▶ the same PostgreSQL, the same rows
//	                                       ┘
//
// Each answers with the same rows and fields, which is checked before, in rounds
// that alternate. What counts is how many requests a second of CPU time of the
// server's process is enough for.
//
// README.md says what is compared.
package main
