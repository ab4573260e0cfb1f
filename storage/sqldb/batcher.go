package sqldb

import (
	"sync"
	"time"

	"winnow/models"
)

// batcher hands what callers add to one worker, all that waits at the time as
// one batch: adaptive group commit. An item that comes alone is handed over at
// once. When the last batch had several items, most of their callers are likely to
// send another soon, and one larger batch costs less than two: the worker then
// waits, for a short time, until as many items are there. There is one worker,
// because two would make batches of half the size that wait for each other's
// locks in the database.
type batcher[T any] struct {
	worker sync.WaitGroup

	mu     sync.RWMutex // guards the closing of queue against senders
	closed bool
	queue  chan T
}

const (
	maxQueued = 4096
	maxBatch  = 256
	// maxCollectDelay is how long the first of a batch waits for others.
	maxCollectDelay = 2 * time.Millisecond
)

// startBatcher runs work until close.
func startBatcher[T any](work func(batch []T)) *batcher[T] {
	b := &batcher[T]{queue: make(chan T, maxQueued)}
	b.worker.Go(func() {
		target, maxDelay := 0, time.Duration(0)
		for first := range b.queue {
			batch := b.collect(first, target, maxDelay)
			begun := time.Now()
			work(batch)
			target, maxDelay = len(batch), min(time.Since(begun)/2, maxCollectDelay)
		}
	})
	return b
}

// collect returns what waits; as long as that is less than target, it waits for
// more, up to maxDelay.
func (b *batcher[T]) collect(first T, target int, maxDelay time.Duration) []T {
	batch := append(make([]T, 0, maxBatch), first)
	var timeout <-chan time.Time
	for len(batch) < maxBatch {
		select {
		case next, open := <-b.queue:
			if !open {
				return batch
			}
			batch = append(batch, next)
			continue
		default:
		}
		if len(batch) >= target {
			return batch
		}
		if timeout == nil {
			timeout = time.After(maxDelay)
		}
		select {
		case next, open := <-b.queue:
			if !open {
				return batch
			}
			batch = append(batch, next)
		case <-timeout:
			return batch
		}
	}
	return batch
}

// add refuses when too much waits: the queue must not grow while the database
// is slow.
func (b *batcher[T]) add(v T) error {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if b.closed {
		return models.Errorf(models.KindUnavailable, "the database is closed")
	}
	select {
	case b.queue <- v:
		return nil
	default:
		return models.Errorf(models.KindUnavailable, "too many changes are queued")
	}
}

// close waits for what is in the queue.
func (b *batcher[T]) close() {
	b.mu.Lock()
	if !b.closed {
		b.closed = true
		close(b.queue)
	}
	b.mu.Unlock()
	b.worker.Wait()
}
