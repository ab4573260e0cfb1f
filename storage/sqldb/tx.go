package sqldb

import (
	"context"
	"database/sql"
	"time"
)

// Runner is what statements run on: a pool, a connection or a transaction.
type Runner interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// Tx runs the statements of one transaction, or of one read. It lives no
// longer than they do, so it may hold their context.
//
// With SQLite several changes may share a transaction: they get the same Tx, one
// after the other.
type Tx struct {
	Now time.Time // of the change that runs, in microseconds

	ctx      context.Context
	on       Runner
	d        *dialect
	wrote    bool  // the change that runs has written something
	rows     int64 // written by all changes
	attached Committer
}

// Handle is a *Tx, or a type that embeds one.
type Handle interface{ tx() *Tx }

func (t *Tx) tx() *Tx { return t }

// On returns a Tx for statements on a SQLite database that was opened by other
// means than Open.
func On(ctx context.Context, on Runner) *Tx { return &Tx{ctx: ctx, on: on, d: sqliteDialect} }

// Committer writes what changes have left for the end of their transaction.
type Committer interface {
	// BeforeCommit is called once, with nothing but the commit after it. When
	// it fails, all changes of the transaction do.
	BeforeCommit() error
}

// Attach adds a Committer to a transaction.
func (t *Tx) Attach(c Committer) { t.attached = c }

// Attached returns the Committer of the transaction, or nil.
func (t *Tx) Attached() Committer { return t.attached }

func (t *Tx) beforeCommit() error {
	if t.attached == nil {
		return nil
	}
	return t.attached.BeforeCommit()
}

// MarkWritten says that the change has left something for BeforeCommit: when
// the change fails, the transaction cannot go on as if nothing had been written.
func (t *Tx) MarkWritten() { t.wrote = true }

// Exec returns how many rows were changed.
func (t *Tx) Exec(query string, args ...any) (int64, error) {
	r, err := t.on.ExecContext(t.ctx, query, sanitizeAll(args)...)
	if err != nil {
		return 0, err
	}
	n, err := r.RowsAffected()
	t.countWritten(n)
	return n, err
}

// Write runs a statement now or later, but before anything is read. With PostgreSQL
// it is sent together with others, and costs no round trip of its own.
func (t *Tx) Write(query string, args ...any) error {
	if on, ok := t.on.(interface {
		queue(query string, args []any)
	}); ok {
		on.queue(query, sanitizeAll(args))
		t.MarkWritten()
		return nil
	}
	_, err := t.Exec(query, args...)
	return err
}

func (t *Tx) countWritten(rows int64) {
	t.wrote = t.wrote || rows > 0
	t.rows += rows
}

// Read runs a query that changes nothing, on the connections of a purpose.
func Read[T any](ctx context.Context, db *DB, purpose Purpose, query func(*Tx) (T, error)) (T, error) {
	v, err := query(&Tx{ctx: ctx, on: db.pools[purpose].runner, d: db.d, Now: db.Now()})
	return v, db.d.explain(err)
}

// Update runs a change in a transaction, and returns once it is on disk. When
// ctx ends first, the caller gets its error, and the change may or may not
// happen.
//
// The change may run more than once and after Update has returned: it changes
// nothing but the database, and hands over what it found by its result alone.
func Update[T any](ctx context.Context, db *DB, change func(*Tx) (T, error)) (T, error) {
	result := new(T)
	into := func(t *Tx) (err error) {
		*result, err = change(t)
		return err
	}
	var err error
	if db.writer != nil {
		err = db.writer.do(&job{ctx: ctx, change: into})
	} else {
		err = db.transact(ctx, Serving, into)
	}
	if err != nil {
		var zero T
		return zero, db.d.explain(err)
	}
	return *result, nil
}
