// Package process starts child processes that cannot outlive the program that
// started them, not even when that program is killed with signal 9.
//
// Between the program and each child stands a guard: the program's own
// executable, started again. The guard holds one end of a pipe whose other
// end only the program has. When the program closes it, or the kernel does
// because the program is gone, the guard ends the child's process group: first
// with the child's stop signal, after a grace period with SIGKILL.
//
//	program ──pipe──▶ guard ──own process group──▶ child ──▶ its children
//	        ◀─status─
//
// In come a Command; out comes a Process. Because the guard is the same
// executable, main (and TestMain of a test that starts processes) must call
// Guard before anything else.
//
// An Identity tells a process from a later one that got the same number, so
// that what an earlier run left behind can be ended without harming others.
//
// Unix only: it relies on process groups and signals.
package process
