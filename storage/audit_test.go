package storage

import (
	"errors"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// set returns a change that adds a setting and its audit row.
func set(name string) func(*tx) error {
	return func(t *tx) error {
		if err := t.audit(models.Caller{Kind: models.ByCommand}, "", "settings.set", name, nil, nil); err != nil {
			return err
		}
		_, err := t.Exec(`INSERT INTO settings (name, value) VALUES ($1, '')`, name)
		return err
	}
}

// Changes that share a transaction with some that fail are in the audit trail,
// without a gap, and those that fail are not.
func TestAuditTrailOmitsChangesThatWereRolledBack(t *testing.T) {
	db, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "winnow.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	failure := errors.New("failure")
	started, end := make(chan struct{}), make(chan struct{})
	var callers sync.WaitGroup
	run := func(change func(*tx) error) {
		callers.Go(func() { _ = apply(t.Context(), db, change) })
	}
	run(func(*tx) error { close(started); <-end; return nil })
	<-started // the writer is busy: what comes now becomes one batch
	for i, change := range []func(*tx) error{
		set("a"), set("a"), // the second one fails: the row exists
		func(t *tx) error { return errors.Join(set("b")(t), failure) },
		set("c"),
		func(t *tx) error { _ = set("d")(t); panic("failure") },
		// One that fails before it has written anything but the trail.
		func(t *tx) error {
			return errors.Join(t.audit(models.Caller{}, "", "settings.set", "e", nil, nil), failure)
		},
		set("f"),
	} {
		run(change)
		for db.sql.Queued() <= i {
			runtime.Gosched()
		}
	}
	close(end)
	callers.Wait()
	var trail []string
	for a, err := range db.AuditTrail(t.Context(), "", time.Time{}) {
		if err != nil {
			t.Fatal(err)
		}
		trail = append(trail, a.Subject)
	}
	rows, err := read(t.Context(), db, func(t *tx) ([]string, error) {
		return sqldb.List(t, sqldb.ScanOne[string], `SELECT name FROM settings ORDER BY name`)
	})
	if got := strings.Join(rows, ""); err != nil || got != "acf" || !slices.Equal(trail, rows) {
		t.Errorf("stored %q (%v), in the trail %q, want acf", got, err, trail)
	}
	if _, err := db.VerifyAudit(t.Context(), nil, func(int64, int64) {}); err != nil {
		t.Error(err)
	}
}
