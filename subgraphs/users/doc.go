// Package users is the domain of accounts: its nouns, what can be done with
// them, and the rules of input. It does no I/O.
//
//	graph (GraphQL) ─▶ Service ◀─ implemented by postgres ─▶ rows, password hashes, tokens, jobs, audit log
//
// Who may see what is decided behind Service alone: every method that reads
// takes the Viewer, and what the viewer may not see is nil in what it returns.
//
// An account begins PENDING and may do everything then; a token from a mail makes it
// ACTIVE. Administrators make it SUSPENDED and ACTIVE again. Its owner makes it
// DELETED, which locks it and leaves a job in DeletionQueue that erases it, in the
// steps of Deletion. What refers to the account finds DeletedName then.
package users
