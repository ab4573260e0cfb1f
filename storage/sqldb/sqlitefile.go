package sqldb

import (
	"database/sql"
	"fmt"
	"net/url"
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
