package process

import "syscall"

// dieWithParent makes the kernel end the child when the guard's thread ends,
// for the case that somebody kills the guard itself.
func dieWithParent(attr *syscall.SysProcAttr) {
	attr.Pdeathsig = syscall.SIGKILL
}
