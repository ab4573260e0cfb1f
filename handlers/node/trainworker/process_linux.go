package trainworker

import (
	"os"
	"syscall"
)

// attributes make the kernel kill the process when the server dies, and give it a
// process group of its own, whose priority is lowered.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// prepare makes the kernel end this process before the server when memory is short.
func prepare() {
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("500"), 0o600) // a container may forbid it
}
