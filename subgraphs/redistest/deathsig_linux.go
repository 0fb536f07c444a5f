package redistest

import "syscall"

// dieWithParent has the kernel end the program when the test program is gone.
func dieWithParent(attributes *syscall.SysProcAttr) { attributes.Pdeathsig = syscall.SIGKILL }
