package handlers

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

// source keeps events as storage does. Those that are late were given an id
// before others that are here already.
type source struct {
	mu     sync.Mutex
	events []models.Event
	fails  error
}

func (s *source) add(ids ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		s.events = append(s.events, models.Event{ID: id})
	}
	slices.SortFunc(s.events, func(a, b models.Event) int { return strings.Compare(a.ID, b.ID) })
}

func (s *source) since(_ context.Context, after string, limit int) (found []models.Event, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.events {
		if e.ID > after && len(found) < limit {
			found = append(found, e)
		}
	}
	return found, s.fails
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// running starts a feed; the function looks back for events at once.
func running(t *testing.T, s *source) (f *feed, look func() error) {
	t.Helper()
	f = newFeed(s.since)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		f.run(ctx, make(chan models.Event), func(error) {})
	}()
	t.Cleanup(func() {
		stop()
		<-ended
	})
	for {
		f.mu.Lock()
		up := f.running
		f.mu.Unlock()
		if up {
			return f, func() error { return f.look(t.Context(), true) }
		}
		time.Sleep(time.Millisecond)
	}
}

func join(t *testing.T, f *feed) *subscriber {
	t.Helper()
	sub, err := f.join(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return sub
}

func TestWhatHappenedBeforeIsNotToldAgain(t *testing.T) {
	var s source
	s.add(newID())
	f, look := running(t, &s)
	sub := join(t, f)
	now := newID()
	s.add(now)
	if err := look(); err != nil {
		t.Fatal(err)
	}
	if e := <-sub.events; e.ID != now {
		t.Errorf("told of %s, want %s", e.ID, now)
	}
}

func TestAnEventThatIsKeptLateIsToldOnce(t *testing.T) {
	var s source
	f, look := running(t, &s)
	sub := join(t, f)
	late, soon := newID(), newID()
	s.add(soon)
	first := f.look(t.Context(), false)
	s.add(late)
	if err := errors.Join(first, look(), look()); err != nil {
		t.Fatal(err)
	}
	if a, b := <-sub.events, <-sub.events; a.ID != soon || b.ID != late || len(sub.events) != 0 {
		t.Errorf("told of %s, %s and %d more; want %s and %s", a.ID, b.ID, len(sub.events), soon, late)
	}
}

func TestNothingIsLostWhileStorageFails(t *testing.T) {
	var s source
	f, look := running(t, &s)
	sub := join(t, f)
	id := newID()
	s.add(id)
	s.fails = errors.New("away")
	if look() == nil {
		t.Error("the failure is kept secret")
	}
	f.mu.Lock()
	f.looked = f.looked.Add(-time.Hour) // it was away for long
	f.mu.Unlock()
	s.mu.Lock()
	s.fails = nil
	s.mu.Unlock()
	if err := look(); err != nil {
		t.Fatal(err)
	}
	if e := <-sub.events; e.ID != id {
		t.Errorf("told of %s, want %s", e.ID, id)
	}
}

func TestASlowStreamEndsAndTheOthersGoOn(t *testing.T) {
	var s source
	f, look := running(t, &s)
	slow, quick := join(t, f), join(t, f)
	const bursts = 3
	for range bursts {
		for range feedBacklog / 2 {
			s.add(newID())
		}
		if err := look(); err != nil {
			t.Fatal(err)
		}
		for range feedBacklog / 2 {
			if _, open := <-quick.events; !open {
				t.Fatal("the quick stream has ended")
			}
		}
	}
	told := 0
	for range slow.events {
		told++
	}
	if told != feedBacklog {
		t.Errorf("the slow stream was told of %d events before it ended, want %d", told, feedBacklog)
	}
	f.leave(slow) // as its request does, later
}
