// Package breaker stops asking a mail server that does not answer.
//
//	             failures in a row
//	CLOSED ─────────────────────────▶ OPEN ◀───────────┐
//	   ▲                               │ after a while  │ it does not answer
//	   └── it answers ── HALF OPEN ◀───┘ ───────────────┘
//	                     one try
//
// In comes a call; out comes its own error, or an Open that says when to come back.
// A call that the server answered, with whatever, is a success: what a server says
// about one mail tells nothing about the next.
//
// It is the only package that imports gobreaker.
package breaker
