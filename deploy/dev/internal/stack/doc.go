// Package stack brings the local platform up and down.
//
//	          ┌ build the programs ┐
//	settings ─┤ Postgres, databases├─▶ migrate ─▶ demo ─▶ users, todos, worker ─▶ router ─▶ panel
//	          │ Redis              │
//	          └ mail sink          ┘
//
// In come the settings and the directory .weft; out comes a running platform
// until the context ends or a part of it does. Parts are stopped in the reverse
// of the order in which they were started, whatever the reason.
//
// How one program is configured is in environment.go, where it is started in
// stack.go.
package stack
