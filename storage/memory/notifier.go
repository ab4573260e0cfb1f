package memory

import (
	"context"
	"sync"

	"winnow/models"
)

// subscriberBuffer is how many events a slow subscriber may be behind before it
// loses some.
const subscriberBuffer = 256

// Notifier publishes events to the subscribers of this process.
type Notifier struct {
	mu          sync.Mutex
	subscribers map[chan models.Event]struct{}
}

// NewNotifier returns a Notifier without subscribers.
func NewNotifier() *Notifier {
	return &Notifier{subscribers: map[chan models.Event]struct{}{}}
}

// Publish sends e to every subscriber whose buffer is not full. It never blocks,
// and its error is always nil.
func (n *Notifier) Publish(_ context.Context, e models.Event) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	for c := range n.subscribers {
		select {
		case c <- e:
		default: // a slow subscriber must not block the others
		}
	}
	return nil
}

// Subscribe returns the events published from now on. The channel is closed
// when ctx ends. The error is always nil.
func (n *Notifier) Subscribe(ctx context.Context) (<-chan models.Event, error) {
	c := make(chan models.Event, subscriberBuffer)
	n.mu.Lock()
	n.subscribers[c] = struct{}{}
	n.mu.Unlock()
	context.AfterFunc(ctx, func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		delete(n.subscribers, c)
		close(c)
	})
	return c, nil
}
