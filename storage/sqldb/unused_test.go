package sqldb

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// TestUnusedSpaceIsOverwritten: rows of random keys and lengths split and join pages,
// which leaves their bytes where they were before; others write meanwhile.
func TestUnusedSpaceIsOverwritten(t *testing.T) {
	ctx, path := t.Context(), filepath.Join(t.TempDir(), "test.db")
	db, err := Open(ctx, "sqlite:"+path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	exec := func(text string, args ...any) {
		t.Helper()
		if _, err := Update(ctx, db, func(tx *Tx) (int64, error) { return tx.Exec(text, args...) }); err != nil {
			t.Error(text, err)
		}
	}
	exec("CREATE TABLE words (id TEXT PRIMARY KEY, word TEXT NOT NULL)")
	exec("CREATE INDEX words_word ON words (word)")
	random := rand.New(rand.NewPCG(1, 2))
	for n := range 2000 {
		word := "kept"
		if n%9 == 0 {
			word = "quillfeather"
		}
		exec("INSERT INTO words VALUES ($1, $2)", fmt.Sprint(random.IntN(1e9), "-", n), fmt.Sprint(word, n, strings.Repeat("x", random.IntN(200))))
	}
	exec("DELETE FROM words WHERE word LIKE 'quillfeather%'")
	if err := db.emptyLog(ctx); err != nil {
		t.Fatal(err)
	}
	found := func() int {
		t.Helper()
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return bytes.Count(file, []byte("quillfeather"))
	}
	if found() == 0 {
		t.Fatal("SQLite has left nothing, so that nothing is tested")
	}
	var writing sync.WaitGroup
	writing.Go(func() {
		for n := range 500 {
			exec("INSERT INTO words VALUES ($1, $2)", fmt.Sprint(n*7919%1000, "+", n), "late "+strings.Repeat("y", n%300))
		}
	})
	if err := db.Forget(ctx); err != nil {
		t.Fatal(err)
	}
	writing.Wait()
	if n := found(); n > 0 {
		t.Errorf("the deleted word is there %d times", n)
	}
	rows, err := Read(ctx, db, Serving, func(tx *Tx) (int64, error) {
		return One(tx, ScanOne[int64], "SELECT count(*) FROM words")
	})
	if err != nil {
		t.Fatal(err)
	}
	state, err := Read(ctx, db, Serving, func(tx *Tx) (string, error) {
		return One(tx, ScanOne[string], "PRAGMA integrity_check")
	})
	if err != nil {
		t.Fatal(err)
	}
	if rows != 2277 || state != "ok" {
		t.Errorf("%d rows, %s", rows, state)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func FuzzClearPage(f *testing.F) {
	leaf := make([]byte, 512)
	copy(leaf, []byte{tableLeaf, 0, 0, 0, 1, 1, 0xf0, 0, 1, 0xf0})
	copy(leaf[0x1f0:], "a cell")
	copy(leaf[100:], "left")
	f.Add(int64(2), leaf)
	f.Add(int64(1), append(make([]byte, pageHeaderOfFile), leaf...))
	f.Add(int64(9), []byte{indexInterior, 0, 0, 0xff, 0xff, 0, 0})
	f.Fuzz(func(t *testing.T, number int64, data []byte) {
		before := bytes.Clone(data)
		changed := clearPage(numberedPage{number, data})
		if changed == bytes.Equal(before, data) {
			t.Errorf("changed %v", changed)
		}
		if clearPage(numberedPage{number, data}) {
			t.Error("a second time changes something")
		}
		for i := range data {
			if data[i] != before[i] && data[i] != 0 {
				t.Fatalf("byte %d is %d", i, data[i])
			}
		}
	})
}
