// Package storagetest holds one conformance suite that runs against every
// database, and a kit that opens databases for tests.
package storagetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"winnow/storage"
)

// SQLite opens a migrated database in a file of its own; the test's end closes
// it.
func SQLite(t testing.TB) *storage.DB {
	t.Helper()
	return Open(t, SQLiteURL(t), storage.Options{})
}

// Postgres is SQLite for PostgreSQL. Without PostgreSQL on this machine the
// test is skipped, or fails when WINNOW_TEST_REQUIRE=1.
func Postgres(t testing.TB) *storage.DB {
	t.Helper()
	return Open(t, PostgresURL(t), storage.Options{})
}

// SQLiteURL names an empty database.
func SQLiteURL(t testing.TB) string {
	t.Helper()
	return "sqlite:" + filepath.Join(t.TempDir(), "winnow.db")
}

// Open opens and migrates a database; the test's end closes it.
func Open(t testing.TB, url string, opt storage.Options) *storage.DB {
	t.Helper()
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	db, err := storage.Open(t.Context(), url, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db
}

// Raw opens a database behind storage's back; the test's end closes it.
func Raw(t testing.TB, url string) *sql.DB {
	t.Helper()
	driver, name := "pgx", url
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		driver, name = "sqlite", path
	}
	db, err := sql.Open(driver, name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// server is the one PostgreSQL of a test binary: started by the first test that
// asks, stopped by Main, or by the end of the binary however that comes.
var server struct {
	once   sync.Once
	err    error
	folder string
	keeper *exec.Cmd
	stop   io.Closer    // the keeper's standard input
	next   atomic.Int64 // number of the next database
}

// keep runs a server until its own standard input ends, then clears its folder.
// SIGINT ends PostgreSQL at once, with its clients cut off.
const keep = `"$@" & read -r _; kill -INT $!; wait $!; cd /; rm -rf "$0"`

// errMissing means that there is no PostgreSQL on this machine.
var errMissing = errors.New("initdb and postgres are neither in PATH nor in /usr/lib/postgresql")

// Main runs the tests of a package, then stops what the kit has started.
// TestMain calls it, and exits with what it returns.
func Main(m *testing.M) int {
	code := m.Run()
	if server.keeper != nil {
		if err := errors.Join(server.stop.Close(), server.keeper.Wait()); err != nil {
			fmt.Fprintln(os.Stderr, "stop PostgreSQL:", err)
			code = max(code, 1)
		}
	}
	if server.folder != "" {
		_ = os.RemoveAll(server.folder) // there only when the server did not start
	}
	return code
}

// PostgresURL names an empty database on a private server, see Postgres.
func PostgresURL(t testing.TB) string {
	t.Helper()
	server.once.Do(func() { server.err = startPostgres() })
	switch {
	case errors.Is(server.err, errMissing) && os.Getenv("WINNOW_TEST_REQUIRE") != "1":
		t.Skip("no PostgreSQL: ", server.err)
	case server.err != nil:
		t.Fatal("start PostgreSQL: ", server.err)
	}
	name := "test" + strconv.FormatInt(server.next.Add(1), 10)
	admin, err := sql.Open("pgx", serverURL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	if _, err := admin.ExecContext(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	return serverURL(name)
}

// serverURL leads through a socket in the server's folder, so that no port can
// be taken.
func serverURL(database string) string {
	return "postgres:///" + database + "?user=postgres&host=" + server.folder
}

func startPostgres() (err error) {
	initdb, err := find("initdb")
	if err != nil {
		return err
	}
	postgres, err := find("postgres")
	if err != nil {
		return err
	}
	// Short: the path of a socket has at most some 100 bytes.
	if server.folder, err = os.MkdirTemp("", "wpg"); err != nil {
		return err
	}
	data := filepath.Join(server.folder, "data")
	owner, err := serverOwner(server.folder)
	if err != nil {
		return err
	}
	command := func(name string, args ...string) *exec.Cmd {
		c := exec.Command(name, args...)
		c.Dir = server.folder
		c.SysProcAttr = &syscall.SysProcAttr{Credential: owner}
		return c
	}
	if out, err := command(initdb, "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync").CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	log, err := os.Create(filepath.Join(server.folder, "log"))
	if err != nil {
		return err
	}
	defer log.Close()
	keeper := command("/bin/sh", "-c", keep, server.folder, postgres, "-D", data, "-k", server.folder, "-c", "listen_addresses=",
		"-c", "fsync=off", "-c", "max_connections=300", "-c", "shared_buffers=32MB")
	keeper.Stdout, keeper.Stderr = log, log
	if server.stop, err = keeper.StdinPipe(); err != nil {
		return err
	}
	if err := keeper.Start(); err != nil {
		return err
	}
	server.keeper = keeper
	return waitForPostgres(log.Name())
}

func waitForPostgres(log string) error {
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	db, err := sql.Open("pgx", serverURL("postgres"))
	if err != nil {
		return err
	}
	defer db.Close()
	for {
		if err = db.PingContext(ctx); err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			said, _ := os.ReadFile(log) // only to help; the error is that it does not answer
			return fmt.Errorf("no answer: %w: %s", err, said)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// find looks for a program in PATH, then where Debian puts PostgreSQL's.
func find(name string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if err != nil || len(found) == 0 {
		return "", errors.Join(err, errMissing)
	}
	slices.Sort(found)
	return found[len(found)-1], nil
}

// serverOwner gives the folder to the user postgres when root runs the tests,
// because the server refuses to run as root.
func serverOwner(folder string) (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	if err := os.Chown(folder, int(uid), int(gid)); err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}
