package storage_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"winnow/models"
	"winnow/storage"
	"winnow/storage/storagetest"
)

func TestBackupWhileOthersWrite(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		db := storagetest.Open(t, url, storage.Options{})
		by := models.Caller{Kind: models.ByModerator, Name: "ann"}
		if _, err := db.AddSite(t.Context(), by, models.Site{Slug: "gazette"}); err != nil {
			t.Fatal(err)
		}
		post := func() models.Comment {
			c, _, _, err := db.CreateComment(t.Context(), storage.NewComment{Comment: models.Comment{
				Site: "gazette", Article: models.Article{ID: "a"}, Author: models.Author{Name: "n"}, Body: "b", Status: models.Pending,
			}})
			if err != nil {
				t.Error(err)
			}
			return c
		}
		var early []string
		for range 50 {
			early = append(early, post().ID)
		}
		var writers sync.WaitGroup
		ended := make(chan struct{})
		for range 4 {
			writers.Go(func() {
				for {
					select {
					case <-ended:
						return
					default:
					}
					if _, _, err := db.Decide(t.Context(), by, post().ID, models.DecisionRequest{Action: models.Approve}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		file := filepath.Join(t.TempDir(), "a backup.db")
		err := db.Backup(t.Context(), file, false, func(done, total int64) {
			if done < 0 || done > total {
				t.Errorf("%d of %d bytes", done, total)
			}
		})
		close(ended)
		writers.Wait()
		if err != nil {
			t.Fatal(err)
		}
		intact(t, file)
		copied := storagetest.Open(t, "sqlite:"+file, storage.Options{})
		for _, id := range early {
			if _, err := copied.Comment(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		}
		storagetest.Counters(t, "sqlite:"+file)
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v", info.Mode(), err)
		}
	})
}

// intact checks a SQLite file, and that nothing else was left beside it.
func intact(t *testing.T, file string) {
	t.Helper()
	raw := storagetest.Raw(t, "sqlite:file:"+file+"?mode=ro")
	if said := rows(t, raw, `PRAGMA integrity_check`); len(said) != 1 || said[0] != "ok" {
		t.Error(said)
	}
	raw.Close()
	beside, err := os.ReadDir(filepath.Dir(file))
	if err != nil || len(beside) != 1 {
		t.Errorf("%v, %v", beside, err)
	}
}

func TestBackupLeavesOtherFilesAlone(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		db := storagetest.Open(t, url, storage.Options{})
		file := filepath.Join(t.TempDir(), "backup.db")
		gone, leave := context.WithCancel(t.Context())
		leave()
		if err := db.Backup(gone, file, false, nil); err == nil {
			t.Fatal("a backup of nothing")
		}
		if left, err := os.ReadDir(filepath.Dir(file)); err != nil || len(left) > 0 {
			t.Fatalf("a backup that failed left %v, %v", left, err)
		}
		if err := os.WriteFile(file, []byte("precious"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := db.Backup(t.Context(), file, false, nil); models.KindOf(err) != models.KindConflict {
			t.Fatal(err)
		}
		if kept, err := os.ReadFile(file); err != nil || string(kept) != "precious" {
			t.Fatalf("%q, %v", kept, err)
		}
		if err := db.Backup(t.Context(), file, true, nil); err != nil {
			t.Fatal(err)
		}
		intact(t, file)
		if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
			if err := db.Backup(t.Context(), path, true, nil); models.KindOf(err) != models.KindConflict {
				t.Fatal(err)
			}
		}
	})
}

// Every row comes out of both databases as it went in, on the way from SQLite
// to PostgreSQL and back, and from a backup of every earlier version.
func TestRestoreGivesBackEveryRow(t *testing.T) {
	for version := 1; version <= storage.Versions(); version++ {
		t.Run(fmt.Sprint("of version ", version), func(t *testing.T) {
			onBoth(t, func(t *testing.T, url string) {
				old := open(t, url)
				if err := old.MigrateTo(t.Context(), version); err != nil {
					t.Fatal(err)
				}
				s, raw := schemaOf(t, version), storagetest.Raw(t, url)
				s.fill(t, raw, 3)
				want := s.dump(t, raw)
				for i, to := range []string{storagetest.PostgresURL(t), storagetest.SQLiteURL(t)} {
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
						useHotPaths(t, old)
						s = schemaOf(t, storage.Versions())
						want = s.dump(t, storagetest.Raw(t, to))
					}
					if err := storage.Restore(t.Context(), to, file, nil); models.KindOf(err) != models.KindConflict {
						t.Fatalf("into a database with rows: %v", err)
					}
				}
			})
		})
	}
}

func TestRestoreRefusesWhatIsNoBackup(t *testing.T) {
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
