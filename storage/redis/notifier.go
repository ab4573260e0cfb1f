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

// channel carries the notices of all nodes.
const channel = "winnow:events"

// heartbeat is the silence after which the connection is tested; twice of it
// and it is made anew.
const heartbeat = 5 * time.Second

// Notifier tells the subscribers of all nodes. Those of its own process hear
// an event at once and whether Redis works or not; the others may miss some
// while it does not.
type Notifier struct {
	client *Client
	local  *memory.Notifier
	node   string // tells this node's notices from those of others
}

// notice is an event on its way: the JSON of the event, after who sent it.
type message struct {
	Node string `json:"node"`
	models.Event
}

// Publish tells everybody of e, and waits for none of them. That Redis cannot
// be reached is no error: notices may be lost.
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
// when ctx ends; a slow reader loses events.
func (n *Notifier) Subscribe(ctx context.Context) (<-chan models.Event, error) {
	return n.local.Subscribe(ctx)
}

// listen hands on what other nodes publish until ctx ends, and connects again
// when the connection is lost. It closes ready at the first subscription.
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

// receive hands on notices over one connection until that fails or ctx ends.
func (n *Notifier) receive(ctx context.Context, subscribed func()) error {
	sub := n.client.rdb.Subscribe(ctx, channel)
	// The driver's reads do not end with a context, only with the connection.
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

// heard passes on a notice of another node. Of its own, most of what a busy node
// hears, it reads no more than the beginning.
func (n *Notifier) deliver(ctx context.Context, payload string) {
	if strings.HasPrefix(payload, `{"node":"`+n.node+`",`) {
		return
	}
	var got message
	if err := json.Unmarshal([]byte(payload), &got); err != nil {
		n.client.log.Warn("unreadable notice", "error", err)
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
