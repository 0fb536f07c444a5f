//go:build !linux

package process

import "syscall"

// dieWithParent does nothing: only Linux ties a child to its parent. A child
// whose guard was killed is ended by the program, or by its next run.
func dieWithParent(*syscall.SysProcAttr) {}
