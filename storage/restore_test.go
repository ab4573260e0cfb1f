package storage_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"winnow/models"
	"winnow/storage"
	"winnow/storage/storagetest"
)

// Every row survives the way from SQLite to PostgreSQL and back, and from a
// backup of every earlier version.
// The backup of each version is made of one kind of database in turn, and restored into the
// other; with the present version it is made of both and restored into both.
func TestRestoreReturnsEveryRow(t *testing.T) {
	onEachVersion(t, storage.Versions(), func(t *testing.T, original string, version int) {
		if version < storage.Versions() && isPostgres(original) == (version%2 == 0) {
			return
		}
		url := storagetest.CopyURL(t, original)
		old := open(t, url)
		s, raw := schemaOf(t, version), storagetest.Raw(t, url)
		s.fill(t, raw, 3)
		want := s.dump(t, raw)
		var targets []string
		if version == storage.Versions() || !isPostgres(url) {
			targets = append(targets, storagetest.PostgresURL(t))
		}
		if version == storage.Versions() || isPostgres(url) {
			targets = append(targets, storagetest.SQLiteURL(t))
		}
		for i, to := range targets {
			file := filepath.Join(t.TempDir(), fmt.Sprint(i))
			if err := old.Backup(t.Context(), file, false, nil); err != nil {
				t.Fatal(err)
			}
			if err := storage.Restore(t.Context(), to, file, nil); err != nil {
				t.Fatal(err)
			}
			intact(t, file)
			sameRows(t, s.dump(t, storagetest.Raw(t, to)), want)
			old = open(t, to)
			if i == 0 {
				useHotPaths(t, to, old)
				s = schemaOf(t, storage.Versions())
				want = s.dump(t, storagetest.Raw(t, to))
			}
			if err := storage.Restore(t.Context(), to, file, nil); models.KindOf(err) != models.KindConflict {
				t.Fatalf("into a database with rows: %v", err)
			}
		}
	})
}

func isPostgres(url string) bool { return !strings.HasPrefix(url, "sqlite:") }

func TestRestoreRefusesFilesThatAreNoBackup(t *testing.T) {
	db := storagetest.SQLite(t)
	folder := t.TempDir()
	good := filepath.Join(folder, "good")
	if err := db.Backup(t.Context(), good, false, nil); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	torn := append([]byte{}, data...)
	for i := 4096 * 3; i < 4096*6; i++ {
		torn[i] ^= 0x5a
	}
	for name, content := range map[string][]byte{"empty": {}, "text": []byte("hello"), "torn": torn, "cut": data[:len(data)/2]} {
		file := filepath.Join(folder, name)
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, url := range []string{"sqlite:" + filepath.Join(folder, "to "+name), storagetest.PostgresURL(t)} {
			if err := storage.Restore(t.Context(), url, file, nil); err == nil {
				t.Errorf("%s was restored", name)
			}
		}
		if _, err := os.Stat(filepath.Join(folder, "to "+name)); err == nil {
			t.Errorf("%s became a database", name)
		}
	}
	newer := storagetest.Raw(t, "sqlite:"+good)
	if _, err := newer.Exec(`INSERT INTO migrations (version, name, applied_at) VALUES (9999, 'future', 0)`); err != nil {
		t.Fatal(err)
	}
	newer.Close()
	if err := storage.Restore(t.Context(), storagetest.SQLiteURL(t), good, nil); err == nil || !strings.Contains(err.Error(), "9999") {
		t.Errorf("a newer backup: %v", err)
	}
}

// A cursor of the time after a backup is not taken for one of the restored database, and its
// numbers go on.
func TestRestoredEventsHaveNumbersOfTheirOwn(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		db := newFixture(t, url, models.Retention{})
		post := func(on *storage.DB) {
			t.Helper()
			_, _, _, err := on.CreateComment(t.Context(), storage.NewComment{Comment: models.Comment{Site: "gazette", Article: models.Article{ID: "a"}, Body: "b", Status: models.Approved}})
			db.must(err)
		}
		post(db.DB)
		post(db.DB)
		file := filepath.Join(t.TempDir(), "backup")
		db.must(db.Backup(t.Context(), file, false, nil))
		saved, err := db.NewestEvent(t.Context())
		db.must(err)
		post(db.DB)
		lost, err := db.NewestEvent(t.Context())
		db.must(err)
		for _, to := range []string{storagetest.PostgresURL(t), storagetest.SQLiteURL(t)} {
			db.must(storage.Restore(t.Context(), to, file, nil))
			restored := open(t, to)
			post(restored)
			events, err := restored.EventsSince(t.Context(), saved, 10)
			db.must(err)
			if len(events) != 1 || events[0].Seq <= lost {
				t.Errorf("after the backup there are %+v; the lost database gave %d", events, lost)
			}
			if all, err := restored.EventsSince(t.Context(), 0, 10); err != nil || len(all) != 3 {
				t.Errorf("in all there are %+v, %v", all, err)
			}
			if _, err := restored.EventsSince(t.Context(), lost, 10); !errors.Is(err, storage.ErrEventsMissing) {
				t.Errorf("after an event that is lost: %v", err)
			}
		}
	})
}
