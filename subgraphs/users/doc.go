// Package users is the domain of accounts: its nouns, what can be done with
// them, and the rules of input. It does no I/O.
//
//	graph (GraphQL) ─▶ Service ◀─ implemented by postgres ─▶ rows, password hashes, tokens, jobs
//
// Who may see what is decided behind Service alone: every method that reads
// takes the Viewer, and what the viewer may not see is nil in what it returns.
package users
