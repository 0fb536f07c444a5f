// Package upkeep is the jobs that come by themselves and keep a database in order.
//
//	leader, in each period ─▶ users.PurgeArgs, todos.PurgeArgs ─Worker─▶ one task ─▶ what it has done, as numbers
//
// A task is safe to run again and to interrupt: one that does not get to its end in
// its time goes on with what is left when it is tried again.
package upkeep
