package storage_test

import (
	"context"
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
	onBothReady(t, func(t *testing.T, url string) {
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
	if output := rows(t, raw, `PRAGMA integrity_check`); len(output) != 1 || output[0] != "ok" {
		t.Error(output)
	}
	raw.Close()
	beside, err := os.ReadDir(filepath.Dir(file))
	if err != nil || len(beside) != 1 {
		t.Errorf("%v, %v", beside, err)
	}
}

func TestBackupDoesNotReplaceFilesUnasked(t *testing.T) {
	onBothReady(t, func(t *testing.T, url string) {
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
		if stored, err := os.ReadFile(file); err != nil || string(stored) != "precious" {
			t.Fatalf("%q, %v", stored, err)
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
