package handlers

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// recent remembers for a short time what storage said, so that a busy caller
// costs one query in a while and a change is still seen soon. Errors are not
// remembered.
type recent[T any] struct {
	load func(ctx context.Context, key string) (T, error)
	ttl  time.Duration
	now  func() time.Time

	asking singleflight.Group // of many who ask at once, one asks storage
	mu     sync.Mutex
	kept   map[string]dated[T]
}

type dated[T any] struct {
	value T
	until time.Time
}

// maxRecent bounds the memory; past it everything is forgotten at once.
const maxRecent = 1000

func newRecent[T any](ttl time.Duration, now func() time.Time, load func(context.Context, string) (T, error)) *recent[T] {
	return &recent[T]{load: load, ttl: ttl, now: now, kept: map[string]dated[T]{}}
}

func (r *recent[T]) get(ctx context.Context, key string) (T, error) {
	now := r.now()
	r.mu.Lock()
	d, ok := r.kept[key]
	r.mu.Unlock()
	if ok && now.Before(d.until) {
		return d.value, nil
	}
	answer, err, _ := r.asking.Do(key, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), answerTime) // for the others too
		defer cancel()
		v, err := r.load(ctx, key)
		if err != nil {
			return v, err
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		if len(r.kept) >= maxRecent {
			clear(r.kept)
		}
		r.kept[key] = dated[T]{v, now.Add(r.ttl)}
		return v, nil
	})
	v, _ := answer.(T)
	return v, err
}

// forget makes the next caller see a change of this node at once.
func (r *recent[T]) forget(key string) {
	r.asking.Forget(key)
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.kept, key)
}
