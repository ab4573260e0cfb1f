//go:build unix

package main

import "syscall"

// maxDescriptors is how many files and connections the process may have open. The Go
// runtime has raised it as far as it may.
func maxDescriptors() int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return defaultDescriptors
	}
	return int(min(limit.Cur, 1<<20))
}
