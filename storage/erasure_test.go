package storage_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"winnow/classifier/searchterms"
	"winnow/models"
	"winnow/storage"
	"winnow/storage/storagetest"
)

const (
	goneName  = "Xanthippe Quillfeather"
	goneEmail = "xq@quillfeather.example"
	goneText  = "my zyzzyvaphone fell into the harbour"
)

// goneWords are what must not be found in any file after an erasure.
var goneWords = []string{goneName, strings.ToLower(goneName), "quillfeather", "zyzzyvaphone"}

// filesWith says which files of a folder have which words.
func filesWith(t *testing.T, folder string, words ...string) (found []string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		for _, word := range words {
			if n := bytes.Count(data, []byte(word)); n > 0 {
				found = append(found, fmt.Sprintf("%s has %q %d times", filepath.Base(path), word, n))
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func wantNoBytes(t *testing.T, folder, when string, words ...string) {
	t.Helper()
	for _, found := range filesWith(t, folder, words...) {
		t.Errorf("%s: %s", when, found)
	}
}

// postAround posts comments of many authors, and between them some of the one who is
// erased: pages are split and joined, which leaves copies of rows.
func postAround(t *testing.T, db *storage.DB) {
	t.Helper()
	operator := models.Caller{Kind: models.ByCommand, Name: "operator"}
	spam := 0.6
	for n := range 600 {
		author, body := models.Author{Name: fmt.Sprintf("Reader %d", n*7919%600)}, fmt.Sprintf("The ferry of %d was late, said number %d.", n, n*31)
		if n%9 == 0 {
			author, body = models.Author{Name: goneName, Email: goneEmail}, fmt.Sprintf("%s, for the time number %d", goneText, n)
		}
		c := storage.NewComment{
			Comment: models.Comment{Site: "gazette", Article: models.Article{ID: fmt.Sprint("a", n%20)}, Author: author, Body: body, Status: models.Status([]models.Status{models.Approved, models.Pending}[n%2])},
			Verdict: models.Verdict{Spam: &spam, Action: models.Hold, Model: "m1", Signals: []models.Signal{{Name: "word:" + strings.Fields(body)[1], Weight: 1}}},
		}
		stored, _, _, err := db.CreateComment(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		if n%4 == 1 {
			action := []models.Action{models.Approve, models.Reject}[n/4%2]
			req := models.DecisionRequest{Action: action, Note: "about " + author.Name}
			if action == models.Reject {
				req.Reason = models.ReasonSpam
			}
			if _, _, err := db.Decide(t.Context(), operator, stored.ID, req); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestErasedBytesAreGone(t *testing.T) {
	clock := storagetest.NewClock()
	for what, erase := range map[string]func(*storage.DB) error{
		"an erasure": func(db *storage.DB) error {
			_, err := db.EraseReader(t.Context(), models.Caller{Kind: models.ByCommand}, models.Reader{Site: "gazette", Name: goneName})
			return err
		},
		"retention": func(db *storage.DB) error {
			by := models.Caller{Kind: models.ByCommand, Name: "operator"}
			queue, err := db.Queue(t.Context(), by, models.QueueFilter{Author: goneName, Limit: 200})
			for _, item := range queue.Items {
				if _, _, err := db.Decide(t.Context(), by, item.Comment.ID, models.DecisionRequest{Action: models.Reject, Reason: models.ReasonSpam}); err != nil {
					return err
				}
			}
			clock.Advance(9 * 24 * time.Hour)
			if err == nil {
				_, err = db.Purge(t.Context())
			}
			return err
		},
	} {
		t.Run(what, func(t *testing.T) {
			folder := t.TempDir()
			db := storagetest.Open(t, "sqlite:"+filepath.Join(folder, "winnow.db"), storage.Options{Now: clock.Now})
			_, err := db.AddSite(t.Context(), models.Caller{Kind: models.ByCommand}, models.Site{
				Slug: "gazette", Retention: models.Retention{Addresses: 1, Rejected: 1, Labels: 1},
			})
			if err != nil {
				t.Fatal(err)
			}
			postAround(t, db)
			clock.Advance(time.Minute)
			for n := 1; n > 0; {
				if n, err = db.IndexComments(t.Context(), searchterms.OfComment, 100); err != nil {
					t.Fatal(err)
				}
			}
			words := goneWords
			if what == "retention" { // it keeps what is published, so only the address keys are looked for
				words = nil
			}
			period := storage.AddressPeriod(clock.Now())
			old, err := db.AddressKey(t.Context(), period)
			if err != nil {
				t.Fatal(err)
			}
			if err := erase(db); err != nil {
				t.Fatal(err)
			}
			if _, err := db.AddressKey(t.Context(), period+1); err != nil {
				t.Fatal(err)
			}
			words = append(words, string(old))
			for began := time.Now(); len(filesWith(t, folder, words...)) > 0 && time.Since(began) < time.Minute; { // in the background
				time.Sleep(20 * time.Millisecond)
			}
			wantNoBytes(t, folder, "in use", words...)
			if err := db.Backup(t.Context(), filepath.Join(folder, "backup"), false, nil); err != nil {
				t.Fatal(err)
			}
			wantNoBytes(t, folder, "after a backup", words...)
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			wantNoBytes(t, folder, "after a stop", words...)
		})
	}
}

// TestFilesOfEarlierVersionsAreCleaned: they did not overwrite what they deleted.
func TestFilesOfEarlierVersionsAreCleaned(t *testing.T) {
	folder := t.TempDir()
	url := "sqlite:" + filepath.Join(folder, "winnow.db")
	if err := storagetest.Open(t, url, storage.Options{}).Close(); err != nil {
		t.Fatal(err)
	}
	raw := storagetest.Raw(t, url)
	raw.SetMaxOpenConns(1)
	for _, statement := range []string{
		`PRAGMA secure_delete = 0`,
		`INSERT INTO settings (name, value) VALUES ('old', CAST('` + strings.Repeat(goneText, 1000) + `' AS BLOB))`,
		`DELETE FROM settings WHERE name = 'old'`,
		`PRAGMA user_version = 0`,
		`PRAGMA wal_checkpoint(TRUNCATE)`,
	} {
		if _, err := raw.Exec(statement); err != nil {
			t.Fatal(statement, err)
		}
	}
	if err := raw.Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(filepath.Join(folder, "winnow.db"))
	if err != nil || !bytes.Contains(before, []byte("zyzzyvaphone")) {
		t.Fatal("the file of the earlier version has nothing to clean", err)
	}
	db := storagetest.Open(t, url, storage.Options{})
	wantNoBytes(t, folder, "after the next start", "zyzzyvaphone")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	wantNoBytes(t, folder, "after a stop", "zyzzyvaphone")
}

func TestDatabaseFilesArePrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // which has other rights
	}
	folder := t.TempDir()
	mode := func(name string) os.FileMode {
		t.Helper()
		info, err := os.Stat(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		return info.Mode().Perm()
	}
	if err := os.Chmod(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "open.db"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(folder, "open.db"), 0o664); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]os.FileMode{"new.db": 0o600, "open.db": 0o660} {
		db := storagetest.Open(t, "sqlite:"+filepath.Join(folder, name), storage.Options{})
		for _, file := range []string{name, name + "-wal", name + "-shm"} {
			if got := mode(file); got != want {
				t.Errorf("%s has the mode %o, want %o", file, got, want)
			}
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
