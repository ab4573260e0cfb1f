package node

import (
	"context"
	"errors"
	"time"

	"github.com/maypok86/otter/v2"
)

const (
	maxEntries  = 1000             // of one cache
	loadTimeout = 10 * time.Second // of one query
)

// cache stores for a short time what storage returned for a key. Concurrent
// callers of one key share one query. Errors are not cached, nor is a value whose
// key was invalidated during its query: an entry is stored before its query
// begins, so that an invalidation removes it.
//
// Otter's own loading would repeat a query that an invalidation overtakes. On an
// article with many comments a second a reader would wait for a moment without.
type cache[T any] struct {
	load    func(ctx context.Context, key string) (T, error)
	entries entryStore
}

// entryStore is otter's cache with one type of values for all caches: the compiler
// makes thousands of functions of it for each type, in each package that uses one.
type entryStore interface {
	GetIfPresent(key string) (query, bool)
	SetIfAbsent(key string, q query) (query, bool)
	ComputeIfPresent(key string, next func(query) (query, otter.ComputeOp)) (query, bool)
	Invalidate(key string) (query, bool)
	InvalidateAll()
	CleanUp()
	EstimatedSize() int
}

// query is an *entry.
type query interface{ isDone() bool }

// entry is the result of one query, which may be read when done is closed.
type entry[T any] struct {
	done  chan struct{}
	value T
	err   error
}

func (e *entry[T]) isDone() bool {
	select {
	case <-e.done:
		return true
	default:
		return false
	}
}

func newCache[T any](ttl time.Duration, now func() time.Time, load func(ctx context.Context, key string) (T, error)) *cache[T] {
	return &cache[T]{load: load, entries: newEntryStore(ttl, now)}
}

func newEntryStore(ttl time.Duration, now func() time.Time) entryStore {
	expiry := func(e otter.Entry[string, query]) time.Duration {
		if e.Value.isDone() {
			return ttl
		}
		return loadTimeout + ttl // the time to live begins with the end of the query
	}
	return otter.Must(&otter.Options[string, query]{
		MaximumSize: maxEntries, ExpiryCalculator: otter.ExpiryWritingFunc(expiry), Clock: clock(now),
		Executor: func(maintain func()) { maintain() }, // no goroutines that could outlive the node
	})
}

// get returns the value of a key, which it loads when it is not cached. The
// value is not older than the last invalidation before the call.
func (c *cache[T]) get(ctx context.Context, key string) (T, error) {
	q, ok := c.entries.GetIfPresent(key)
	if !ok {
		added := &entry[T]{done: make(chan struct{})}
		if q, ok = c.entries.SetIfAbsent(key, added); ok {
			c.fill(ctx, key, added)
		}
	}
	e := q.(*entry[T])
	if e.isDone() {
		return e.value, e.err
	}
	select {
	case <-e.done:
		return e.value, e.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

// errAborted is the error of a query that panicked.
var errAborted = errors.New("the query was aborted")

// fill does the query of an entry to its end, even if the caller leaves: others
// may wait for it.
func (c *cache[T]) fill(ctx context.Context, key string, e *entry[T]) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), loadTimeout)
	defer cancel()
	defer func() {
		close(e.done)
		c.entries.ComputeIfPresent(key, func(current query) (query, otter.ComputeOp) {
			switch {
			case current != query(e): // invalidated, and loaded anew
				return current, otter.CancelOp
			case e.err != nil:
				return nil, otter.InvalidateOp
			}
			return e, otter.WriteOp // sets its expiry
		})
	}()
	e.err = errAborted
	e.value, e.err = c.load(ctx, key)
}

// invalidate makes the next caller load a key anew.
func (c *cache[T]) invalidate(key string) { c.entries.Invalidate(key) }

// invalidateAll makes the next caller of each key load it anew.
func (c *cache[T]) invalidateAll() { c.entries.InvalidateAll() }

// clock is otter's clock.
type clock func() time.Time

func (now clock) NowNano() int64 { return now().UnixNano() }

// Tick returns nil: without ticks otter has no goroutine. Expired entries are
// removed when others are added.
func (clock) Tick(time.Duration) <-chan time.Time { return nil }
