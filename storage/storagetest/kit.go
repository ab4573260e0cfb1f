// Package storagetest holds one conformance suite that runs against every
// database, and a kit that opens databases for tests.
package storagetest

import (
	"database/sql"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

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
