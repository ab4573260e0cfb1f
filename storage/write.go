package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"time"

	"winnow/models"
)

// update runs do in a transaction, and returns once it is on disk. When ctx
// ends first, the caller gets its error, and the change may or may not happen.
//
// do may run more than once and after update has returned: it changes nothing
// but the database, and hands over what it found by its result alone.
func update[T any](ctx context.Context, db *DB, do func(*tx) (T, error)) (T, error) {
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
func apply(ctx context.Context, db *DB, do func(*tx) error) error {
	_, err := update(ctx, db, func(t *tx) (struct{}, error) { return struct{}{}, do(t) })
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
	own, err := db.pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer own.Rollback() // does nothing after a commit
	if err := change(&tx{ctx, own, db.d, db.now()}); err != nil {
		return err
	}
	return own.Commit()
}

// writer does all the writing of a SQLite file on one connection. Changes that
// wait while another commits share the next commit; one that comes alone is
// committed at once.
type writer struct {
	pool  *sql.DB // of one connection
	on    *prepared
	d     *dialect
	now   func() time.Time
	log   *slog.Logger
	ended chan struct{}

	mu     sync.RWMutex // guards the closing of queue against senders
	closed bool
	queue  chan *write
}

// write is a change that waits for its turn.
type write struct {
	ctx    context.Context
	change func(*tx) error
	done   chan error // takes one value without a reader
}

const (
	maxWaiting = 4096 // writes in the queue
	maxBatch   = 256  // writes in one commit
)

func startWriter(ctx context.Context, db *DB, name string) (*writer, error) {
	pool, err := sql.Open(db.d.driver, name)
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(1)
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, errors.Join(db.d.explain(err), pool.Close())
	}
	w := &writer{
		pool: pool,
		on:   &prepared{runner: conn, prepare: conn.PrepareContext, stmts: map[string]*sql.Stmt{}},
		d:    db.d, now: db.now, log: db.log,
		ended: make(chan struct{}),
		queue: make(chan *write, maxWaiting),
	}
	go func() {
		defer close(w.ended)
		w.run()
		conn.Close()
	}()
	return w, nil
}

// close waits for the writes in the queue.
func (w *writer) close() error {
	w.mu.Lock()
	if !w.closed {
		w.closed = true
		close(w.queue)
	}
	w.mu.Unlock()
	<-w.ended
	return w.pool.Close()
}

// do hands a change over and waits for its commit.
func (w *writer) do(ctx context.Context, change func(*tx) error) error {
	job := &write{ctx, change, make(chan error, 1)}
	if err := w.enqueue(job); err != nil {
		return err
	}
	select {
	case err := <-job.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (w *writer) enqueue(job *write) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return models.Errorf(models.KindUnavailable, "the database is closed")
	}
	select {
	case w.queue <- job:
		return nil
	default:
		return models.Errorf(models.KindUnavailable, "too many changes wait to be written")
	}
}

func (w *writer) run() {
	for first := range w.queue {
		batch := append(make([]*write, 0, maxBatch), first)
	gather:
		for len(batch) < maxBatch {
			select {
			case job, open := <-w.queue:
				if !open {
					break gather
				}
				batch = append(batch, job)
			default:
				break gather
			}
		}
		errs := make([]error, len(batch))
		if err := w.commit(batch, errs); err != nil {
			for i := range errs {
				errs[i] = err
			}
		}
		for i, job := range batch {
			job.done <- errs[i]
		}
	}
}

// commit runs a batch in one transaction. errs takes what went wrong with one
// change alone; the error returned is that of the whole batch.
func (w *writer) commit(batch []*write, errs []error) (err error) {
	// The context of one caller must not stop the changes of the others.
	ctx := context.Background()
	if _, err := w.on.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			if _, lost := w.on.ExecContext(ctx, "ROLLBACK"); lost != nil {
				// SQLite has rolled back by itself, as it does when the disk is full.
				w.log.Debug("rollback", "error", lost)
			}
		}
	}()
	for i, job := range batch {
		if errs[i] = job.ctx.Err(); errs[i] != nil {
			continue // nobody waits for it
		}
		if _, err := w.on.ExecContext(ctx, "SAVEPOINT change"); err != nil {
			return err
		}
		errs[i] = guard(job.change, &tx{ctx, w.on, w.d, w.now()})
		if errs[i] != nil {
			if _, err := w.on.ExecContext(ctx, "ROLLBACK TO change"); err != nil {
				return errors.Join(errs[i], err)
			}
		}
		if _, err := w.on.ExecContext(ctx, "RELEASE change"); err != nil {
			return err
		}
	}
	_, err = w.on.ExecContext(ctx, "COMMIT")
	return err
}

// guard turns a panic into an error: the writer works for others too.
func guard(change func(*tx) error, t *tx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a change: %v\n%s", p, debug.Stack())
		}
	}()
	return change(t)
}
