package storage

import (
	"sync"
	"time"

	"winnow/models"
)

// gather hands what callers bring to its owner, all that waits at the time as
// one batch. One that comes alone is handed over at once. When several came the
// last time, most of their callers will be back within moments, and it is
// cheaper to let them share a batch than to leave the first of them alone in
// one: the owner waits until as many are there. For the same reason there is
// one owner: two would make batches of half the length, that wait for each
// other's counters in the database.
type batcher[T any] struct {
	owner sync.WaitGroup

	mu     sync.RWMutex // guards the closing of queue against senders
	closed bool
	queue  chan T
}

const (
	maxQueued = 4096 // in the queue
	maxBatch  = 256
	// maxPatience is how long the first of a batch waits for others.
	maxCollectDelay = 2 * time.Millisecond
)

// startGather lets the owner do the work until close.
func startBatcher[T any](work func(batch []T)) *batcher[T] {
	g := &batcher[T]{queue: make(chan T, maxQueued)}
	g.owner.Go(func() {
		last, maxDelay := 0, time.Duration(0)
		for first := range g.queue {
			batch := g.collect(first, last, maxDelay)
			begun := time.Now()
			work(batch)
			last, maxDelay = len(batch), min(time.Since(begun)/2, maxCollectDelay)
		}
	})
	return g
}

// waiting returns what waits. Until there are enough it waits itself, as long
// as its patience lasts.
func (g *batcher[T]) collect(first T, enough int, patience time.Duration) []T {
	batch := append(make([]T, 0, maxBatch), first)
	var late <-chan time.Time
	for len(batch) < maxBatch {
		select {
		case next, open := <-g.queue:
			if !open {
				return batch
			}
			batch = append(batch, next)
			continue
		default:
		}
		if len(batch) >= enough {
			return batch
		}
		if late == nil {
			late = time.After(patience)
		}
		select {
		case next, open := <-g.queue:
			if !open {
				return batch
			}
			batch = append(batch, next)
		case <-late:
			return batch
		}
	}
	return batch
}

// add refuses when too much waits: the queue must not grow while the database
// is slow.
func (g *batcher[T]) add(v T) error {
	g.mu.RLock()
	defer g.mu.RUnlock()
	if g.closed {
		return models.Errorf(models.KindUnavailable, "the database is closed")
	}
	select {
	case g.queue <- v:
		return nil
	default:
		return models.Errorf(models.KindUnavailable, "too many changes wait to be written")
	}
}

// close waits for what is in the queue.
func (g *batcher[T]) close() {
	g.mu.Lock()
	if !g.closed {
		g.closed = true
		close(g.queue)
	}
	g.mu.Unlock()
	g.owner.Wait()
}
