package storage

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// tx is a transaction of the database with what is written at its end: counters
// and audit rows.
type tx struct {
	*sqldb.Tx
	tags      *siteTags
	answered  map[string]bool // of sites, see answersElsewhere
	counters  counterDeltas
	auditRows []models.Audit // to be written by appendAudit
}

// txOf returns the tx of a transaction, which several changes may share.
func (db *DB) txOf(t *sqldb.Tx) *tx {
	if own, ok := t.Attached().(*tx); ok {
		return own
	}
	own := &tx{Tx: t, tags: &db.tags}
	t.Attach(own)
	return own
}

// BeforeCommit implements sqldb.Committer.
func (t *tx) BeforeCommit() error {
	if err := t.flush(); err != nil {
		return err
	}
	return t.appendAudit()
}

// read runs a query that changes nothing and is quick.
func read[T any](ctx context.Context, db *DB, query func(*tx) (T, error)) (T, error) {
	return readFor(ctx, db, sqldb.Serving, query)
}

// readFor is read on the connections of another purpose.
func readFor[T any](ctx context.Context, db *DB, purpose sqldb.Purpose, query func(*tx) (T, error)) (T, error) {
	return sqldb.Read(ctx, db.sql, purpose, func(t *sqldb.Tx) (T, error) { return query(&tx{Tx: t, tags: &db.tags}) })
}

// update runs a change in a transaction, as sqldb.Update does.
func update[T any](ctx context.Context, db *DB, change func(*tx) (T, error)) (T, error) {
	defer db.changes.signal()
	return sqldb.Update(ctx, db.sql, func(t *sqldb.Tx) (T, error) {
		own := db.txOf(t)
		// What it reads must be up to date with the changes before it.
		if err := own.flush(); err != nil {
			var zero T
			return zero, err
		}
		return change(own)
	})
}

// apply is update for changes without a result.
func apply(ctx context.Context, db *DB, change func(*tx) error) error {
	_, err := update(ctx, db, func(t *tx) (struct{}, error) { return struct{}{}, change(t) })
	return err
}

// goOnAfter makes the time of a change later than that of the change before it to the same
// row, which is locked: the order of decisions and edits is that of their times.
func (t *tx) goOnAfter(last time.Time) {
	if !t.Now.After(last) {
		t.Now = last.Add(time.Microsecond)
	}
}

// notFoundIf replaces sql.ErrNoRows by a KindNotFound that names what was sought.
func notFoundIf(err error, format string, args ...any) error {
	if errors.Is(err, sql.ErrNoRows) {
		return models.Errorf(models.KindNotFound, format, args...)
	}
	return err
}
