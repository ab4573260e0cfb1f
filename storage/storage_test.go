package storage_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"winnow/models"
	"winnow/storage"
	"winnow/storage/storagetest"
)

func TestMain(m *testing.M) {
	code := storagetest.Main(m)
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func TestSQLite(t *testing.T)   { storagetest.Run(t, storagetest.ReadySQLiteURL) }
func TestPostgres(t *testing.T) { storagetest.Run(t, storagetest.ReadyPostgresURL) }

// onBoth runs a test with an empty database of each kind.
func onBoth(t *testing.T, test func(t *testing.T, url string)) {
	t.Run("SQLite", func(t *testing.T) { test(t, storagetest.SQLiteURL(t)) })
	t.Run("PostgreSQL", func(t *testing.T) { test(t, storagetest.PostgresURL(t)) })
}

func open(t *testing.T, url string) *storage.DB {
	t.Helper()
	db, err := storage.Open(t.Context(), url, storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func TestNodesThatMigrateAtOnceShareTheWork(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		if err := open(t, url).Ping(t.Context()); models.KindOf(err) != models.KindUnavailable {
			t.Fatalf("before: %v", err)
		}
		nodes := []*storage.DB{open(t, url), open(t, url), open(t, url), open(t, url)}
		applied := make([]int, len(nodes))
		var wg sync.WaitGroup
		for i, db := range nodes {
			wg.Go(func() {
				var err error
				if applied[i], err = db.Migrate(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		total := 0
		for _, n := range applied {
			total += n
		}
		if total == 0 {
			t.Fatal("nobody migrated")
		}
		for _, db := range nodes {
			if n, err := db.Migrate(t.Context()); err != nil || n != 0 {
				t.Fatalf("again: %d steps, %v", n, err)
			}
			if err := db.Ping(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		var rows int
		if err := storagetest.Raw(t, url).QueryRow(`SELECT count(*) FROM migrations`).Scan(&rows); err != nil || rows != total {
			t.Fatalf("%d steps noted, %d applied, %v", rows, total, err)
		}
	})
}

func TestANewerSchemaIsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		db := storagetest.Open(t, url, storage.Options{})
		if _, err := storagetest.Raw(t, url).Exec(`INSERT INTO migrations (version, name, applied_at) VALUES (9999, 'future', 0)`); err != nil {
			t.Fatal(err)
		}
		_, err := db.Migrate(t.Context())
		for _, err := range []error{err, db.Ping(t.Context())} {
			if err == nil || !strings.Contains(err.Error(), "9999") {
				t.Fatalf("want an error that names the schema, got %v", err)
			}
		}
	})
}

func TestOpenMakesTheFolderAndTakesOddNames(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new folder", "a?b#c%20d.db")
	storagetest.Open(t, "sqlite:"+path, storage.Options{})
	if _, err := os.Stat(path); err != nil {
		t.Fatal(err)
	}
}

func TestOpenRefusesWhatItDoesNotKnow(t *testing.T) {
	for _, url := range []string{"", "sqlite:", "mysql://secret@host/db", "winnow.db"} {
		if _, err := storage.Open(t.Context(), url, storage.Options{}); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", url, err)
		}
	}
	_, err := storage.Open(t.Context(), "postgres://user:secret@/db?host="+t.TempDir(), storage.Options{})
	if models.KindOf(err) != models.KindUnavailable || strings.Contains(err.Error(), "secret") {
		t.Errorf("PostgreSQL that is not there: %v", err)
	}
}
