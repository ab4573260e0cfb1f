package storage

import (
	"sync"

	"winnow/models"
)

// gather hands what callers bring to its owners, all that waits at the time as
// one batch. One that comes alone is handed over at once.
type gather[T any] struct {
	owners sync.WaitGroup

	mu     sync.RWMutex // guards the closing of queue against senders
	closed bool
	queue  chan T
}

const (
	maxWaiting = 4096 // in the queue
	maxBatch   = 256
)

// startGather lets so many owners do the work until close.
func startGather[T any](owners int, work func(batch []T)) *gather[T] {
	g := &gather[T]{queue: make(chan T, maxWaiting)}
	for range owners {
		g.owners.Go(func() {
			for first := range g.queue {
				work(g.waiting(first))
			}
		})
	}
	return g
}

func (g *gather[T]) waiting(first T) []T {
	batch := append(make([]T, 0, maxBatch), first)
	for len(batch) < maxBatch {
		select {
		case next, open := <-g.queue:
			if !open {
				return batch
			}
			batch = append(batch, next)
		default:
			return batch
		}
	}
	return batch
}

// add refuses when too much waits: the queue must not grow while the database
// is slow.
func (g *gather[T]) add(v T) error {
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
func (g *gather[T]) close() {
	g.mu.Lock()
	if !g.closed {
		g.closed = true
		close(g.queue)
	}
	g.mu.Unlock()
	g.owners.Wait()
}
