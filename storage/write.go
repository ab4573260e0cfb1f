package storage

import (
	"context"
	"math/rand/v2"
	"time"
)

// update runs do in a transaction, and returns once it is on disk. When ctx
// ends first, the caller gets its error, and the change may or may not happen.
//
// do may run more than once and after update has returned: it changes nothing
// but the database, and hands over what it found by its result alone.
func update[T any](ctx context.Context, db *DB, change func(*tx) (T, error)) (T, error) {
	return submit(ctx, db, func(t *tx) (T, error) {
		// What it reads must be up to date with the changes before it.
		if err := t.flush(); err != nil {
			var zero T
			return zero, err
		}
		return change(t)
	})
}

// submit is update for changes that do not read counters or articles.
func submit[T any](ctx context.Context, db *DB, do func(*tx) (T, error)) (T, error) {
	result := new(T)
	change := func(t *tx) (err error) {
		*result, err = do(t)
		return err
	}
	var err error
	if db.writer != nil {
		err = db.writer.do(ctx, change)
	} else {
		err = db.transact(ctx, change)
	}
	if err != nil {
		var zero T
		return zero, db.d.explain(err)
	}
	return *result, nil
}

// apply is update for changes without a result.
func apply(ctx context.Context, db *DB, change func(*tx) error) error {
	_, err := update(ctx, db, func(t *tx) (struct{}, error) { return struct{}{}, change(t) })
	return err
}

const maxAttempts = 6

// transact runs a change in a transaction of its own, again when it lost
// against another one.
func (db *DB) transact(ctx context.Context, change func(*tx) error) error {
	for attempt := 1; ; attempt++ {
		err := db.attempt(ctx, change)
		if attempt == maxAttempts || db.d.classify(err) != faultRetry {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(rand.N(4 * time.Millisecond << attempt)):
		}
	}
}

func (db *DB) attempt(ctx context.Context, change func(*tx) error) error {
	own, err := db.begin(ctx)
	if err != nil {
		return err
	}
	defer own.end(ctx)
	t := &tx{ctx: ctx, on: own, d: db.d, now: db.now()}
	if err := change(t); err != nil {
		return err
	}
	if err := t.flush(); err != nil {
		return err
	}
	if err := t.appendAudit(); err != nil {
		return err
	}
	return own.commit(ctx)
}
