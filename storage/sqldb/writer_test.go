package sqldb

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"winnow/models"
)

// stalled returns a SQLite database whose writer is busy until release is
// called, so that the changes handed over meanwhile become one batch.
func stalled(t *testing.T) (db *DB, release func()) {
	t.Helper()
	db, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "test.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if _, err := Update(t.Context(), db, func(t *Tx) (int64, error) {
		return t.Exec(`CREATE TABLE things (name text PRIMARY KEY)`)
	}); err != nil {
		t.Fatal(err)
	}
	started, end := make(chan struct{}), make(chan struct{})
	enqueue(t, db, &job{ctx: t.Context(), change: func(*Tx) error { close(started); <-end; return nil }})
	<-started
	return db, func() { close(end) }
}

func enqueue(t *testing.T, db *DB, j *job) {
	t.Helper()
	j.done = make(chan error, 1)
	if err := db.writer.add(j); err != nil {
		t.Fatal(err)
	}
}

func set(name string) func(*Tx) error {
	return func(t *Tx) error {
		_, err := t.Exec(`INSERT INTO things (name) VALUES ($1)`, name)
		return err
	}
}

func apply(ctx context.Context, db *DB, change func(*Tx) error) error {
	_, err := Update(ctx, db, func(t *Tx) (struct{}, error) { return struct{}{}, change(t) })
	return err
}

func names(t *testing.T, db *DB) string {
	t.Helper()
	found, err := Read(t.Context(), db, Serving, func(t *Tx) ([]string, error) {
		return List(t, ScanOne[string], `SELECT name FROM things ORDER BY name`)
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(found, "")
}

var errFailure = errors.New("failure")

func TestQueuedChangesShareACommitAndFailAlone(t *testing.T) {
	db, release := stalled(t)
	gone, leave := context.WithCancel(t.Context())
	jobs := []*job{
		{ctx: t.Context(), change: set("a")},
		{ctx: t.Context(), change: set("a")}, // exists already
		{ctx: t.Context(), change: func(t *Tx) error { return errors.Join(set("b")(t), errFailure) }},
		{ctx: t.Context(), change: func(t *Tx) error { panic("failure") }},
		{ctx: gone, change: set("c")},
		{ctx: t.Context(), change: set("d")},
	}
	for _, j := range jobs {
		enqueue(t, db, j)
	}
	leave()
	release()
	var errs []error
	for _, j := range jobs {
		errs = append(errs, <-j.done)
	}
	if errs[0] != nil || errs[5] != nil {
		t.Errorf("good changes: %v, %v", errs[0], errs[5])
	}
	if got := models.KindOf(db.Explain(errs[1])); got != models.KindConflict {
		t.Errorf("a duplicate: %v", errs[1])
	}
	if !errors.Is(errs[2], errFailure) || errs[3] == nil || !errors.Is(errs[4], context.Canceled) {
		t.Errorf("bad changes: %v", errs[2:5])
	}
	if got := names(t, db); got != "ad" {
		t.Errorf("stored %q, want ad", got)
	}
}

// counted notes how often a batch was written, in the batch's own transaction.
type counted struct {
	t     *Tx
	names []string
	fail  string
}

func (c *counted) BeforeCommit() error {
	for _, name := range c.names {
		if name == c.fail {
			return errFailure
		}
		if err := set(name)(c.t); err != nil {
			return err
		}
	}
	return nil
}

func TestBeforeCommitRunsOnceForABatch(t *testing.T) {
	for fail, want := range map[string]string{"": "xyz", "y": "xz"} {
		db, release := stalled(t)
		transactions := 0
		change := func(name string) func(*Tx) error {
			return func(t *Tx) error {
				c, ok := t.Attached().(*counted)
				if !ok {
					c = &counted{t: t, fail: fail}
					t.Attach(c)
					transactions++
				}
				c.names = append(c.names, name)
				t.MarkWritten()
				return nil
			}
		}
		var jobs []*job
		for _, name := range []string{"x", "y", "z"} {
			j := &job{ctx: t.Context(), change: change(name)}
			enqueue(t, db, j)
			jobs = append(jobs, j)
		}
		release()
		for i, j := range jobs {
			if err := <-j.done; (err != nil) != (fail != "" && i == 1) {
				t.Errorf("%d: %v", i, err)
			}
		}
		if got := names(t, db); got != want {
			t.Errorf("stored %q, want %q", got, want)
		}
		if fail == "" && transactions != 1 {
			t.Errorf("%d transactions", transactions)
		}
	}
}

func TestACallerLeavesAChangeThatIsQueued(t *testing.T) {
	db, release := stalled(t)
	defer release()
	gone, leave := context.WithCancel(t.Context())
	left := make(chan error)
	go func() { left <- apply(gone, db, set("a")) }()
	leave()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

func TestAFullQueueRefuses(t *testing.T) {
	db, release := stalled(t)
	for range maxQueued {
		enqueue(t, db, &job{ctx: t.Context(), change: func(*Tx) error { return nil }})
	}
	err := apply(t.Context(), db, set("a"))
	if models.KindOf(err) != models.KindUnavailable {
		t.Errorf("want unavailable, got %v", err)
	}
	release()
	if err := db.Close(); err != nil { // writes what was accepted
		t.Fatal(err)
	}
	if db.Queued() != 0 {
		t.Error("accepted changes were left")
	}
}

func TestReturningCountsAsWritten(t *testing.T) {
	db, release := stalled(t)
	release()
	if err := apply(t.Context(), db, set("a")); err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{
		`INSERT INTO things (name) VALUES ('b') RETURNING name`,
		`UPDATE things SET name = 'c' WHERE name = 'b' RETURNING name`,
		`DELETE FROM things WHERE name = 'c' RETURNING name`,
	} {
		if err := apply(t.Context(), db, func(tx *Tx) error {
			before := tx.rows
			if _, err := One(tx, ScanOne[string], query); err != nil {
				return err
			}
			if !tx.wrote || tx.rows != before+1 {
				t.Errorf("not counted: %s", query)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := apply(t.Context(), db, func(tx *Tx) error {
		if _, err := One(tx, ScanOne[string], `SELECT name FROM things`); err != nil || tx.wrote {
			t.Errorf("a query was counted, %v", err)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}
