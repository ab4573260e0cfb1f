//go:build unix

package trainworker

import "syscall"

const niceness = 10 // the priority of a process that is not urgent, see nice(1)

// lowerPriority lowers the priority of a process, with all threads that it has
// started meanwhile: on Linux each thread has its own, so it names the group.
func lowerPriority(pid int) {
	_ = syscall.Setpriority(syscall.PRIO_PGRP, pid, niceness) // the training works without it
}
