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

	mu     sync.Mutex
	asking *singleflight.Group // of many who ask at once, one asks storage
	kept   map[string]dated[T]
	round  int // grows when something is forgotten: what was asked for before is not kept
}

type dated[T any] struct {
	value T
	until time.Time
}

// maxRecent bounds the memory; past it everything is forgotten at once.
const maxRecent = 1000

func newRecent[T any](ttl time.Duration, now func() time.Time, load func(context.Context, string) (T, error)) *recent[T] {
	return &recent[T]{load: load, ttl: ttl, now: now, kept: map[string]dated[T]{}, asking: new(singleflight.Group)}
}

func (r *recent[T]) get(ctx context.Context, key string) (T, error) {
	now := r.now()
	r.mu.Lock()
	d, ok := r.kept[key]
	round, asking := r.round, r.asking
	r.mu.Unlock()
	if ok && now.Before(d.until) {
		return d.value, nil
	}
	answer, err, _ := asking.Do(key, func() (any, error) {
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
		if r.round == round {
			r.kept[key] = dated[T]{v, now.Add(r.ttl)}
		}
		return v, nil
	})
	v, _ := answer.(T)
	return v, err
}

// forget makes the next caller see a change of this node at once.
func (r *recent[T]) forget(key string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.kept, key)
	r.asking.Forget(key)
	r.round++
}

// forgetAll is forget for every key.
func (r *recent[T]) forgetAll() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.kept)
	r.asking = new(singleflight.Group)
	r.round++
}
