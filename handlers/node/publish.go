package node

import (
	"context"
	"fmt"

	"winnow/models"
)

// maxOutbox is how many events may wait for the notifier.
const maxOutbox = 1024

// Publish invalidates what an event makes stale on this node, and notifies the
// other nodes and the open streams. The caller does not wait for the notifier.
// Storage has stored the change by then, so the notice may be lost. The time of
// the event is set to now.
func (n *Node) Publish(ctx context.Context, e models.Event) {
	e.At = n.now().UTC()
	n.Invalidate(e)
	select {
	case n.outbox <- e:
	default:
		n.log.WarnContext(ctx, "notification queue full, event dropped", "kind", e.Kind, "subject", e.Subject)
	}
}

// deliver hands published events to the notifier until ctx ends.
func (n *Node) deliver(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case e := <-n.outbox:
			if err := n.notifier.Publish(ctx, e); err != nil && ctx.Err() == nil {
				n.log.WarnContext(ctx, "publishing an event failed", "kind", e.Kind, "subject", e.Subject, "error", err)
			}
		}
	}
}

// receiveEvents handles the events of all nodes until ctx ends.
func (n *Node) receiveEvents(ctx context.Context) error {
	events, err := n.notifier.Subscribe(ctx)
	if err != nil {
		return fmt.Errorf("subscribe to events: %w", err)
	}
	for e := range events { // closed when ctx ends
		n.receive(e)
	}
	return nil
}
