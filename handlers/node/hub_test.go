package node

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"winnow/models"
)

// eventStore has events as storage has. An event may be added after one with a
// greater id.
type eventStore struct {
	mu     sync.Mutex
	events []models.Event
	err    error
}

func (s *eventStore) add(ids ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		s.events = append(s.events, models.Event{ID: id})
	}
	slices.SortFunc(s.events, func(a, b models.Event) int { return strings.Compare(a.ID, b.ID) })
}

func (s *eventStore) since(_ context.Context, after string, limit int) (found []models.Event, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.events {
		if e.ID > after && len(found) < limit {
			found = append(found, e)
		}
	}
	return found, s.err
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// startHub runs a hub until the test ends. poll makes it look back at once.
func startHub(t *testing.T, s *eventStore) (h *Hub, poll func() error) {
	t.Helper()
	h = newHub(s.since)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		h.run(ctx, make(chan models.Event), func(error) {})
	}()
	t.Cleanup(func() {
		stop()
		<-ended
	})
	return h, func() error { return h.poll(t.Context(), true) }
}

func subscribe(t *testing.T, h *Hub) *Subscription {
	t.Helper()
	sub, err := h.Subscribe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return sub
}

func TestEventsBeforeASubscriptionAreNotDelivered(t *testing.T) {
	var s eventStore
	s.add(newID())
	h, poll := startHub(t, &s)
	sub := subscribe(t, h)
	now := newID()
	s.add(now)
	if err := poll(); err != nil {
		t.Fatal(err)
	}
	if e := <-sub.Events; e.ID != now {
		t.Errorf("delivered %s, want %s", e.ID, now)
	}
}

func TestAnEventThatIsStoredLateIsDeliveredOnce(t *testing.T) {
	var s eventStore
	h, poll := startHub(t, &s)
	sub := subscribe(t, h)
	late, soon := newID(), newID()
	s.add(soon)
	first := h.poll(t.Context(), false)
	s.add(late)
	if err := errors.Join(first, poll(), poll()); err != nil {
		t.Fatal(err)
	}
	if a, b := <-sub.Events, <-sub.Events; a.ID != soon || b.ID != late || len(sub.Events) != 0 {
		t.Errorf("delivered %s, %s and %d more; want %s and %s", a.ID, b.ID, len(sub.Events), soon, late)
	}
}

func TestNoEventIsLostWhileStorageFails(t *testing.T) {
	var s eventStore
	h, poll := startHub(t, &s)
	sub := subscribe(t, h)
	id := newID()
	s.mu.Lock()
	s.err = errors.New("the database does not answer")
	s.mu.Unlock()
	s.add(id)
	if poll() == nil {
		t.Error("the failure is not returned")
	}
	h.mu.Lock()
	h.lookedBack = h.lookedBack.Add(-time.Hour) // it failed for that long
	h.mu.Unlock()
	s.mu.Lock()
	s.err = nil
	s.mu.Unlock()
	if err := poll(); err != nil {
		t.Fatal(err)
	}
	if e := <-sub.Events; e.ID != id {
		t.Errorf("delivered %s, want %s", e.ID, id)
	}
}

func TestASlowSubscriptionEndsAndTheOthersGoOn(t *testing.T) {
	var s eventStore
	h, poll := startHub(t, &s)
	slow, quick := subscribe(t, h), subscribe(t, h)
	const batches = 3
	for range batches {
		for range hubBacklog / 2 {
			s.add(newID())
		}
		if err := poll(); err != nil {
			t.Fatal(err)
		}
		for range hubBacklog / 2 {
			if _, open := <-quick.Events; !open {
				t.Fatal("the quick subscription has ended")
			}
		}
	}
	delivered := 0
	for range slow.Events {
		delivered++
	}
	if delivered != hubBacklog {
		t.Errorf("%d events were delivered to the slow subscription before it ended, want %d", delivered, hubBacklog)
	}
	h.Unsubscribe(slow) // as its request does, later
}

func TestReplay(t *testing.T) {
	var s eventStore
	h := newHub(s.since)
	seen, missed := newID(), []string{newID(), newID()}
	s.add(append(missed, seen)...)
	for name, test := range map[string]struct {
		after    string
		limit    int
		events   int
		complete bool
	}{
		"all that was missed":     {seen, 10, 2, true},
		"nothing was missed":      {missed[1], 10, 0, true},
		"too much was missed":     {seen, 2, 0, false},
		"it was missed long ago":  {minEventID(time.Now().Add(-25 * time.Hour)), 10, 0, false},
		"it was missed yesterday": {minEventID(time.Now().Add(-23 * time.Hour)), 10, 3, true},
	} {
		events, complete, err := h.Replay(t.Context(), test.after, test.limit)
		if err != nil || len(events) != test.events || complete != test.complete {
			t.Errorf("%s: %d events, complete: %t, %v", name, len(events), complete, err)
		}
	}
}
