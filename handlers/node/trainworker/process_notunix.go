//go:build !unix

package trainworker

import "syscall"

// attributes: the process learns of the server's end from a write that fails.
func attributes() *syscall.SysProcAttr { return nil }

// lowerPriority does nothing here.
func lowerPriority(int) {}
