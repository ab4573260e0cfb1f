package sqldb

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// busyTimeout is how long SQLite waits for another process.
const busyTimeout = 10 * time.Second

// OpenShared opens a SQLite file that others may use at the same time, with
// further pragmas. They are part of its name, so that they reach every
// connection of the pool.
func OpenShared(path string, pragmas ...string) (*sql.DB, error) {
	pragmas = append([]string{
		fmt.Sprintf("busy_timeout(%d)", busyTimeout.Milliseconds()),
		"journal_mode(WAL)", // readers never wait for the writer
		"synchronous(FULL)", // a commit returns when it is on disk
		"foreign_keys(1)",
		"secure_delete(1)",      // what is deleted is overwritten
		"temp_store(MEMORY)",    // savepoints copy the pages they change
		"cache_size(-16000)",    // KiB for each connection
		"wal_autocheckpoint(0)", // a checkpointer does it, so that writers do not wait
	}, pragmas...)
	return openFile(path, url.Values{"_pragma": pragmas, "_txlock": {"immediate"}})
}

// OpenExclusive opens a SQLite file that nobody else uses. mode is that of
// SQLite's file names: "ro", "rw" or "rwc".
func OpenExclusive(path, mode string, pragmas ...string) (*sql.DB, error) {
	return openFile(path, url.Values{"mode": {mode}, "_pragma": pragmas})
}

func openFile(path string, query url.Values) (*sql.DB, error) {
	return sql.Open(sqliteDriver, "file:"+escapePath.Replace(filepath.ToSlash(path))+"?"+query.Encode())
}

var escapePath = strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23")

// ExplainSQLite is DB.Explain for a file that was opened by itself.
func ExplainSQLite(err error) error { return sqliteDialect.explain(err) }

// createPrivate creates a missing file that only its owner may read and write, and
// takes the rights of strangers from one that exists. SQLite gives its log the same
// rights.
func createPrivate(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer f.Close() // nothing was written
	info, err := f.Stat()
	const others = 0o007
	if err != nil || !info.Mode().IsRegular() || info.Mode()&others == 0 {
		return err
	}
	return f.Chmod(info.Mode() &^ others)
}

// Vacuum writes a SQLite file anew, so that nothing is left of what was deleted from
// it. It takes about as long as copying the file, needs up to twice its size on the
// disk, and others cannot write meanwhile. PostgreSQL is left alone.
func (db *DB) Vacuum(ctx context.Context) error {
	if db.writer == nil {
		return nil
	}
	pool, err := OpenShared(db.path, "temp_store(FILE)") // the copy may be larger than the memory
	if err != nil {
		return err
	}
	defer pool.Close()
	for _, statement := range []string{"VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"} {
		if _, err := pool.ExecContext(ctx, statement); err != nil {
			return db.d.explain(err)
		}
	}
	return nil
}

// Forget removes what was deleted from SQLite's files: from the write-ahead log, which has
// earlier contents of pages, and from the unused space of pages. It waits until ctx ends;
// the unused space is overwritten in the background all the same.
func (db *DB) Forget(ctx context.Context) error {
	if db.writer == nil {
		return nil
	}
	if err := db.emptyLog(ctx); err != nil {
		return err
	}
	sweep := db.sweepUnused()
	select {
	case <-sweep.done:
		return sweep.err
	case <-ctx.Done():
		return nil
	}
}

// ForgetSoon is Forget without waiting for the unused space of pages.
func (db *DB) ForgetSoon(ctx context.Context) error {
	if db.writer == nil {
		return nil
	}
	db.sweepUnused()
	return db.emptyLog(ctx)
}

// emptyLog empties the write-ahead log. When somebody reads all the time, such as a
// backup, a later commit does it.
func (db *DB) emptyLog(ctx context.Context) error {
	wal := db.writer.wal
	mark := func(*Tx) error {
		wal.forget.Store(true)
		wal.retry = time.Time{}
		return nil
	}
	next := func(*Tx) error { return nil } // begins when the writer has tried to empty the log
	for range forgetTries {
		for _, change := range []func(*Tx) error{mark, next} {
			if err := db.writer.do(&job{ctx: ctx, change: change}); err != nil {
				return err
			}
		}
		if !wal.forget.Load() {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(forgetPause / forgetTries):
		}
	}
	return nil
}

const forgetTries = 10
