package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"strconv"
	"time"
)

// writer does all the writing of a SQLite file on one connection. Changes that
// wait while another commits share the next commit.
type writer struct {
	*batcher[*job]
	pool *sql.DB // of one connection
	conn *sqliteConn
	d    *dialect
	now  func() time.Time
	log  *slog.Logger
	wal  *checkpointer
}

// writerPoll is how long SQLite itself waits in begin, in milliseconds.
const writerPoll = 2

func startWriter(ctx context.Context, db *DB, path string) (*writer, error) {
	pool, err := OpenShared(path)
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
	wal, err := startCheckpointer(path, db.opt.Log)
	if err != nil {
		return nil, errors.Join(err, conn.Close(), pool.Close())
	}
	w := &writer{
		pool: pool, conn: newSQLiteConn(conn, db.opt.Trace),
		d: db.d, now: db.Now, log: db.opt.Log, wal: wal,
	}
	w.batcher = startBatcher(w.run)
	return w, nil
}

// close waits for the changes in the queue. The last connection that closes
// leaves everything in the file itself and no log.
func (w *writer) close() error {
	w.batcher.close()
	return errors.Join(w.wal.close(), w.conn.close(), w.pool.Close())
}

// do hands a change over and waits for its commit.
func (w *writer) do(j *job) error { return j.runOn(w.batcher) }

// step is what succeeds or fails as a whole: one change, or all requests of a
// group.
type step struct {
	jobs  []*job
	split bool // failed as a whole: to be tried one by one
}

// stepsOf divides a batch. Groups come after other changes, which would
// otherwise have to write what groups leave for the end of the transaction.
func stepsOf(jobs []*job) []*step {
	var steps, groups []*step
next:
	for _, j := range jobs {
		if j.group == nil {
			steps = append(steps, &step{jobs: []*job{j}})
			continue
		}
		for _, s := range groups {
			if s.jobs[0].group == j.group {
				s.jobs = append(s.jobs, j)
				continue next
			}
		}
		groups = append(groups, &step{jobs: []*job{j}})
	}
	return append(steps, groups...)
}

// run commits a batch, and sends each caller the result of its change.
func (w *writer) run(batch []*job) {
	jobs := waitedFor(batch)
	if len(jobs) == 0 {
		return
	}
	steps := stepsOf(jobs)
	err := w.commit(steps, false)
	if errors.Is(err, errBatchPoisoned) {
		err = w.commit(steps, true)
	}
	finish(jobs, err)
	w.wal.afterCommit(w.conn)
}

// commit runs a batch in one transaction. What is wrong with one job alone is
// left in the job; the error returned is that of the whole batch. Only an
// isolated run can roll back one change alone: savepoints copy each page that a
// change touches, and few changes fail once they have begun to write.
func (w *writer) commit(steps []*step, isolated bool) (err error) {
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
	var rows int64
	if isolated {
		rows, err = w.runIsolated(steps)
	} else {
		rows, err = w.runTogether(steps)
	}
	if err != nil {
		return err
	}
	if err := w.exec("COMMIT"); err != nil {
		return err
	}
	w.wal.rows += rows
	return nil
}

// newTx has no context that ends: one caller must not stop the changes of the
// others.
func (w *writer) newTx() *Tx {
	return &Tx{ctx: context.Background(), on: w.conn, d: w.d, Now: w.now()}
}

func (w *writer) runTogether(steps []*step) (rows int64, err error) {
	t := w.newTx()
	for _, s := range steps {
		t.Now, t.wrote = w.now(), false
		err := runGuarded(t, s.jobs)
		switch {
		case err == nil:
		case w.d.classify(err) == faultUnavailable:
			return 0, err // the transaction may be gone
		case len(s.jobs) == 1 && !t.wrote:
			s.jobs[0].err = err
		default:
			s.split = len(s.jobs) > 1
			return 0, errBatchPoisoned
		}
	}
	err = t.beforeCommit()
	if err != nil && w.d.classify(err) != faultUnavailable {
		err = errBatchPoisoned
	}
	return t.rows, err
}

func (w *writer) runIsolated(steps []*step) (rows int64, err error) {
	for _, s := range steps {
		if !s.split {
			n, failed, err := w.runInSavepoint(s.jobs)
			rows += n
			switch {
			case err != nil:
				return rows, err
			case failed == nil:
				continue
			case len(s.jobs) == 1:
				s.jobs[0].err = failed
				continue
			}
		}
		for _, j := range s.jobs {
			n, failed, err := w.runInSavepoint([]*job{j})
			rows += n
			if err != nil {
				return rows, err
			}
			if failed != nil {
				j.err = failed
			}
		}
	}
	return rows, nil
}

// runInSavepoint runs jobs that can be rolled back without those before them,
// together with what they leave for the end. failed is their own error, err one
// that leaves the transaction useless.
func (w *writer) runInSavepoint(jobs []*job) (rows int64, failed, err error) {
	if err := w.exec("SAVEPOINT change"); err != nil {
		return 0, nil, err
	}
	t := w.newTx()
	failed = runGuarded(t, jobs)
	if failed == nil {
		failed = t.beforeCommit()
	}
	if failed != nil {
		if w.d.classify(failed) == faultUnavailable {
			return 0, nil, failed // the transaction may be gone
		}
		if err := w.exec("ROLLBACK TO change"); err != nil {
			return 0, nil, errors.Join(failed, err)
		}
	}
	return t.rows, failed, w.exec("RELEASE change")
}

// begin waits for other processes that write the same file. It retries every few
// milliseconds: a process that writes without a pause leaves the file free for
// moments only, and SQLite itself would retry every tenth of a second.
func (w *writer) begin() error {
	for started := time.Now(); ; {
		err := w.exec("BEGIN IMMEDIATE")
		if !isBusy(err) || time.Since(started) > busyTimeout {
			return err
		}
	}
}

func (w *writer) exec(text string) error {
	_, err := w.conn.ExecContext(context.Background(), text)
	return err
}
