package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"strconv"
	"sync/atomic"
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
}

const (
	checkpointRows = 1 << 14 // written between two checkpoints
	maxLog         = 1 << 12 // pages of the log before a restart is forced
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
	pages, err := checkpoint(c.pool, "PASSIVE")
	if err != nil {
		c.log.Warn("checkpoint", "error", err) // the next one may succeed
	}
	c.grown.Store(pages > maxLog)
}

// afterCommit is called by the writer between two transactions.
func (c *checkpointer) afterCommit(on Runner) {
	if c.grown.CompareAndSwap(true, false) {
		// Little is left to copy. This waits a moment for readers, but not for
		// long ones such as a backup.
		if err := c.restart(on); err != nil {
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

func (c *checkpointer) restart(on Runner) error {
	t := &Tx{ctx: context.Background(), on: on}
	if _, err := t.Exec("PRAGMA busy_timeout = 50"); err != nil {
		return err
	}
	_, err := checkpoint(on, "RESTART")
	_, reset := t.Exec("PRAGMA busy_timeout = " + strconv.Itoa(writerPoll))
	return errors.Join(err, reset)
}

// checkpoint returns how many pages the log has.
func checkpoint(on Runner, mode string) (int64, error) {
	t := &Tx{ctx: context.Background(), on: on}
	return One(t, func(scan Scanner) (pages int64, err error) {
		var busy, copied int64
		err = scan(&busy, &pages, &copied)
		return pages, err
	}, "PRAGMA wal_checkpoint("+mode+")")
}

func (c *checkpointer) close() error {
	close(c.wake)
	<-c.ended
	return c.pool.Close()
}
