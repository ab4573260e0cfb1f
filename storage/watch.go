package storage

import (
	"context"
	"sync"
)

// changes tells other parts of this process that something may have been written. The
// zero value is ready to use.
type changes struct {
	mu       sync.Mutex
	watchers map[chan struct{}]bool
}

// Watch returns a channel that has one signal after changes by this process, until ctx ends.
// Changes by others, such as other nodes and commands, give none.
func (db *DB) Watch(ctx context.Context) <-chan struct{} {
	c, signal := &db.changes, make(chan struct{}, 1)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.watchers == nil {
		c.watchers = map[chan struct{}]bool{}
	}
	c.watchers[signal] = true
	context.AfterFunc(ctx, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.watchers, signal)
	})
	return signal
}

func (c *changes) signal() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for w := range c.watchers {
		select {
		case w <- struct{}{}:
		default: // it has one
		}
	}
}
