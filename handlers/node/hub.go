package node

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"winnow/models"
	"winnow/storage"
)

// eventLog is the part of storage that the hub reads.
type eventLog interface {
	EventsSince(ctx context.Context, after int64, limit int) ([]models.Event, error)
	RecentEventsSince(ctx context.Context, after int64, limit int) ([]models.Event, error)
	NewestEvent(ctx context.Context) (int64, error)
}

// Hub reads the events of all nodes, once for all open streams. It reads by a cursor: it
// misses none and reads none twice. Changes of this node and notices of others only say that
// it is worth a query; without them it queries once in hubPoll, so that nodes without a
// common notifier see each other's events.
type Hub struct {
	log        eventLog
	invalidate func(models.Event) // before the streams get the event
	missed     func()             // events may be missing: invalidates all that they would have

	mu      sync.Mutex
	stopped bool
	recent  []models.Event // the last ones, in their order
	from    int64          // cursor after which recent begins
	changed chan struct{}  // closed when there is more, or the hub has stopped
}

const (
	hubPoll   = time.Second
	hubPause  = 50 * time.Millisecond // between two queries, however many notices come
	hubPage   = 1000
	hubRecent = 1000 // events that are kept for the streams, and the most that one may have missed
)

// newHub begins after what is stored.
func newHub(ctx context.Context, log eventLog, invalidate func(models.Event), missed func()) (*Hub, error) {
	newest, err := log.NewestEvent(ctx)
	return &Hub{log: log, invalidate: invalidate, missed: missed, from: newest, changed: make(chan struct{})}, err
}

// runHub runs the hub until ctx ends.
func (n *Node) runHub(ctx context.Context) error {
	notices, err := n.notifier.Subscribe(ctx)
	if err != nil {
		return fmt.Errorf("subscribe to events: %w", err)
	}
	n.hub.run(ctx, n.db.Watch(ctx), notices, func(err error) {
		n.log.ErrorContext(ctx, "reading events failed", "error", err)
	})
	for range notices { // closed when ctx ends
	}
	return nil
}

// run queries events after each change or notice, until ctx ends. Then all streams end.
func (h *Hub) run(ctx context.Context, changes <-chan struct{}, notices <-chan models.Event, failed func(error)) {
	defer h.stop()
	tick := time.NewTicker(hubPoll)
	defer tick.Stop()
	for {
		since := h.log.RecentEventsSince
		select {
		case <-ctx.Done():
			return
		case <-changes:
		case _, more := <-notices:
			if !more {
				return // closed when ctx ends
			}
			for range len(notices) { // one query serves all that wait
				<-notices
			}
		case <-tick.C:
			since = h.log.EventsSince
		}
		if err := h.poll(ctx, since); err != nil && ctx.Err() == nil {
			failed(err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(hubPause):
		}
	}
}

// poll reads what is new. Only run calls it.
func (h *Hub) poll(ctx context.Context, since func(ctx context.Context, after int64, limit int) ([]models.Event, error)) error {
	ctx, cancel := context.WithTimeout(ctx, loadTimeout)
	defer cancel()
	for {
		events, err := since(ctx, h.newest(), hubPage)
		if errors.Is(err, storage.ErrEventsMissing) {
			return h.restart(ctx)
		}
		if err != nil || len(events) == 0 {
			return err
		}
		for _, e := range events {
			h.invalidate(e)
		}
		h.add(events)
		if len(events) < hubPage {
			return nil
		}
	}
}

// restart goes on after what is stored.
func (h *Hub) restart(ctx context.Context) error {
	newest, err := h.log.NewestEvent(ctx)
	if err != nil {
		return err
	}
	h.missed()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.recent, h.from = nil, newest
	h.signal()
	return nil
}

func (h *Hub) add(events []models.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.recent = append(h.recent, events...)
	if old := len(h.recent) - hubRecent; old >= hubRecent {
		h.from, h.recent = h.recent[old-1].Seq, slices.Clone(h.recent[old:])
	}
	h.signal()
}

func (h *Hub) stop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stopped = true
	h.signal()
}

// signal wakes the streams. The lock is held.
func (h *Hub) signal() {
	close(h.changed)
	h.changed = make(chan struct{})
}

// newest is the cursor after all that was read.
func (h *Hub) newest() int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.last()
}

// last is newest when the lock is held.
func (h *Hub) last() int64 {
	if len(h.recent) == 0 {
		return h.from
	}
	return h.recent[len(h.recent)-1].Seq
}

// Changed returns a channel that is closed when there are more events. It fails when the
// hub has stopped.
func (h *Hub) Changed() (<-chan struct{}, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.stopped {
		return nil, models.Errorf(models.KindUnavailable, "the server is stopping")
	}
	return h.changed, nil
}

// after returns the recent events after a cursor; false when they are not among them.
func (h *Hub) after(cursor int64) ([]models.Event, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if cursor == h.from {
		return slices.Clip(h.recent), true
	}
	i, found := slices.BinarySearchFunc(h.recent, cursor, func(e models.Event, seq int64) int { return int(e.Seq - seq) })
	if !found {
		return nil, false
	}
	return slices.Clip(h.recent[i+1:]), true
}

// EventReader is where one stream is in the order of events. It is for one goroutine.
type EventReader struct {
	hub *Hub
	at  int64
}

// ReadAfter returns a reader that begins after a cursor.
func (h *Hub) ReadAfter(cursor int64) *EventReader { return &EventReader{h, cursor} }

// ReadNew returns a reader that begins with what happens from now on.
func (h *Hub) ReadNew() *EventReader { return h.ReadAfter(h.newest()) }

// Cursor is the number of the last event that was returned.
func (r *EventReader) Cursor() int64 { return r.at }

// Next returns the events after those that it has returned before; none when there are none
// yet. It is not complete when there are more than a client is told one by one, or some are
// not stored any more: then none are returned, and the reader is after all that there are.
func (r *EventReader) Next(ctx context.Context) (events []models.Event, complete bool, err error) {
	events, found := r.hub.after(r.at)
	if !found {
		events, err = r.hub.log.EventsSince(ctx, r.at, hubRecent+1)
		if errors.Is(err, storage.ErrEventsMissing) || len(events) > hubRecent {
			r.at = r.hub.newest()
			return nil, false, nil
		}
	}
	if len(events) > 0 {
		r.at = events[len(events)-1].Seq
	}
	return events, true, err
}
