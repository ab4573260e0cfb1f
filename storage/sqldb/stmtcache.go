package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// preparer is a pool or a connection of SQLite.
type preparer interface {
	Runner
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
}

// stmtCache is a bounded cache of compiled statements. It has a limit because there
// may be many texts that differ only in the number of their arguments.
type stmtCache struct {
	on    preparer
	trace func(text string, args []any) // may be nil

	mu    sync.Mutex
	stmts map[string]*sql.Stmt
}

const maxPrepared = 200

func newStmtCache(on preparer, trace func(string, []any)) *stmtCache {
	return &stmtCache{on: on, trace: trace, stmts: map[string]*sql.Stmt{}}
}

// stmt returns nil when the cache is full.
func (c *stmtCache) stmt(query string) (*sql.Stmt, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.stmts[query]; s != nil {
		return s, nil
	}
	if c.trace != nil {
		c.trace(query, nil)
	}
	if len(c.stmts) >= maxPrepared {
		return nil, nil
	}
	// The statement outlives the call that needed it first.
	s, err := c.on.PrepareContext(context.Background(), query)
	if err == nil {
		c.stmts[query] = s
	}
	return s, err
}

// close releases the statements: a file with one left open stays open, and
// keeps its log.
func (c *stmtCache) close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var err error
	for _, s := range c.stmts {
		err = errors.Join(err, s.Close())
	}
	clear(c.stmts)
	return err
}

func (c *stmtCache) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	s, err := c.stmt(query)
	switch {
	case err != nil:
		return nil, err
	case s == nil:
		return c.on.ExecContext(ctx, query, args...)
	}
	return s.ExecContext(ctx, args...)
}

func (c *stmtCache) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s, err := c.stmt(query)
	switch {
	case err != nil:
		return nil, err
	case s == nil:
		return c.on.QueryContext(ctx, query, args...)
	}
	return s.QueryContext(ctx, args...)
}
