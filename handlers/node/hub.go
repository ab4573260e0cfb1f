package node

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

// Hub brings the events that storage has to the subscribers. What the notifier
// delivers only says that it is worth a query; without it the hub queries once
// in hubPoll, so that nodes without a common notifier see each other's events.
type Hub struct {
	since func(ctx context.Context, after string, limit int) ([]models.Event, error)

	mu          sync.Mutex
	stopped     bool
	subscribers map[*Subscription]struct{}
	last        string          // greatest id so far
	lookedBack  time.Time       // by the clock that ids are made with: the machine's, not Config.Now
	delivered   map[string]bool // ids so far, from hubOverlap before lookedBack on
}

// Subscription is one subscriber's. Events is closed when the hub stops, and
// when the subscriber is too slow.
type Subscription struct {
	Events <-chan models.Event
	events chan models.Event
}

const (
	hubPoll    = time.Second
	hubPause   = 100 * time.Millisecond // between two queries, however many notices come
	hubOverlap = 3 * time.Second        // how late a transaction may commit, or how wrong another node's clock may be
	hubPage    = 1000
	hubBacklog = 1000 // events that a subscriber may be behind
	replayTime = 24 * time.Hour
)

func newHub(since func(ctx context.Context, after string, limit int) ([]models.Event, error)) *Hub {
	return &Hub{since: since, subscribers: map[*Subscription]struct{}{}, delivered: map[string]bool{}}
}

// runHub runs the hub until ctx ends.
func (n *Node) runHub(ctx context.Context) error {
	notices, err := n.notifier.Subscribe(ctx)
	if err != nil {
		return fmt.Errorf("subscribe to events: %w", err)
	}
	n.hub.run(ctx, notices, func(err error) {
		n.log.ErrorContext(ctx, "reading events for the open streams failed", "error", err)
	})
	for range notices { // closed when ctx ends
	}
	return nil
}

// run queries events after each notice, until ctx ends. Then all subscriptions
// end.
func (h *Hub) run(ctx context.Context, notices <-chan models.Event, failed func(error)) {
	defer h.stop()
	tick := time.NewTicker(hubPoll)
	defer tick.Stop()
	for {
		lookBack := false
		select {
		case <-ctx.Done():
			return
		case _, more := <-notices:
			if !more {
				return // closed when ctx ends
			}
			for range len(notices) { // one query serves all that wait
				<-notices
			}
		case <-tick.C:
			lookBack = true
		}
		if err := h.poll(ctx, lookBack); err != nil && ctx.Err() == nil {
			failed(err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(hubPause):
		}
	}
}

func (h *Hub) stop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stopped = true
	for s := range h.subscribers {
		h.drop(s)
	}
}

// Subscribe subscribes to the events from now on. They are delivered while the
// hub runs.
func (h *Hub) Subscribe(ctx context.Context) (*Subscription, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.stopped {
		return nil, models.Errorf(models.KindUnavailable, "the server is stopping")
	}
	if len(h.subscribers) == 0 { // nothing was queried without subscribers
		h.lookedBack = time.Now()
		if _, err := h.newEvents(ctx, true); err != nil {
			return nil, err
		}
	}
	events := make(chan models.Event, hubBacklog)
	s := &Subscription{Events: events, events: events}
	h.subscribers[s] = struct{}{}
	return s, nil
}

// Unsubscribe ends a subscription. It may have ended already.
func (h *Hub) Unsubscribe(s *Subscription) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ok := h.subscribers[s]; ok {
		h.drop(s)
	}
}

// drop ends a subscription. The lock is held.
func (h *Hub) drop(s *Subscription) {
	delete(h.subscribers, s)
	close(s.events)
}

// poll delivers new events. A subscription without room ends, rather than delay
// the others or miss an event silently: its client reconnects with the last id
// it has received.
func (h *Hub) poll(ctx context.Context, lookBack bool) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.subscribers) == 0 {
		return nil
	}
	events, err := h.newEvents(ctx, lookBack)
	if err != nil {
		return err
	}
	for s := range h.subscribers {
		for _, e := range events {
			if len(s.events) == cap(s.events) {
				h.drop(s)
				break
			}
			s.events <- e
		}
	}
	return nil
}

// newEvents returns the events that it has not returned before. Ids are made
// before their transactions commit, and by several clocks, so an event may
// appear after one with a greater id: looking back finds those of the last
// hubOverlap. The lock is held.
func (h *Hub) newEvents(ctx context.Context, lookBack bool) ([]models.Event, error) {
	ctx, cancel := context.WithTimeout(ctx, loadTimeout) // others wait for the lock
	defer cancel()
	start, from := time.Now(), h.last
	if lookBack {
		from = minEventID(h.lookedBack.Add(-hubOverlap))
	}
	var found []models.Event
	for after := from; ; {
		page, err := h.since(ctx, after, hubPage)
		if err != nil {
			return nil, fmt.Errorf("query events: %w", err)
		}
		found = append(found, page...)
		if len(page) > 0 {
			after = page[len(page)-1].ID
		}
		if len(page) < hubPage {
			h.last = max(h.last, after)
			break
		}
	}
	found = slices.DeleteFunc(found, func(e models.Event) bool { return h.delivered[e.ID] })
	for _, e := range found {
		h.delivered[e.ID] = true
	}
	if lookBack {
		maps.DeleteFunc(h.delivered, func(id string, _ bool) bool { return id < from })
		h.lookedBack = start
	}
	return found, nil
}

// Replay returns the events after an id. complete is false when there are limit
// of them or more, or when the id is so old that storage may not have all.
func (h *Hub) Replay(ctx context.Context, after string, limit int) (events []models.Event, complete bool, err error) {
	if after < minEventID(time.Now().Add(-replayTime)) {
		return nil, false, nil
	}
	events, err = h.since(ctx, after, limit)
	if len(events) >= limit {
		return nil, false, err
	}
	return events, true, err
}

// minEventID is less than any UUIDv7 (RFC 9562) made at t or later.
func minEventID(t time.Time) string {
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[:8], uint64(t.UnixMilli())<<16)
	return id.String()
}
