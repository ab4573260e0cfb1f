package node

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// counter is a storage whose value of each key is the number of loads so far.
type counter struct {
	loads  atomic.Int64
	during func() // called during each load, after the value has been read
	err    error
}

func (c *counter) load(context.Context, string) (int64, error) {
	v := c.loads.Add(1)
	if c.during != nil {
		c.during()
	}
	return v, c.err
}

func mustGet[T comparable](t *testing.T, c *cache[T], key string, want T) {
	t.Helper()
	if got, err := c.get(t.Context(), key); err != nil || got != want {
		t.Errorf("%s is %v, %v, want %v", key, got, err, want)
	}
}

func TestCacheKeepsValuesUntilTheyExpire(t *testing.T) {
	var src counter
	now := time.Unix(1000, 0)
	c := newCache(time.Second, func() time.Time { return now }, src.load)
	mustGet(t, c, "a", 1)
	now = now.Add(time.Second - 1)
	mustGet(t, c, "a", 1)
	now = now.Add(1)
	mustGet(t, c, "a", 2)
	mustGet(t, c, "b", 3)
	mustGet(t, c, "a", 2)
	now = now.Add(time.Hour)
	mustGet(t, c, "b", 4)
}

func TestCacheLoadsOnceForConcurrentCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var src counter
		answer := make(chan struct{})
		src.during = func() { <-answer }
		c := newCache(time.Second, time.Now, src.load)
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() { mustGet(t, c, "a", 1) })
		}
		synctest.Wait()
		close(answer)
		all.Wait()
		mustGet(t, c, "a", 1)
	})
}

func TestCacheDoesNotKeepWhatWasInvalidatedDuringItsLoad(t *testing.T) {
	for name, invalidate := range map[string]func(*cache[int64]){
		"the key":  func(c *cache[int64]) { c.invalidate("a") },
		"all keys": (*cache[int64]).invalidateAll,
	} {
		for state, loaded := range map[string]bool{"first load": false, "load after expiry": true} {
			t.Run(name+", "+state, func(t *testing.T) {
				var src counter
				now := time.Unix(1000, 0)
				c := newCache(time.Second, func() time.Time { return now }, src.load)
				if loaded {
					mustGet(t, c, "a", 1)
					now = now.Add(time.Minute)
				}
				stale := src.loads.Load() + 1
				src.during = func() {
					src.during = nil
					invalidate(c)
					// A caller after the invalidation does not share the load before it.
					mustGet(t, c, "a", stale+1)
				}
				if _, err := c.get(t.Context(), "a"); err != nil {
					t.Fatal(err)
				}
				mustGet(t, c, "a", stale+1)
			})
		}
	}
}

func TestCacheInvalidationsAreSeenByTheNextCaller(t *testing.T) {
	var src counter
	c := newCache(time.Hour, time.Now, src.load)
	mustGet(t, c, "a", 1)
	mustGet(t, c, "b", 2)
	c.invalidate("a")
	mustGet(t, c, "a", 3)
	mustGet(t, c, "b", 2)
	c.invalidateAll()
	mustGet(t, c, "b", 4)
	mustGet(t, c, "a", 5)
}

// Callers before an invalidation are content with the value of the query that
// they wait for: with many comments a second on one article, each query of its
// version is invalidated.
func TestCacheInvalidationsDoNotRepeatQueries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var src counter
		answer := make(chan struct{})
		src.during = func() { <-answer }
		c := newCache(time.Hour, time.Now, src.load)
		var before, after sync.WaitGroup
		for range 20 {
			before.Go(func() { mustGet(t, c, "a", 1) })
		}
		synctest.Wait()
		c.invalidate("a")
		for range 20 {
			after.Go(func() { mustGet(t, c, "a", 2) })
		}
		synctest.Wait()
		c.invalidateAll()
		close(answer)
		before.Wait()
		after.Wait()
		mustGet(t, c, "a", 3)
		mustGet(t, c, "a", 3)
	})
}

func TestCacheInvalidationsOfOneKeyLeaveTheOthers(t *testing.T) {
	var src counter
	c := newCache(time.Hour, time.Now, src.load)
	src.during = func() { c.invalidate("b") }
	mustGet(t, c, "a", 1)
	mustGet(t, c, "a", 1)
}

func TestCacheGoesOnAfterAPanic(t *testing.T) {
	var src counter
	c := newCache(time.Hour, time.Now, src.load)
	src.during = func() { panic("a fault of storage") }
	func() {
		defer func() { _ = recover() }()
		_, _ = c.get(t.Context(), "a")
	}()
	src.during = nil
	mustGet(t, c, "a", 2)
}

func TestCacheDoesNotKeepErrors(t *testing.T) {
	src := counter{err: errors.New("the database does not answer")}
	c := newCache(time.Hour, time.Now, src.load)
	for range 2 {
		if _, err := c.get(t.Context(), "a"); !errors.Is(err, src.err) {
			t.Errorf("the error is %v", err)
		}
	}
	src.err = nil
	mustGet(t, c, "a", 3)
}

func TestCacheLoadsForOthersWhenACallerLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, leave := context.WithCancel(t.Context())
		c := newCache(time.Hour, time.Now, func(ctx context.Context, _ string) (string, error) {
			leave()
			if err := ctx.Err(); err != nil {
				return "", err
			}
			<-ctx.Done()
			return "loaded until its own deadline", nil
		})
		start := time.Now()
		_, _ = c.get(ctx, "a")
		if took := time.Since(start); took != loadTimeout {
			t.Errorf("the query ended after %s", took)
		}
		mustGet(t, c, "a", "loaded until its own deadline")
	})
}

func TestCacheIsLimited(t *testing.T) {
	var src counter
	c := newCache(time.Hour, time.Now, src.load)
	for i := range 5 * maxEntries {
		if _, err := c.get(t.Context(), fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	c.entries.CleanUp()
	if n := c.entries.EstimatedSize(); n > maxEntries {
		t.Errorf("%d entries", n)
	}
}

func TestCacheHitsDoNotAllocate(t *testing.T) {
	var src counter
	c := newCache(time.Hour, time.Now, src.load)
	mustGet(t, c, "a", 1)
	ctx := t.Context()
	if n := testing.AllocsPerRun(1000, func() { _, _ = c.get(ctx, "a") }); n > 0 {
		t.Errorf("%f allocations", n)
	}
}
