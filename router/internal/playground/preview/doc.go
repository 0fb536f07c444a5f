// Program preview serves the playground over a small schema of its own, to look
// at the page without a router, and for the browser test.
//
//	go run ./router/internal/playground/preview [-listen 127.0.0.1:0]
//
// It prints its address on the first line and serves until it is interrupted or
// its standard input, if that is a pipe, ends. The demo password is made anew at
// each start.
//
// The endpoint answers queries and mutations of schema.graphqls on constant
// data. It answers introspection from introspection.json, the whole of it
// whatever was selected, which is all that a client that loads a schema needs.
package main
