// Package searchindex keeps the search index current: in the background it adds the
// comments that have arrived, some seconds later, and at the first start those from before.
//
// No request waits for it. Every node runs it, and what one has indexed the others leave. It
// knows no HTTP, and imports nothing of handlers.
package searchindex

import (
	"context"
	"log/slog"
	"time"

	"winnow/classifier/searchterms"
	"winnow/models"
	"winnow/storage"
)

const (
	// batchSize is how many comments one transaction adds, so that the others that write
	// wait for some milliseconds at most.
	batchSize = 50
	idle      = time.Second      // between two looks for comments
	yield     = 10 * time.Second // of a node while another one works
	// share is how long the indexer rests after a batch, in times of what that took: while
	// it catches up, the requests have the larger part of the machine.
	share = 4.0
	// maxQueued is how many changes may wait for SQLite's writer while it goes on.
	maxQueued = 20
)

// Indexer fills the search index of a database.
type Indexer struct {
	DB  *storage.DB
	Log *slog.Logger
}

// Run works until ctx ends.
func (x Indexer) Run(ctx context.Context) error {
	wait := time.NewTimer(idle)
	defer wait.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-wait.C:
		}
		wait.Reset(x.step(ctx))
	}
}

// step indexes a batch, and returns how long to wait for the next one.
func (x Indexer) step(ctx context.Context) time.Duration {
	if x.DB.Queued() > maxQueued {
		return idle
	}
	began := time.Now()
	n, err := x.DB.IndexComments(ctx, searchterms.OfComment, batchSize)
	switch {
	case models.KindOf(err) == models.KindConflict:
		return yield
	case err != nil:
		if ctx.Err() == nil {
			x.Log.ErrorContext(ctx, "indexing comments for the search failed", "error", err)
		}
		return yield
	case n == 0:
		return idle
	}
	return time.Duration(share * float64(time.Since(began)))
}
