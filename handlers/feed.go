package handlers

import (
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"winnow/models"
)

// feed hands the events that storage keeps to the open streams. Notices only
// say that it is worth looking; without them it looks every feedTick, so that
// nodes without a common notifier hear of each other too.
type feed struct {
	since func(ctx context.Context, after string, limit int) ([]models.Event, error)

	mu      sync.Mutex
	running bool
	open    map[*subscriber]struct{}
	last    string          // greatest id so far
	looked  time.Time       // back, by the clock that ids are made with: the machine's
	passed  map[string]bool // ids so far, from feedOverlap before looked on
}

// subscriber is one open stream. Its channel is closed when it ends: the feed
// stopped, or the stream was too far behind.
type subscriber struct{ events chan models.Event }

const (
	feedTick    = time.Second
	feedPause   = 100 * time.Millisecond // between two looks, however many notices come
	feedOverlap = 3 * time.Second        // how late a transaction or another node's clock may be
	feedPage    = 1000
	feedBacklog = 1000 // events that a stream may be behind
)

func newFeed(since func(context.Context, string, int) ([]models.Event, error)) *feed {
	return &feed{since: since, open: map[*subscriber]struct{}{}, passed: map[string]bool{}}
}

// run looks for events whenever there is a notice, until ctx ends. Then all
// streams end.
func (f *feed) run(ctx context.Context, notices <-chan models.Event, failed func(error)) {
	f.mu.Lock()
	f.running = true
	f.mu.Unlock()
	defer f.stop()
	tick := time.NewTicker(feedTick)
	defer tick.Stop()
	for {
		back := false
		select {
		case <-ctx.Done():
			return
		case _, more := <-notices:
			if !more {
				return // it closes when ctx ends
			}
			for range len(notices) { // one look does for all that came meanwhile
				<-notices
			}
		case <-tick.C:
			back = true
		}
		if err := f.look(ctx, back); err != nil && ctx.Err() == nil {
			failed(err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(feedPause):
		}
	}
}

func (f *feed) stop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.running = false
	for s := range f.open {
		f.drop(s)
	}
}

// join opens a stream of the events from now on.
func (f *feed) join(ctx context.Context) (*subscriber, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.running {
		return nil, models.Errorf(models.KindUnavailable, "the server is starting or stopping")
	}
	if len(f.open) == 0 { // nobody looked for a while
		f.looked = time.Now()
		if _, err := f.fresh(ctx, true); err != nil {
			return nil, err
		}
	}
	s := &subscriber{make(chan models.Event, feedBacklog)}
	f.open[s] = struct{}{}
	return s, nil
}

func (f *feed) leave(s *subscriber) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, there := f.open[s]; there {
		f.drop(s)
	}
}

// drop ends a stream. The lock is held.
func (f *feed) drop(s *subscriber) {
	delete(f.open, s)
	close(s.events)
}

// look passes on what is new. A stream that has no room for it ends, rather
// than hold up the others or miss something in silence; its client comes back
// with the last id it has seen.
func (f *feed) look(ctx context.Context, back bool) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.open) == 0 {
		return nil
	}
	events, err := f.fresh(ctx, back)
	if err != nil {
		return err
	}
	for s := range f.open {
		for _, e := range events {
			if len(s.events) == cap(s.events) {
				f.drop(s)
				break
			}
			s.events <- e
		}
	}
	return nil
}

// fresh returns the events that it has not returned before. Ids are made before
// their transactions end, and by several clocks, so one with a lower id may
// come later: now and then it has to look back by feedOverlap. The lock is held.
func (f *feed) fresh(ctx context.Context, back bool) ([]models.Event, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTime) // others wait for the lock
	defer cancel()
	start, from := time.Now(), f.last
	if back {
		from = earliestID(f.looked.Add(-feedOverlap))
	}
	var found []models.Event
	for after := from; ; {
		page, err := f.since(ctx, after, feedPage)
		if err != nil {
			return nil, fmt.Errorf("look for events: %w", err)
		}
		found = append(found, page...)
		if len(page) > 0 {
			after = page[len(page)-1].ID
		}
		if len(page) < feedPage {
			f.last = max(f.last, after)
			break
		}
	}
	found = slices.DeleteFunc(found, func(e models.Event) bool { return f.passed[e.ID] })
	for _, e := range found {
		f.passed[e.ID] = true
	}
	if back {
		maps.DeleteFunc(f.passed, func(id string, _ bool) bool { return id < from })
		f.looked = start
	}
	return found, nil
}

// earliestID is below every UUIDv7 (RFC 9562) made at t or later.
func earliestID(t time.Time) string {
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[:8], uint64(t.UnixMilli())<<16)
	return id.String()
}
