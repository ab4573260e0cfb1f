package storage_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
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

// TestPartitionedPostgres: a store that is split by site behaves as one that is not. What is
// left out has nothing to do with it.
func TestPartitionedPostgres(t *testing.T) {
	storagetest.Run(t, storagetest.PartitionedPostgresURL, "people", "sessions", "leases of trainings", "training", "audit", "what-if")
}

func TestOpenMakesTheFolderAndAcceptsSpecialCharacters(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new folder", "a?b#c%20d.db")
	storagetest.Open(t, "sqlite:"+path, storage.Options{})
	if _, err := os.Stat(path); err != nil {
		t.Fatal(err)
	}
}

func TestOpenRefusesUnknownURLs(t *testing.T) {
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
