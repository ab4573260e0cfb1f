package storagetest

import (
	"context"
	"sync"
	"testing"
	"time"

	"winnow/models"
)

// An EventNotifier publishes events.
type EventNotifier interface {
	Publish(ctx context.Context, e models.Event) error
	Subscribe(ctx context.Context) (<-chan models.Event, error)
}

// Notifier is the conformance suite of an EventNotifier. The function open returns
// those of two nodes, which may be the same in one process.
func Notifier(t *testing.T, open func(t *testing.T) (here, there EventNotifier)) {
	for name, test := range map[string]func(t *testing.T, here, there EventNotifier){
		"every subscriber gets every event, once and in order": testDelivery,
		"the channel is closed when the context ends":          testUnsubscribe,
		"a slow subscriber does not block the others":          testSlowReader,
		"subscribers come and go during publishing":            testComeAndGo,
	} {
		t.Run(name, func(t *testing.T) {
			here, there := open(t)
			test(t, here, there)
		})
	}
}

func event(n int) models.Event {
	return models.Event{
		Seq: int64(n), Kind: models.CommentChanged, Site: "gazette", Subject: "c1", Article: "ä",
		Status: models.Approved, At: time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC),
	}
}

func subscribe(ctx context.Context, t *testing.T, n EventNotifier) <-chan models.Event {
	t.Helper()
	c, err := n.Subscribe(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func publish(t *testing.T, n EventNotifier, e models.Event) {
	t.Helper()
	if err := n.Publish(t.Context(), e); err != nil {
		t.Fatal(err)
	}
}

// receive returns the next event, and fails when none comes.
func receive(t *testing.T, c <-chan models.Event) models.Event {
	t.Helper()
	select {
	case e, ok := <-c:
		if !ok {
			t.Fatal("the channel was closed")
		}
		return e
	case <-time.After(20 * time.Second):
		t.Fatal("no event came")
	}
	panic("unreachable")
}

func testDelivery(t *testing.T, here, there EventNotifier) {
	subscribers := []<-chan models.Event{
		subscribe(t.Context(), t, here), subscribe(t.Context(), t, here), subscribe(t.Context(), t, there),
	}
	for i := range 50 {
		publish(t, here, event(i))
	}
	for _, c := range subscribers {
		for i := range 50 {
			if e := receive(t, c); e != event(i) {
				t.Fatalf("received %+v, want %+v", e, event(i))
			}
		}
	}
}

func testUnsubscribe(t *testing.T, here, _ EventNotifier) {
	ctx, cancel := context.WithCancel(t.Context())
	gone, stays := subscribe(ctx, t, here), subscribe(t.Context(), t, here)
	cancel()
	for range gone { // ends when it is closed
	}
	publish(t, here, event(1))
	if e := receive(t, stays); e != event(1) {
		t.Fatalf("received %+v", e)
	}
}

func testSlowReader(t *testing.T, here, _ EventNotifier) {
	_ = subscribe(t.Context(), t, here) // never read
	quick := subscribe(t.Context(), t, here)
	for i := range 2000 {
		publish(t, here, event(i))
		if e := receive(t, quick); e != event(i) {
			t.Fatalf("received %+v, want %+v", e, event(i))
		}
	}
}

func testComeAndGo(t *testing.T, here, there EventNotifier) {
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for range 25 {
				ctx, cancel := context.WithCancel(t.Context())
				c, err := here.Subscribe(ctx)
				if err != nil {
					t.Error(err)
				}
				if err := there.Publish(ctx, event(i)); err != nil {
					t.Error(err)
				}
				cancel()
				for range c {
				}
			}
		})
	}
	all.Wait()
}
