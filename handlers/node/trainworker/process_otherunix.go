//go:build unix && !linux

package trainworker

import "syscall"

// attributes give the process a process group of its own, whose priority is
// lowered. It learns of the server's end from a write that fails.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
