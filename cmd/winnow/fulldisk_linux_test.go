package main

import (
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// TestFileSizeLimit exceeds the limit on the size of files, which every process may
// lower.
func TestFileSizeLimit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.db")
	fullDisk(t, "sqlite:"+path, func(server *process) (free func()) {
		limit := func(bytes uint64) {
			if err := unix.Prlimit(server.cmd.Process.Pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: bytes, Max: unix.RLIM_INFINITY}, nil); err != nil {
				t.Fatal(err)
			}
		}
		longest := int64(0)
		for _, file := range []string{path, path + "-wal"} {
			info, err := os.Stat(file)
			if err != nil {
				t.Fatal(err)
			}
			longest = max(longest, info.Size())
		}
		limit(uint64(longest) + 1<<18)
		return func() { limit(unix.RLIM_INFINITY) }
	})
}

const (
	// mayMount tells a copy of this test program that it runs in its own user and
	// mount namespaces, where it may mount without privileges.
	mayMount = "WINNOW_TEST_MAY_MOUNT"
	noMount  = "no mount in a namespace"
)

// TestFullFileSystem fills a small file system. Where mounting is not allowed,
// TestFileSizeLimit covers the same case.
func TestFullFileSystem(t *testing.T) {
	if os.Getenv(mayMount) == "" {
		child := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
		child.Env = append(os.Environ(), mayMount+"=1")
		child.SysProcAttr = &syscall.SysProcAttr{
			Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
			UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
			GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
			Pdeathsig:   syscall.SIGKILL,
		}
		out, err := child.CombinedOutput()
		if child.Process != nil && err != nil && !strings.Contains(string(out), noMount) {
			t.Errorf("%v:", err)
		}
		t.Logf("%s%v", out, err)
		return
	}
	folder := t.TempDir()
	if err := syscall.Mount("winnow", folder, "tmpfs", 0, "size=24m"); err != nil {
		t.Fatal(noMount, ": ", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(folder, 0); err != nil {
			t.Error(err)
		}
	})
	fullDisk(t, "sqlite:"+filepath.Join(folder, "w.db"), func(*process) (free func()) {
		ballast := filepath.Join(folder, "ballast")
		fill(t, ballast, 1<<18)
		return func() {
			if err := os.Remove(ballast); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// fullDisk runs a load on a full disk. The function fill leaves only a little space
// and returns a function that frees some.
func fullDisk(t *testing.T, database string, fill func(*process) (free func())) {
	outage(t, database, nil, func(l *load, server *process) {
		free := fill(server)
		l.waitRefused(posters)
		for range 20 { // reading must not be affected
			for _, path := range []string{"/v1/comments?site=free&article=article-1", "/v1/comments?site=held&article=article-2", "/readyz"} {
				if status, reply, err := l.once("GET", path, "", "", nil); err != nil || status != http.StatusOK {
					t.Errorf("%s: status %d, %v: %v", path, status, err, reply)
				}
			}
		}
		free()
	})
}

// fill writes a file that fills its file system except for leave bytes.
func fill(t *testing.T, name string, leave int64) {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	written, err := io.Copy(f, endless{})
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("after %d bytes: %v", written, err)
	}
	if err := f.Truncate(max(0, written-leave)); err != nil {
		t.Fatal(err)
	}
}

// endless is an infinite reader of zeros.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
