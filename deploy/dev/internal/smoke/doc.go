// Package smoke walks through the platform once, over HTTP as a client would,
// and says of each step what it found and how long it took.
//
//	addresses ──Run──▶ register, login, create list, create todo,
//	                   a query that crosses both subgraphs and comes back,
//	                   the first mail
//
// Everything but the mail goes through the router as GraphQL. The first step
// that fails ends the walk.
package smoke
