package storage

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"winnow/models"
)

// stalled returns a database whose writer is busy until release is called, so
// that the writes handed over meanwhile become one batch.
func stalled(t *testing.T) (db *DB, release func()) {
	t.Helper()
	db, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "winnow.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	started, end := make(chan struct{}), make(chan struct{})
	stall := &write{t.Context(), func(*tx) error { close(started); <-end; return nil }, make(chan error, 1)}
	if err := db.writer.add(stall); err != nil {
		t.Fatal(err)
	}
	<-started
	return db, func() { close(end) }
}

func set(name string) func(*tx) error {
	return func(t *tx) error {
		_, err := t.exec(`INSERT INTO settings (name, value) VALUES ($1, '')`, name)
		return err
	}
}

func names(t *testing.T, db *DB) (all string) {
	t.Helper()
	found, err := read(t.Context(), db, func(t *tx) ([]string, error) {
		return list(t, scanOne[string], `SELECT name FROM settings ORDER BY name`)
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range found {
		all += name
	}
	return all
}

func TestWaitingWritesShareACommitAndFailAlone(t *testing.T) {
	db, release := stalled(t)
	gone, leave := context.WithCancel(t.Context())
	odd := errors.New("odd")
	writes := []*write{
		{t.Context(), set("a"), nil},
		{t.Context(), set("a"), nil}, // there already
		{t.Context(), func(t *tx) error { return errors.Join(set("b")(t), odd) }, nil},
		{t.Context(), func(t *tx) error { panic("odd") }, nil},
		{gone, set("c"), nil},
		{t.Context(), set("d"), nil},
	}
	for _, job := range writes {
		job.done = make(chan error, 1)
		if err := db.writer.add(job); err != nil {
			t.Fatal(err)
		}
	}
	leave()
	release()
	var errs []error
	for _, job := range writes {
		errs = append(errs, <-job.done)
	}
	if errs[0] != nil || errs[5] != nil {
		t.Errorf("good writes: %v, %v", errs[0], errs[5])
	}
	if got := models.KindOf(db.d.explain(errs[1])); got != models.KindConflict {
		t.Errorf("a duplicate: %v", errs[1])
	}
	if !errors.Is(errs[2], odd) || errs[3] == nil || !errors.Is(errs[4], context.Canceled) {
		t.Errorf("bad writes: %v", errs[2:5])
	}
	if got := names(t, db); got != "ad" {
		t.Errorf("kept %q, want ad", got)
	}
}

// What is taken back leaves nothing in the trail, and no gap.
func TestTheTrailHoldsWhatWasKept(t *testing.T) {
	db, release := stalled(t)
	audited := func(name string, end error) func(*tx) error {
		return func(t *tx) error {
			if err := t.audit(models.Caller{Kind: models.ByCommand}, "", "settings.set", name, nil, nil); err != nil {
				return err
			}
			if err := set(name)(t); err != nil {
				return err
			}
			if end == nil {
				panic("odd")
			}
			return end
		}
	}
	odd, kept := errors.New("odd"), errors.New("")
	good := func(name string) func(*tx) error {
		return func(t *tx) error {
			if err := audited(name, kept)(t); !errors.Is(err, kept) {
				return err
			}
			return nil
		}
	}
	var writes []*write
	for _, change := range []func(*tx) error{
		good("a"), good("a"), audited("b", odd), good("c"), audited("d", nil),
		// One that fails before it has written anything but the trail.
		func(t *tx) error {
			return errors.Join(t.audit(models.Caller{}, "", "settings.set", "e", nil, nil), odd)
		},
		good("f"),
	} {
		job := &write{t.Context(), change, make(chan error, 1)}
		if err := db.writer.add(job); err != nil {
			t.Fatal(err)
		}
		writes = append(writes, job)
	}
	release()
	for _, job := range writes {
		<-job.done
	}
	trail := ""
	for a, err := range db.AuditTrail(t.Context(), "", time.Time{}) {
		if err != nil {
			t.Fatal(err)
		}
		trail += a.Subject
	}
	if kept := names(t, db); kept != "acf" || trail != kept {
		t.Errorf("kept %q, in the trail %q, want acf", kept, trail)
	}
	if _, err := db.VerifyAudit(t.Context(), "", func(int64, int64) {}); err != nil {
		t.Error(err)
	}
}

func TestACallerLeavesAWriteThatWaits(t *testing.T) {
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
		if err := db.writer.add(&write{t.Context(), func(*tx) error { return nil }, make(chan error, 1)}); err != nil {
			t.Fatal(err)
		}
	}
	err := apply(t.Context(), db, set("a"))
	if models.KindOf(err) != models.KindUnavailable {
		t.Errorf("want unavailable, got %v", err)
	}
	release()
	if err := db.Close(); err != nil { // writes what was accepted
		t.Fatal(err)
	}
	if len(db.writer.queue) != 0 {
		t.Error("accepted writes were left")
	}
}
