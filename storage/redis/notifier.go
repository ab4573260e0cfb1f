package redis

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"winnow/models"
	"winnow/storage/memory"
)

// channel is the Redis channel for the events of all nodes.
const channel = "winnow:events"

// heartbeat is how long a silent connection lasts before it is pinged. After
// twice as long it is replaced.
const heartbeat = 5 * time.Second

// Notifier publishes events to the subscribers of all nodes. Those of its own
// process always get an event, and at once; those of other nodes miss events
// while Redis is down.
type Notifier struct {
	client *Client
	local  *memory.Notifier
	node   string // marks the messages of this node
}

// message is an event as it is sent: the id of its node, then its own fields.
type message struct {
	Node string `json:"node"`
	models.Event
}

// Publish sends e to all subscribers and does not wait for them. An unreachable
// Redis is not an error: events may be lost.
func (n *Notifier) Publish(ctx context.Context, e models.Event) error {
	data, err := json.Marshal(message{n.node, e})
	if err != nil {
		return fmt.Errorf("publish event: %w", err)
	}
	if err := n.local.Publish(ctx, e); err != nil {
		return err
	}
	if n.client.enqueue(n.client.events, &call{args: []any{"PUBLISH", channel, data}}) != nil {
		n.client.fallbacks.Add(1)
	}
	return nil
}

// Subscribe returns the events of all nodes from now on. The channel is closed
// when ctx ends; a slow subscriber loses events.
func (n *Notifier) Subscribe(ctx context.Context) (<-chan models.Event, error) {
	return n.local.Subscribe(ctx)
}

// listen delivers the events of other nodes until ctx ends, and reconnects when
// the connection is lost. It closes ready after the first subscription.
func (n *Notifier) listen(ctx context.Context, ready chan<- struct{}) {
	for ctx.Err() == nil {
		_ = n.receive(ctx, func() {
			if ready != nil {
				close(ready)
				ready = nil
			}
		})
		select {
		case <-time.After(probeInterval):
		case <-ctx.Done():
		}
	}
}

// receive delivers events from one connection until that fails or ctx ends.
func (n *Notifier) receive(ctx context.Context, subscribed func()) error {
	sub := n.client.rdb.Subscribe(ctx, channel)
	// The driver's reads do not end with their context, only with the connection.
	unhook := context.AfterFunc(ctx, func() { _ = sub.Close() })
	defer func() {
		if unhook() {
			_ = sub.Close()
		}
	}()
	for pinged := false; ; {
		msg, err := sub.ReceiveTimeout(ctx, heartbeat)
		switch {
		case err == nil:
			pinged = false
		case isTimeout(err) && !pinged:
			if err := sub.Ping(ctx); err != nil {
				return err
			}
			pinged = true
			continue
		default:
			return err
		}
		switch msg := msg.(type) {
		case *redis.Subscription:
			subscribed()
		case *redis.Message:
			n.deliver(ctx, msg.Payload)
		}
	}
}

// deliver publishes an event of another node in this process. A busy node mostly
// receives its own messages, so it drops them by their prefix, without decoding.
func (n *Notifier) deliver(ctx context.Context, payload string) {
	if strings.HasPrefix(payload, `{"node":"`+n.node+`",`) {
		return
	}
	var got message
	if err := json.Unmarshal([]byte(payload), &got); err != nil {
		n.client.log.Warn("cannot decode an event from Redis", "error", err)
		return
	}
	if got.Node != n.node {
		_ = n.local.Publish(ctx, got.Event) // always nil
	}
}

func isTimeout(err error) bool {
	t, ok := err.(interface{ Timeout() bool })
	return ok && t.Timeout()
}
