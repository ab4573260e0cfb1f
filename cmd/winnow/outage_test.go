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

// outage runs a load on one server while one of its dependencies fails. The server may
// reply 503, but must not exit, fail otherwise or need a restart.
func outage(t *testing.T, database string, args []string, fail func(l *load, server *process)) {
	t.Helper()
	flags := append([]string{"--database=" + database}, args...)
	server := launch(t, flags...)
	base := server.base()
	l := newLoad(t, flags[0])
	l.start(base)
	l.waitAcknowledged(50)
	fail(l, server)
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
		restart(func() { l.waitRefused(1) }) // connections are closed, transactions rolled back
		l.waitAcknowledged(50)
		signalPostgres(t, database, syscall.SIGQUIT, false) // ends as in a crash
		restart(func() { l.waitRefused(1) })
	})
}

func TestPostgresHangsUnderLoad(t *testing.T) {
	t.Parallel() // it mostly waits
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

// signalPostgres sends a signal to the server of an address, found by the folder of
// its socket, and optionally to its child processes.
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
		expectRedis := func(want string) {
			t.Helper()
			poll(t, "/readyz returns redis "+want, func() bool {
				status, reply, err := l.once("GET", "/readyz", "", "", nil)
				return err == nil && status == http.StatusOK && reply["redis"] == want
			})
			l.waitAcknowledged(50)
		}
		expectRedis("ok")
		redis.Kill()
		expectRedis("down")
		redis.Start()
		expectRedis("ok")
		redis.Pause()
		expectRedis("down")
		redis.Resume()
		expectRedis("ok")
		if _, refused := l.count(); refused > 0 {
			t.Errorf("%d requests were refused", refused)
		}
	})
}

// TestPostgresBlockedUnderLoad makes every connection of the server wait for a lock.
func TestPostgresBlockedUnderLoad(t *testing.T) {
	t.Parallel() // it mostly waits
	database := storagetest.PostgresURL(t)
	outage(t, database, nil, func(l *load, _ *process) {
		db := storagetest.Raw(t, database)
		for _, table := range []string{"comments", "articles", "sites"} {
			// One lock per transaction: with two, the server's transactions would wait for
			// one and hold the other, and PostgreSQL might end this one for it.
			other, err := db.Begin()
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := other.Rollback(); err != nil {
					t.Error(err)
				}
			}()
			if _, err := other.Exec("LOCK TABLE " + table + " IN ACCESS EXCLUSIVE MODE"); err != nil {
				t.Fatal(err)
			}
		}
		l.waitRefused(posters)
		if status, _, err := l.once("GET", "/healthz", "", "", nil); err != nil || status != http.StatusOK {
			t.Errorf("/healthz: status %d, %v", status, err)
		}
	})
}
