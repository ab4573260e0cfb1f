// Package storagetest has the conformance suites that every database, limiter,
// notifier and grouper of campaigns must pass, and starts databases for tests.
// Only tests import it.
package storagetest

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"winnow/storage"
)

// SQLite opens a migrated database in a new file and closes it after the test.
func SQLite(t testing.TB) *storage.DB {
	t.Helper()
	return Open(t, ReadySQLiteURL(t), storage.Options{})
}

// Postgres opens a migrated database on PostgreSQL and closes it after the test.
// Without PostgreSQL on this machine the test is skipped, or fails when
// WINNOW_TEST_REQUIRE=1.
func Postgres(t testing.TB) *storage.DB {
	t.Helper()
	return Open(t, ReadyPostgresURL(t), storage.Options{})
}

// SQLiteURL returns the address of an empty database.
func SQLiteURL(t testing.TB) string {
	t.Helper()
	return "sqlite:" + filepath.Join(t.TempDir(), "winnow.db")
}

// readySQLite is a migrated database file, made once for all tests of a binary.
var readySQLite = sync.OnceValues(func() (file []byte, err error) {
	folder, err := os.MkdirTemp("", "winnow-ready-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	path := filepath.Join(folder, "winnow.db")
	if err := migrate("sqlite:" + path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// ReadySQLiteURL returns the address of a migrated database without records.
func ReadySQLiteURL(t testing.TB) string {
	t.Helper()
	url := SQLiteURL(t)
	file, err := readySQLite()
	if err == nil {
		err = os.WriteFile(strings.TrimPrefix(url, "sqlite:"), file, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return url
}

// CopyURL returns the address of a copy of a database that nobody is connected to.
func CopyURL(t testing.TB, url string) string {
	t.Helper()
	path, ok := strings.CutPrefix(url, "sqlite:")
	if !ok {
		return server.url(newPostgres(t, databaseOf(url)))
	}
	copied := SQLiteURL(t)
	file, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(strings.TrimPrefix(copied, "sqlite:"), file, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return copied
}

func migrate(url string) error {
	db, err := storage.Open(context.Background(), url, storage.Options{})
	if err != nil {
		return err
	}
	_, err = db.Migrate(context.Background())
	return errors.Join(err, db.Close())
}

// Open opens and migrates a database and closes it after the test.
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

// Raw opens a database with database/sql and closes it after the test.
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

// Each calls do for each row of a query with three text columns.
func Each(t testing.TB, db *sql.DB, query string, do func(a, b, c string)) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var a, b, c string
		if err := rows.Scan(&a, &b, &c); err != nil {
			t.Fatal(err)
		}
		do(a, b, c)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}
