//go:build !linux

package trainworker

// prepare does nothing here.
func prepare() {}
