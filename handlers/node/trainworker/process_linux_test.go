package trainworker

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"winnow/models"
)

// stat returns the fields of a /proc/…/stat file after the name of the program:
// the state, the parent, …; nil when there is no such process.
func stat(path string) []string {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	return strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
}

func alive(pid int) bool {
	fields := stat(fmt.Sprintf("/proc/%d/stat", pid))
	return fields != nil && fields[0] != "Z"
}

// childOf returns the process whose parent is pid, or 0.
func childOf(pid int) int {
	all, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range all {
		if fields := stat(path); fields != nil && fields[1] == strconv.Itoa(pid) {
			child, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			return child
		}
	}
	return 0
}

func waitUntil(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("timeout: waiting until %s", what)
		}
	}
}

// TestKillLeavesNothing kills the server, or the process, in the middle of a
// training: the other one ends, and the temporary folder is empty.
func TestKillLeavesNothing(t *testing.T) {
	for _, killed := range []string{"the server", "the process"} {
		t.Run(killed, func(t *testing.T) {
			dir := t.TempDir()
			server := exec.Command(os.Args[0], runAsServer)
			server.Env = append(os.Environ(), "TMPDIR="+dir)
			out, err := server.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := server.Start(); err != nil {
				t.Fatal(err)
			}
			defer server.Process.Kill()
			if lines := bufio.NewScanner(out); !lines.Scan() { // the training has begun
				t.Fatal("no progress")
			}
			worker := childOf(server.Process.Pid)
			if worker == 0 {
				t.Fatal("the server has no child")
			}
			waitUntil(t, "label texts are in a file without a name", func() bool { return unlinkedFiles(worker, dir) > 0 })
			checkPriority(t, worker)
			if killed == "the server" {
				err = server.Process.Kill()
			} else {
				err = syscall.Kill(worker, syscall.SIGKILL)
			}
			if err != nil {
				t.Fatal(err)
			}
			_ = server.Wait() // it was killed, or reports the failure
			waitUntil(t, "the process has ended", func() bool { return !alive(worker) })
			if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
				t.Errorf("left in the temporary folder: %v, %v", left, err)
			}
		})
	}
}

// unlinkedFiles counts the open files of a process that were in dir.
func unlinkedFiles(pid int, dir string) int {
	n := 0
	all, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	for _, fd := range all {
		if target, err := os.Readlink(fd); err == nil && strings.HasPrefix(target, dir) && strings.HasSuffix(target, "(deleted)") {
			n++
		}
	}
	return n
}

// checkPriority checks every thread of a process.
func checkPriority(t *testing.T, pid int) {
	t.Helper()
	all, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	if err != nil || len(all) == 0 {
		t.Fatalf("threads %v, %v", all, err)
	}
	const nice = 16 // index of its field
	for _, path := range all {
		if fields := stat(path); fields != nil && fields[nice] != strconv.Itoa(niceness) {
			t.Errorf("%s: the nice value is %s", path, fields[nice])
		}
	}
}

func TestTrainEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	pid := 0
	_, _, err := Train(ctx, worker(), Data{Labels: labels(1_000_000, models.Ham, models.Spam)}, func(int, int) {
		if pid == 0 {
			pid = childOf(os.Getpid())
		}
		cancel()
	})
	if !errors.Is(err, context.Canceled) || pid == 0 || alive(pid) {
		t.Errorf("the error is %v; process %d is alive: %v", err, pid, alive(pid))
	}
}
