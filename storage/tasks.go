package storage

import (
	"context"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// HoldTask makes a node the one that does a task for all nodes, until a time from now by the
// database's clock, and reports whether it is the one. It may do so again and again.
func (db *DB) HoldTask(ctx context.Context, name, node string, lease time.Duration) (bool, error) {
	// Most calls of the other nodes change nothing, and need no transaction.
	if other, err := read(ctx, db, func(t *tx) (bool, error) {
		return sqldb.One(t, sqldb.ScanOne[bool], `SELECT count(*) > 0 FROM tasks WHERE name = $1 AND holder <> $2 AND lease_until > $3`, name, node, micros(t.Now))
	}); err != nil || other {
		return false, err
	}
	return update(ctx, db, func(t *tx) (bool, error) {
		if err := t.addTask(name); err != nil {
			return false, err
		}
		changed, err := t.Exec(`UPDATE tasks SET holder = $1, lease_until = $2 WHERE name = $3 AND (holder = $1 OR lease_until <= $4)`,
			node, micros(t.Now.Add(lease)), name, micros(t.Now))
		return changed > 0, err
	})
}

func (t *tx) addTask(name string) error {
	_, err := t.InsertRow("tasks", "ON CONFLICT (name) DO NOTHING", "name", name, "holder", "", "lease_until", 0, "event", 0)
	return err
}

// lockTask locks the row of a task until the transaction ends.
func (t *tx) lockTask(name string) error {
	if err := t.addTask(name); err != nil {
		return err
	}
	_, err := sqldb.One(t, sqldb.ScanOne[string], `SELECT name FROM tasks WHERE name = $1`+t.ForUpdate(), name)
	return err
}

// ReleaseTask lets another node do a task at once.
func (db *DB) ReleaseTask(ctx context.Context, name, node string) error {
	return apply(ctx, db, func(t *tx) error {
		_, err := t.Exec(`UPDATE tasks SET lease_until = 0 WHERE name = $1 AND holder = $2`, name, node)
		return err
	})
}

// TaskCursor returns the event up to which a task has read, which is 0 before the first one.
func (db *DB) TaskCursor(ctx context.Context, name string) (int64, error) {
	return read(ctx, db, func(t *tx) (int64, error) {
		return sqldb.One(t, sqldb.ScanOne[int64], `SELECT coalesce(max(event), 0) FROM tasks WHERE name = $1`, name)
	})
}

// SetTaskCursor moves the cursor of a task. It is a conflict when another node has moved it.
func (db *DB) SetTaskCursor(ctx context.Context, name string, from, to int64) error {
	return apply(ctx, db, func(t *tx) error { return t.setTaskCursor(name, from, to) })
}

// setTaskCursor also locks the row, so that a change with it happens once.
func (t *tx) setTaskCursor(name string, from, to int64) error {
	if err := t.addTask(name); err != nil {
		return err
	}
	changed, err := t.Exec(`UPDATE tasks SET event = $1 WHERE name = $2 AND event = $3`, to, name, from)
	if err == nil && changed == 0 {
		err = models.Errorf(models.KindConflict, "another node has read these events")
	}
	return err
}
