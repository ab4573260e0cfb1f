package storage_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"winnow/models"
	"winnow/storage"
	"winnow/storage/storagetest"
)

// post creates a comment on the site gazette.
func post(ctx context.Context, db *storage.DB, body string) error {
	_, _, _, err := db.CreateComment(ctx, storage.NewComment{Comment: models.Comment{
		Site: "gazette", Article: models.Article{ID: "a"}, Author: models.Author{Name: "Reader"}, Body: body, Status: models.Pending,
	}})
	return err
}

func withSite(t *testing.T, url string) *storage.DB {
	t.Helper()
	db := storagetest.Open(t, url, storage.Options{})
	if _, err := db.AddSite(t.Context(), models.Caller{Kind: models.ByCommand}, models.Site{Slug: "gazette"}); err != nil {
		t.Fatal(err)
	}
	return db
}

func pending(t *testing.T, db *storage.DB) int {
	t.Helper()
	page, err := db.Queue(t.Context(), models.Caller{Kind: models.ByModerator, Name: "ann"}, models.QueueFilter{})
	if err != nil {
		t.Fatal(err)
	}
	return page.Total
}

func TestWritesFailWhileTheDiskIsFull(t *testing.T) {
	url := storagetest.SQLiteURL(t)
	db := withSite(t, url)
	limit := func(pages int) {
		if err := db.LimitPages(t.Context(), pages); err != nil {
			t.Fatal(err)
		}
	}
	limit(1) // SQLite makes that as many as there are
	stored, full := 0, 0
	var mu sync.Mutex
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			for range 20 {
				err := post(t.Context(), db, strings.Repeat("long ", 500))
				mu.Lock()
				switch {
				case err == nil:
					stored++
				case models.KindOf(err) == models.KindUnavailable:
					full++
				default:
					t.Error(err)
				}
				mu.Unlock()
			}
		})
	}
	callers.Wait()
	if full == 0 {
		t.Fatal("the disk was never full")
	}
	if got := pending(t, db); got != stored {
		t.Errorf("%d acknowledged, %d stored", stored, got)
	}
	limit(1 << 30)
	if err := post(t.Context(), db, "there is room"); err != nil {
		t.Fatal(err)
	}
	storagetest.Counters(t, url)
	var output string
	if err := storagetest.Raw(t, url).QueryRow("PRAGMA integrity_check").Scan(&output); err != nil || output != "ok" {
		t.Fatal(output, err)
	}
}

// childURL is the environment variable that gives the database to a second
// process of this test binary.
const childURL = "WINNOW_TEST_CHILD_DATABASE"

const childPosts = 50

// TestChild is what the second process does.
func TestChild(t *testing.T) {
	url := os.Getenv(childURL)
	if url == "" {
		return // this is the first process
	}
	db, err := storage.Open(t.Context(), url, storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for n := range childPosts {
		if err := post(t.Context(), db, fmt.Sprint("child ", n)); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestTwoProcessesWriteOneFile(t *testing.T) {
	url := storagetest.SQLiteURL(t)
	db := withSite(t, url)
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestChild$")
	child.Env = append(os.Environ(), childURL+"="+url)
	var output strings.Builder
	child.Stdout, child.Stderr = &output, &output
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- child.Wait() }()
	own := 0
	for running := true; running; {
		select {
		case err := <-ended:
			if err != nil {
				t.Fatal(err, output.String())
			}
			running = false
		default:
			if err := post(t.Context(), db, "parent"); err != nil {
				t.Fatal(err)
			}
			own++
		}
	}
	if got := pending(t, db); got != own+childPosts {
		t.Errorf("%d stored, want %d and %d", got, own, childPosts)
	}
	storagetest.Counters(t, url)
}

func TestTheWriteAheadLogIsCheckpointed(t *testing.T) {
	url := storagetest.SQLiteURL(t)
	path := strings.TrimPrefix(url, "sqlite:")
	db := withSite(t, url)
	size := func(name string) int64 {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	before := size(path)
	label := models.Label{Text: strings.Repeat("long ", 200), Label: models.Ham}
	n := 0
	for size(path) == before { // by checkpoints alone: nobody closes the file
		if _, _, err := db.ImportLabels(t.Context(), models.Caller{Kind: models.ByCommand}, func(yield func(models.Label, error) bool) {
			for range 5000 {
				n++
				label.ID = fmt.Sprint("l", n)
				if !yield(label, nil) {
					return
				}
			}
		}); err != nil {
			t.Fatal(err)
		}
		if n > 500_000 {
			t.Fatal("the log was never copied")
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if left, err := filepath.Glob(path + "-*"); err != nil || len(left) > 0 {
		t.Errorf("%v stayed behind, %v", left, err)
	}
}

func TestPostgresRestartsUnderLoad(t *testing.T) {
	url, restart := storagetest.OwnPostgres(t)
	db := withSite(t, url)
	var mu sync.Mutex
	stored, refused := 0, 0
	stop, down := make(chan struct{}), make(chan struct{}, 1)
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				err := post(t.Context(), db, "b")
				mu.Lock()
				switch {
				case err == nil:
					stored++
				case models.KindOf(err) == models.KindUnavailable:
					refused++
					select {
					case down <- struct{}{}:
					default:
					}
				default:
					t.Error(err)
				}
				mu.Unlock()
			}
		})
	}
	restart(func() { <-down })
	for { // recovers by itself
		if err := post(t.Context(), db, "after"); err == nil {
			break
		} else if models.KindOf(err) != models.KindUnavailable {
			t.Fatal(err)
		}
	}
	close(stop)
	callers.Wait()
	// What was refused while the server stopped may have been committed.
	if got := pending(t, db); got < stored+1 || got > stored+1+refused {
		t.Errorf("%d stored, %d acknowledged, %d refused", got, stored+1, refused)
	}
	storagetest.Counters(t, url)
}
