//go:build unix && !linux

package redistest

import "syscall"

// dieWithParent does nothing: the kernel offers nothing of the kind. A server
// whose test program was killed has to be ended by hand.
func dieWithParent(*syscall.SysProcAttr) {}
