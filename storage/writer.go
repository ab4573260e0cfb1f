package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strconv"
	"time"
)

// writer does all the writing of a SQLite file on one connection. Changes that
// wait while another commits share the next commit.
type writer struct {
	*batcher[*write]
	pool *sql.DB // of one connection
	conn *sql.Conn
	on   *sqliteConn // runs on conn
	d    *dialect
	now  func() time.Time
	log  *slog.Logger
	wal  *checkpointer
}

// write is a change that waits for its turn.
type write struct {
	ctx    context.Context
	change func(*tx) error
	done   chan error // takes one value without a reader
}

// writerPoll is how long SQLite itself waits in begin, in milliseconds.
const writerPoll = 2

func startWriter(ctx context.Context, db *DB, path string) (*writer, error) {
	pool, err := sql.Open(db.d.driver, sqliteName(path))
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(1)
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, errors.Join(db.d.explain(err), pool.Close())
	}
	if _, err := conn.ExecContext(ctx, "PRAGMA busy_timeout = "+strconv.Itoa(writerPoll)); err != nil {
		return nil, errors.Join(db.d.explain(err), conn.Close(), pool.Close())
	}
	wal, err := startCheckpointer(db.d, sqliteName(path), db.log)
	if err != nil {
		return nil, errors.Join(err, conn.Close(), pool.Close())
	}
	w := &writer{
		pool: pool, conn: conn,
		on: newSQLiteConn(conn),
		d:  db.d, now: db.now, log: db.log, wal: wal,
	}
	w.batcher = startBatcher(w.run)
	return w, nil
}

// close waits for the writes in the queue. The last connection that closes
// leaves everything in the file itself and no log.
func (w *writer) close() error {
	w.batcher.close()
	return errors.Join(w.wal.close(), w.on.close(), w.conn.Close(), w.pool.Close())
}

// do hands a change over and waits for its commit.
func (w *writer) do(ctx context.Context, change func(*tx) error) error {
	job := &write{ctx, change, make(chan error, 1)}
	if err := w.add(job); err != nil {
		return err
	}
	select {
	case err := <-job.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// run commits a batch, and tells each caller what became of their change.
func (w *writer) run(batch []*write) {
	errs := make([]error, len(batch))
	err := w.commit(batch, errs, false)
	if errors.Is(err, errBatchPoisoned) {
		err = w.commit(batch, errs, true)
	}
	for i, job := range batch {
		if err != nil {
			errs[i] = err
		}
		job.done <- errs[i]
	}
	w.wal.wrote(w.on)
}

// errSpoilt says that a change failed after it had written, so that the
// changes beside it must be made again without it.
var errBatchPoisoned = errors.New("a change failed half-way")

// commit runs a batch in one transaction. errs takes what went wrong with one
// change alone; the error returned is that of the whole batch. Only a careful
// run can take back one change alone: savepoints copy each page that a change
// touches, and few changes fail once they have begun to write.
func (w *writer) commit(batch []*write, errs []error, isolated bool) (err error) {
	// The context of one caller must not stop the changes of the others.
	t := &tx{ctx: context.Background(), on: w.on, d: w.d}
	if err := w.begin(); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			if lost := w.exec("ROLLBACK"); lost != nil {
				// SQLite has rolled back by itself, as it does when the disk is full.
				w.log.Debug("rollback", "error", lost)
			}
		}
	}()
	for i, job := range batch {
		if errs[i] = job.ctx.Err(); errs[i] != nil {
			continue // nobody waits for it
		}
		t.now = w.now()
		if isolated {
			errs[i], err = w.runInSavepoint(job.change, t)
		} else {
			t.wrote = false
			if errs[i] = guard(job.change, t); errs[i] != nil && t.wrote {
				err = errBatchPoisoned
			}
		}
		if w.d.classify(errs[i]) == faultUnavailable {
			err = errs[i] // the transaction may be gone
		}
		if err != nil {
			return err
		}
	}
	if err := t.flush(); err != nil {
		return errors.Join(errBatchPoisoned, err)
	}
	if err := t.appendAudit(); err != nil {
		return err
	}
	w.wal.rows += t.rows
	return w.exec("COMMIT")
}

// begin waits for other processes that write the same file. It asks often: one
// that writes without a pause leaves the file free for moments only, and SQLite
// by itself would ask every tenth of a second.
func (w *writer) begin() error {
	for asked := time.Now(); ; {
		err := w.exec("BEGIN IMMEDIATE")
		if !isBusy(err) || time.Since(asked) > busyTimeout {
			return err
		}
	}
}

// alone runs a change that can be taken back without those before it. failed
// is its own error, err one that leaves the transaction useless.
func (w *writer) runInSavepoint(change func(*tx) error, t *tx) (failed, err error) {
	if err := w.exec("SAVEPOINT change"); err != nil {
		return nil, err
	}
	kept := len(t.auditRows)
	failed = guard(func(t *tx) error {
		if err := change(t); err != nil {
			return err
		}
		return t.flush()
	}, t)
	if failed != nil {
		t.counters, t.auditRows = counterDeltas{}, t.auditRows[:kept]
		if err := w.exec("ROLLBACK TO change"); err != nil {
			return failed, errors.Join(failed, err)
		}
	}
	return failed, w.exec("RELEASE change")
}

func (w *writer) exec(text string) error {
	_, err := w.on.ExecContext(context.Background(), text)
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
