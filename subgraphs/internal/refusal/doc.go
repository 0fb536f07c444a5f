// Package refusal holds the errors of services that a client may read: they
// become top-level GraphQL errors with their code. Every other error is masked.
//
//	service ─error─▶ resolver ─error─▶ server's error presenter ─▶ errors[].extensions.code
//
// Failures that a form can show are no refusals: they are the errors of a
// mutation's payload.
package refusal
