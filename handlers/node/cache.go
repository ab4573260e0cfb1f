package node

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"
)

const (
	maxEntries  = 1000             // of one cache
	loadTimeout = 10 * time.Second // of one query
	maxLoads    = 3                // of one key by one caller, while it is invalidated again and again
)

// cache stores for a short time what storage returned for a key. Concurrent
// callers of one key share one query. Errors are not cached, nor is a value whose
// key was invalidated while it was loaded.
type cache[T any] struct {
	load    func(ctx context.Context, key string) (T, error)
	options *otter.Options[string, T]
	entries atomic.Pointer[otter.Cache[string, T]] // replaced by invalidateAll
}

func newCache[T any](ttl time.Duration, now func() time.Time, load func(ctx context.Context, key string) (T, error)) *cache[T] {
	c := &cache[T]{load: load, options: &otter.Options[string, T]{
		MaximumSize: maxEntries, ExpiryCalculator: otter.ExpiryWriting[string, T](ttl), Clock: clock(now),
		Executor: func(maintain func()) { maintain() }, // no goroutines that could outlive the node
	}}
	c.invalidateAll()
	return c
}

// errContended means that a key was invalidated during each of several loads.
var errContended = errors.New("the entry was invalidated while it was loaded")

// get returns the value of a key, which it loads when it has none.
func (c *cache[T]) get(ctx context.Context, key string) (T, error) {
	entries := c.entries.Load()
	if v, ok := entries.GetIfPresent(key); ok {
		return v, nil
	}
	loads := 0
	v, err := entries.Get(ctx, key, otter.LoaderFunc[string, T](func(ctx context.Context, key string) (v T, err error) {
		// Otter loads again when the key was invalidated during the load. On an
		// article with many comments a second this might never end.
		if loads++; loads > maxLoads {
			return v, errContended
		}
		return c.loadDetached(ctx, key)
	}))
	if errors.Is(err, errContended) {
		return c.loadDetached(ctx, key)
	}
	return v, err
}

// loadDetached queries storage, whether or not the caller waits: others may
// wait for the same query.
func (c *cache[T]) loadDetached(ctx context.Context, key string) (T, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), loadTimeout)
	defer cancel()
	return c.load(ctx, key)
}

// invalidate makes the next caller load a key anew.
func (c *cache[T]) invalidate(key string) { c.entries.Load().Invalidate(key) }

// invalidateAll makes the next caller of each key load it anew. It replaces the
// whole cache because otter's InvalidateAll leaves a first load that is under
// way alone, which would store an old value.
func (c *cache[T]) invalidateAll() { c.entries.Store(otter.Must(c.options)) }

// clock is otter's clock.
type clock func() time.Time

func (now clock) NowNano() int64 { return now().UnixNano() }

// Tick returns nil, which means no clean-up in the background, and so no
// goroutine: expired entries go with later loads, and there are few.
func (clock) Tick(time.Duration) <-chan time.Time { return nil }
