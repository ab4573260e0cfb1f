package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"strconv"
	"sync/atomic"
	"time"
)

// checkpointer copies committed pages from SQLite's write-ahead log into the
// file, on a connection of its own, so that no caller waits for it. The log is
// reused from its start once all of it is copied and nobody reads from it. Under
// constant load that never happens by itself, so the writer forces it.
type checkpointer struct {
	pool  *sql.DB
	log   *slog.Logger
	wake  chan struct{} // has room for one call
	ended chan struct{}

	rows  int64       // written since the last call; the writer's own
	grown atomic.Bool // the log is longer than it should be

	forget atomic.Bool // the log has what must not be kept
	retry  time.Time   // not to be emptied before; the writer's own
}

const (
	checkpointRows = 1 << 14 // written between two checkpoints
	maxLog         = 1 << 12 // pages of the log before a restart is forced
	forgetPause    = time.Second
)

func startCheckpointer(path string, log *slog.Logger) (*checkpointer, error) {
	pool, err := OpenShared(path)
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(1)
	c := &checkpointer{pool: pool, log: log, wake: make(chan struct{}, 1), ended: make(chan struct{})}
	go func() {
		defer close(c.ended)
		for range c.wake {
			c.copy()
		}
	}()
	return c, nil
}

func (c *checkpointer) copy() {
	pages, _, err := checkpoint(c.pool, "PASSIVE")
	if err != nil {
		c.log.Warn("checkpoint", "error", err) // the next one may succeed
	}
	c.grown.Store(pages > maxLog)
}

// afterCommit is called by the writer between two transactions.
func (c *checkpointer) afterCommit(on Runner) {
	// Little is left to copy. This waits a moment for readers, but not for long ones
	// such as a backup.
	if c.forget.Load() && time.Now().After(c.retry) {
		c.forget.Store(false)
		busy, err := c.restart(on, "TRUNCATE")
		if err != nil {
			c.log.Warn("emptying the log", "error", err)
		}
		if busy || err != nil {
			c.forget.Store(true)
			c.retry = time.Now().Add(forgetPause)
		}
	}
	if c.grown.CompareAndSwap(true, false) {
		if _, err := c.restart(on, "RESTART"); err != nil {
			c.log.Warn("restart of the log", "error", err)
		}
	}
	if c.rows < checkpointRows {
		return
	}
	c.rows = 0
	select {
	case c.wake <- struct{}{}:
	default: // one is running
	}
}

func (c *checkpointer) restart(on Runner, mode string) (busy bool, err error) {
	t := &Tx{ctx: context.Background(), on: on}
	if _, err := t.Exec("PRAGMA busy_timeout = 50"); err != nil {
		return true, err
	}
	_, busy, err = checkpoint(on, mode)
	_, reset := t.Exec("PRAGMA busy_timeout = " + strconv.Itoa(writerPoll))
	return busy, errors.Join(err, reset)
}

// checkpoint returns how many pages the log has, and whether somebody was in the way.
func checkpoint(on Runner, mode string) (pages int64, busy bool, err error) {
	t := &Tx{ctx: context.Background(), on: on}
	pages, err = One(t, func(scan Scanner) (pages int64, err error) {
		var copied int64
		err = scan(&busy, &pages, &copied)
		return pages, err
	}, "PRAGMA wal_checkpoint("+mode+")")
	return pages, busy, err
}

func (c *checkpointer) close() error {
	close(c.wake)
	<-c.ended
	return c.pool.Close()
}
