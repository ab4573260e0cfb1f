package main

import (
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"winnow/storage/storagetest"
)

// outage runs a load on one server while something happens to what it depends
// on. The server may refuse, and must neither end, nor fail otherwise, nor need
// a restart.
func outage(t *testing.T, database string, args []string, happens func(l *load, server *process)) {
	t.Helper()
	flags := append([]string{"--database=" + database}, args...)
	server := launch(t, flags...)
	base := server.base()
	l := newLoad(t, flags[0])
	l.start(base)
	l.waitAcknowledged(50)
	happens(l, server)
	l.waitAcknowledged(50)
	poll(t, "the server is ready", func() bool {
		status, _, err := l.once("GET", "/readyz", "", "", nil)
		return err == nil && status == http.StatusOK
	})
	l.stop()
	server.running()
	l.checkReplies()
	l.checkDatabase(database)
	if status := server.terminate(); status != exitDone {
		t.Errorf("exit status %d", status)
	}
}

func TestPostgresRestartsUnderLoad(t *testing.T) {
	database, restart := storagetest.OwnPostgres(t)
	outage(t, database, nil, func(l *load, _ *process) {
		restart(func() { l.waitRefused(1) }) // its clients are cut off, what they have begun is undone
		l.waitAcknowledged(50)
		signalPostgres(t, database, syscall.SIGQUIT, false) // it ends as in a crash
		restart(func() { l.waitRefused(1) })
	})
}

func TestPostgresHangsUnderLoad(t *testing.T) {
	t.Parallel() // it does little but wait
	database, _ := storagetest.OwnPostgres(t)
	outage(t, database, nil, func(l *load, server *process) {
		signalPostgres(t, database, syscall.SIGSTOP, true)
		defer signalPostgres(t, database, syscall.SIGCONT, true)
		l.waitRefused(posters)
		if status, _, err := l.once("GET", "/readyz", "", "", nil); err != nil || status != http.StatusServiceUnavailable {
			t.Errorf("/readyz: status %d, %v", status, err)
		}
		if status, _, err := l.once("GET", "/healthz", "", "", nil); err != nil || status != http.StatusOK {
			t.Errorf("/healthz: status %d, %v", status, err)
		}
	})
}

// signalPostgres sends a signal to the server whose socket is in the folder
// that the address names, and to its children on demand.
func signalPostgres(t *testing.T, database string, signal syscall.Signal, children bool) {
	t.Helper()
	address, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(address.Query().Get("host"), "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(data), "\n")
	parent, err := strconv.Atoi(first)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(parent, signal); err != nil {
		t.Fatal(err)
	}
	if !children {
		return
	}
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, stat := range stats {
		data, err := os.ReadFile(stat)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
			continue // it has ended
		} else if err != nil {
			t.Fatal(err)
		}
		// PID (NAME) STATE PARENT …
		fields := strings.Fields(string(data[strings.LastIndexByte(string(data), ')')+1:]))
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(stat))); err == nil && fields[1] == first {
			if err := syscall.Kill(pid, signal); err != nil && !errors.Is(err, syscall.ESRCH) {
				t.Fatal(err)
			}
		}
	}
}

func TestRedisFailsUnderLoad(t *testing.T) {
	redis := storagetest.Redis(t)
	outage(t, storagetest.PostgresURL(t), []string{"--redis=" + redis.URL}, func(l *load, _ *process) {
		says := func(want string) {
			t.Helper()
			poll(t, "/readyz says "+want, func() bool {
				status, reply, err := l.once("GET", "/readyz", "", "", nil)
				return err == nil && status == http.StatusOK && reply["redis"] == want
			})
			l.waitAcknowledged(50)
		}
		says("ok")
		redis.Kill()
		says("down")
		redis.Start()
		says("ok")
		redis.Pause()
		says("down")
		redis.Resume()
		says("ok")
		if _, refused := l.count(); refused > 0 {
			t.Errorf("%d requests were refused", refused)
		}
	})
}

// TestPostgresIsBlockedUnderLoad keeps every connection that the server may
// open waiting for a lock.
func TestPostgresIsBlockedUnderLoad(t *testing.T) {
	t.Parallel() // it does little but wait
	database := storagetest.PostgresURL(t)
	outage(t, database, nil, func(l *load, _ *process) {
		other, err := storagetest.Raw(t, database).Begin()
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := other.Rollback(); err != nil {
				t.Error(err)
			}
		}()
		if _, err := other.Exec("LOCK TABLE comments, articles, sites IN ACCESS EXCLUSIVE MODE"); err != nil {
			t.Fatal(err)
		}
		l.waitRefused(posters)
		if status, _, err := l.once("GET", "/healthz", "", "", nil); err != nil || status != http.StatusOK {
			t.Errorf("/healthz: status %d, %v", status, err)
		}
	})
}
