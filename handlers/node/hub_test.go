package node

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"winnow/models"
	"winnow/storage"
)

// eventStore has events as storage has.
type eventStore struct {
	mu     sync.Mutex
	events []models.Event
	err    error
}

func (s *eventStore) add(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for range n {
		s.events = append(s.events, models.Event{Seq: s.newest() + 1})
	}
}

// forget removes all events up to one.
func (s *eventStore) forget(seq int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = slices.DeleteFunc(s.events, func(e models.Event) bool { return e.Seq <= seq })
}

func (s *eventStore) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

func (s *eventStore) newest() int64 {
	if len(s.events) == 0 {
		return 0
	}
	return s.events[len(s.events)-1].Seq
}

func (s *eventStore) NewestEvent(context.Context) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.newest(), s.err
}

func (s *eventStore) EventsSince(_ context.Context, after int64, limit int) (found []models.Event, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return nil, s.err
	}
	missing := after > 0
	for _, e := range s.events {
		missing = missing && e.Seq != after
		if e.Seq > after && len(found) < limit {
			found = append(found, e)
		}
	}
	if missing {
		return nil, storage.ErrEventsMissing
	}
	return found, nil
}

func (s *eventStore) RecentEventsSince(ctx context.Context, after int64, limit int) ([]models.Event, error) {
	return s.EventsSince(ctx, after, limit)
}

// testHub is a hub that reads when its test says so.
type testHub struct {
	*testing.T
	*Hub
	store  *eventStore
	stale  []int64 // events that have invalidated something
	missed int
}

func newTestHub(t *testing.T, stored int) *testHub {
	t.Helper()
	h := &testHub{T: t, store: &eventStore{}}
	h.store.add(stored)
	var err error
	h.Hub, err = newHub(t.Context(), h.store, func(e models.Event) { h.stale = append(h.stale, e.Seq) }, func() { h.missed++ })
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// read adds events and reads them.
func (h *testHub) read(n int) {
	h.Helper()
	h.store.add(n)
	if err := h.poll(h.Context(), h.store.EventsSince); err != nil {
		h.Fatal(err)
	}
}

// wants checks what a reader returns: the events from first to last, none when last is less.
func (h *testHub) wants(r *EventReader, first, last int64) {
	h.Helper()
	events, complete, err := r.Next(h.Context())
	if err != nil || !complete || len(events) != int(last-first+1) {
		h.Fatalf("%d events, complete: %t, %v; want %d to %d", len(events), complete, err, first, last)
	}
	for i, e := range events {
		if e.Seq != first+int64(i) {
			h.Fatalf("event %d, want %d", e.Seq, first+int64(i))
		}
	}
}

// wantsReset checks that a reader has missed events, and goes on after the newest.
func (h *testHub) wantsReset(r *EventReader) {
	h.Helper()
	if events, complete, err := r.Next(h.Context()); err != nil || complete || len(events) > 0 || r.Cursor() != h.newest() {
		h.Fatalf("%d events, complete: %t, at %d, %v", len(events), complete, r.Cursor(), err)
	}
}

func TestEachReaderGetsEachEventOnce(t *testing.T) {
	h := newTestHub(t, 3)
	first := h.ReadNew()
	h.read(2)
	second := h.ReadNew()
	h.wants(first, 4, 5)
	h.wants(first, 6, 5)
	h.read(1)
	h.wants(first, 6, 6)
	h.wants(second, 6, 6)
	h.wants(h.ReadAfter(4), 5, 6)
	h.wants(h.ReadAfter(1), 2, 6) // which the hub itself has not read
	if !slices.Equal(h.stale, []int64{4, 5, 6}) {
		t.Errorf("the events %v invalidated something", h.stale)
	}
}

func TestAReaderIsToldWhatItCannotGet(t *testing.T) {
	h := newTestHub(t, 5)
	slow, long := h.ReadNew(), h.ReadAfter(2)
	h.read(3*hubRecent + 7)
	h.wantsReset(slow)
	h.wantsReset(long)
	h.read(1)
	h.wants(slow, 3*hubRecent+13, 3*hubRecent+13)
	h.store.forget(10)
	h.wantsReset(h.ReadAfter(9))           // removed
	h.wantsReset(h.ReadAfter(1 << 40))     // never stored
	h.wants(h.ReadAfter(h.newest()), 1, 0) // nothing was missed
	h.wants(h.ReadAfter(h.newest()-1), h.newest(), h.newest())
}

func TestNoEventIsLostWhileStorageFails(t *testing.T) {
	h := newTestHub(t, 0)
	r := h.ReadNew()
	fault := errors.New("the database does not answer")
	h.store.fail(fault)
	h.store.add(2)
	if err := h.poll(t.Context(), h.store.EventsSince); !errors.Is(err, fault) {
		t.Errorf("it returns %v", err)
	}
	h.wants(r, 1, 0)
	h.store.fail(nil)
	h.read(1)
	h.wants(r, 1, 3)
}

func TestAHubWhoseCursorIsGoneForgetsWhatItKnows(t *testing.T) {
	h := newTestHub(t, 4)
	r := h.ReadNew()
	h.store.forget(4)
	h.store.events = []models.Event{{Seq: 1000}, {Seq: 1001}} // of a database that was restored
	h.read(0)
	if h.missed != 1 || len(h.stale) > 0 {
		t.Errorf("it forgot %d times, and read %v", h.missed, h.stale)
	}
	h.wantsReset(r)
	h.read(1)
	h.wants(r, 1002, 1002)
}

func TestStreamsEndWithTheHub(t *testing.T) {
	h := newTestHub(t, 1)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	changes := make(chan struct{}, 1)
	go func() {
		defer close(ended)
		h.run(ctx, changes, make(chan models.Event), func(err error) { t.Error(err) })
	}()
	more, err := h.Changed()
	if err != nil {
		t.Fatal(err)
	}
	r := h.ReadNew()
	h.store.add(1)
	changes <- struct{}{}
	<-more
	h.wants(r, 2, 2)
	if more, err = h.Changed(); err != nil {
		t.Fatal(err)
	}
	stop()
	<-more
	<-ended
	if _, err := h.Changed(); models.KindOf(err) != models.KindUnavailable {
		t.Errorf("after the end: %v", err)
	}
}
