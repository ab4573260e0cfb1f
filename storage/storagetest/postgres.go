package storagetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
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
)

// server is the one PostgreSQL of a test binary: started by the first test that
// needs it, stopped by Main or by the end of the binary, also by a crash.
var server struct {
	once     sync.Once
	err      error
	next     atomic.Int64 // number of the next database
	ready    sync.Once
	migrated string // name of the database that the others are copied from
	strategy string // option of CREATE DATABASE
	postgres
}

// postgres is a server with its own folder.
type postgres struct {
	folder string
	shell  *exec.Cmd
	stop   io.Closer // standard input of shell
}

// keeperScript runs a server until the script's standard input ends, then removes
// the folder $0, if any. SIGINT is PostgreSQL's fast shutdown.
const keeperScript = `"$@" & read -r _; kill -INT $!; wait $!; cd /; rm -rf "$0"`

// errMissing means that there is no PostgreSQL on this machine.
var errMissing = errors.New("initdb and postgres are neither in PATH nor in /usr/lib/postgresql")

// Main runs the tests of a package and stops PostgreSQL afterwards. TestMain calls it
// and exits with its result.
func Main(m *testing.M) int {
	code := m.Run()
	if server.shell != nil {
		if err := server.end(); err != nil {
			fmt.Fprintln(os.Stderr, "stop PostgreSQL:", err)
			code = max(code, 1)
		}
	}
	if server.folder != "" {
		_ = os.RemoveAll(server.folder)
	}
	return code
}

// PostgresURL returns the address of an empty database on the shared server of the
// test binary, see Postgres.
func PostgresURL(t testing.TB) string {
	t.Helper()
	return server.url(newPostgres(t, "template1"))
}

// ReadyPostgresURL returns the address of a migrated database without records.
func ReadyPostgresURL(t testing.TB) string {
	t.Helper()
	server.ready.Do(func() {
		server.migrated = copyPostgres(t, "template1")
		server.err = migrate(server.url(server.migrated))
	})
	return server.url(newPostgres(t, server.migrated))
}

// newPostgres copies a database until the test ends. The template must have no
// connections. It returns the name of the copy.
func newPostgres(t testing.TB, template string) string {
	t.Helper()
	name := copyPostgres(t, template)
	t.Cleanup(func() { // each has hundreds of files
		if err := administer(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return name
}

// copyPostgres copies a database until the server ends.
func copyPostgres(t testing.TB, template string) string {
	t.Helper()
	server.once.Do(func() {
		if server.err = server.start(); server.err == nil {
			server.strategy, server.err = copyStrategy(t.Context())
		}
	})
	skipWithout(t, server.err)
	name := "test" + strconv.FormatInt(server.next.Add(1), 10)
	if err := administer(t.Context(), "CREATE DATABASE "+name+" TEMPLATE "+template+server.strategy); err != nil {
		t.Fatal(err)
	}
	return name
}

// copyStrategy returns the option of CREATE DATABASE that copies files, which is faster for
// many small ones than to log their pages. Before version 15 there was no other way.
func copyStrategy(ctx context.Context) (option string, err error) {
	admin, err := sql.Open("pgx", server.url("postgres"))
	if err != nil {
		return "", err
	}
	defer admin.Close()
	var version int
	err = admin.QueryRowContext(ctx, "SELECT current_setting('server_version_num')::int").Scan(&version)
	if err != nil || version < 150_000 {
		return "", err
	}
	return " STRATEGY file_copy", nil
}

// administer runs a statement of the shared server's owner.
func administer(ctx context.Context, statement string) error {
	admin, err := sql.Open("pgx", server.url("postgres"))
	if err != nil {
		return err
	}
	defer admin.Close()
	_, err = admin.ExecContext(ctx, statement)
	return err
}

func skipWithout(t testing.TB, err error) {
	t.Helper()
	switch {
	case errors.Is(err, errMissing) && os.Getenv("WINNOW_TEST_REQUIRE") != "1":
		t.Skip("no PostgreSQL: ", err)
	case err != nil:
		t.Fatal("start PostgreSQL: ", err)
	}
}

// OwnPostgres returns the address of an empty database on a new server, and a
// function that stops the server, calls meanwhile and starts the server again.
func OwnPostgres(t testing.TB) (url string, restart func(meanwhile func())) {
	t.Helper()
	p := new(postgres)
	skipWithout(t, p.make())
	t.Cleanup(func() { _ = os.RemoveAll(p.folder) })
	skipWithout(t, p.run(""))
	t.Cleanup(func() {
		if err := p.end(); err != nil {
			t.Error(err)
		}
	})
	return p.url("postgres"), func(meanwhile func()) {
		t.Helper()
		if err := p.end(); err != nil {
			t.Fatal(err)
		}
		meanwhile()
		if err := p.run(""); err != nil {
			t.Fatal(err)
		}
	}
}

// url connects through a socket in the server's folder, so no port is needed.
func (p *postgres) url(database string) string {
	return "postgres:///" + database + "?user=postgres&host=" + p.folder
}

// databaseOf returns the name of the database that url was asked for.
func databaseOf(url string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(url, "postgres:///"), "?")
	return name
}

// start makes and runs a server that removes its folder when it ends.
func (p *postgres) start() error {
	if err := p.make(); err != nil {
		return err
	}
	return p.run(p.folder)
}

func (p *postgres) data() string { return filepath.Join(p.folder, "data") }

// make initializes a new folder.
func (p *postgres) make() error {
	initdb, err := find("initdb")
	if err != nil {
		return err
	}
	// Short: the path of a socket has at most some 100 bytes.
	if p.folder, err = os.MkdirTemp(inMemory(), "wpg"); err != nil {
		return err
	}
	c, err := p.command(initdb, "-D", p.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
	if err != nil {
		return err
	}
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	return nil
}

// inMemory returns the folder of a file system in memory, where hundreds of small files
// cost little, or "" when there is none or it has not much room.
func inMemory() string {
	const folder, room = "/dev/shm", 4 << 30
	var fs syscall.Statfs_t
	if err := syscall.Statfs(folder, &fs); err != nil || fs.Bavail*uint64(fs.Bsize) < room {
		return ""
	}
	return folder
}

// command runs a program as the owner of the folder.
func (p *postgres) command(name string, args ...string) (*exec.Cmd, error) {
	owner, err := serverOwner(p.folder)
	c := exec.Command(name, args...)
	c.Dir = p.folder
	c.SysProcAttr = &syscall.SysProcAttr{Credential: owner}
	return c, err
}

// run starts the server. When it ends, the folder remove is deleted unless it is "".
func (p *postgres) run(remove string) error {
	program, err := find("postgres")
	if err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(p.folder, "log"))
	if err != nil {
		return err
	}
	defer log.Close()
	// Each test has a database, and PostgreSQL would look through one after the other.
	keeper, err := p.command("/bin/sh", "-c", keeperScript, remove, program, "-D", p.data(), "-k", p.folder, "-c", "listen_addresses=",
		"-c", "fsync=off", "-c", "full_page_writes=off", "-c", "autovacuum_naptime=1h", "-c", "max_connections=300", "-c", "shared_buffers=32MB",
		"-c", "wal_level=minimal", "-c", "max_wal_senders=0", "-c", "max_wal_size=256MB")
	if err != nil {
		return err
	}
	keeper.Stdout, keeper.Stderr = log, log
	if p.stop, err = keeper.StdinPipe(); err != nil {
		return err
	}
	if err := keeper.Start(); err != nil {
		return err
	}
	p.shell = keeper
	return p.waitReady(log.Name())
}

func (p *postgres) end() error { return errors.Join(p.stop.Close(), p.shell.Wait()) }

// waitReady waits until the server accepts connections.
func (p *postgres) waitReady(log string) error {
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	db, err := sql.Open("pgx", p.url("postgres"))
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
			text, _ := os.ReadFile(log) // optional detail
			return fmt.Errorf("not ready: %w: %s", err, text)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// find looks for a program in PATH, then in Debian's folders of PostgreSQL.
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
