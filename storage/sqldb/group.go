package sqldb

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"winnow/models"
)

// job is a change, or a request of a group, whose caller waits for its commit.
type job struct {
	ctx    context.Context
	change func(*Tx) error // unless it is a request
	group  *group
	// request is for the group. It may be read and written after its caller has
	// left.
	request any
	err     error      // of this job alone
	done    chan error // takes one value without a reader
}

// Group runs changes of one kind together: the requests that wait at the same
// time become one call in one transaction, so that many rows can be written by
// one statement.
type Group[R any] struct {
	db *DB
	g  *group
}

// group is a Group without its type.
type group struct {
	run func(t *Tx, jobs []*job) error
	// batcher is PostgreSQL's. With SQLite requests wait in the writer's queue,
	// with all other changes.
	batcher *batcher[*job]
}

// NewGroup returns a group for a database, which closes it. run writes requests
// in the order in which they came, each exactly as if it were alone. It may be
// called again with some of them. It returns what is wrong with single requests,
// found before anything of them was written, in the order of the requests, or
// an error that makes the transaction useless: then those requests that are not
// at fault are tried again.
func NewGroup[R any](db *DB, run func(t *Tx, requests []R) ([]error, error)) *Group[R] {
	g := &group{run: func(t *Tx, jobs []*job) error {
		requests := make([]R, len(jobs))
		for i, j := range jobs {
			requests[i] = j.request.(R)
		}
		errs, err := run(t, requests)
		if err != nil {
			return err
		}
		for i, j := range jobs {
			j.err = errs[i]
		}
		return nil
	}}
	if db.writer == nil {
		g.batcher = startBatcher(func(batch []*job) { db.runGroup(g, waitedFor(batch)) })
		db.mu.Lock()
		db.groups = append(db.groups, g)
		db.mu.Unlock()
	}
	return &Group[R]{db, g}
}

// Do hands a request over and waits for its commit. When ctx ends first, the
// caller gets its error and must not touch the request any more.
func (g *Group[R]) Do(ctx context.Context, request R) error {
	j := &job{ctx: ctx, group: g.g, request: request}
	to := g.g.batcher
	if to == nil {
		to = g.db.writer.batcher
	}
	return g.db.d.explain(j.runOn(to))
}

// runOn hands a job to a batcher and waits for it.
func (j *job) runOn(to *batcher[*job]) error {
	j.done = make(chan error, 1)
	if err := to.add(j); err != nil {
		return err
	}
	select {
	case err := <-j.done:
		return err
	case <-j.ctx.Done():
		return j.ctx.Err()
	}
}

func (g *group) close() {
	if g.batcher != nil {
		g.batcher.close()
	}
}

// waitedFor leaves out the jobs whose callers have left.
func waitedFor(batch []*job) []*job {
	jobs := make([]*job, 0, len(batch))
	for _, j := range batch {
		if err := j.ctx.Err(); err != nil {
			j.done <- err
			continue
		}
		jobs = append(jobs, j)
	}
	return jobs
}

// groupTimeout is how long a group waits for a database that does not answer.
// Callers wait as long as their own contexts say.
const groupTimeout = 20 * time.Second

// runGroup writes the requests of a group to PostgreSQL in one transaction, or
// when that fails because of one of them, each in its own.
func (db *DB) runGroup(g *group, jobs []*job) {
	if len(jobs) == 0 {
		return
	}
	// The context of one caller must not stop the requests of the others.
	ctx, stop := context.WithTimeout(context.Background(), groupTimeout)
	defer stop()
	err := db.transact(ctx, grouped, func(t *Tx) error { return runGuarded(t, jobs) })
	if err != nil && ctx.Err() != nil {
		err = &models.Error{Kind: models.KindUnavailable, Message: "the database does not answer", Cause: err}
	}
	if err != nil && len(jobs) > 1 && ctx.Err() == nil && db.d.classify(err) != faultUnavailable {
		for _, j := range jobs {
			db.runGroup(g, []*job{j})
		}
		return
	}
	finish(jobs, err)
}

// finish sends each caller the error of all jobs, or else that of its own job.
func finish(jobs []*job, err error) {
	for _, j := range jobs {
		if err != nil {
			j.err = err
		}
		j.done <- j.err
	}
}

// runGuarded runs one change, or the requests of one group. It turns a panic
// into an error, because whoever runs it works for others too.
func runGuarded(t *Tx, jobs []*job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a change: %v\n%s", p, debug.Stack())
		}
	}()
	for _, j := range jobs {
		j.err = nil
	}
	if g := jobs[0].group; g != nil {
		return g.run(t, jobs)
	}
	return jobs[0].change(t)
}

// errBatchPoisoned says that a change failed after it had written something, so
// that the changes beside it must be made again without it.
var errBatchPoisoned = errors.New("a change of the batch failed after it had written")
