package node

import (
	"context"
	"sync"
	"time"
)

// keyUsePeriod is how often a node stores when the keys of sites were used.
const keyUsePeriod = time.Minute

// keyUses remembers when keys of sites were used last, so that a use costs no write.
// The zero value is ready to use.
type keyUses struct {
	mu   sync.Mutex
	last map[string]time.Time // by the id of the key
}

func (k *keyUses) note(id string, at time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.last == nil {
		k.last = map[string]time.Time{}
	}
	k.last[id] = at
}

// take returns what was noted since the last call.
func (k *keyUses) take() map[string]time.Time {
	k.mu.Lock()
	defer k.mu.Unlock()
	last := k.last
	k.last = nil
	return last
}

// storeKeyUses stores the last uses until ctx ends, and then once more.
func (n *Node) storeKeyUses(ctx context.Context) error {
	tick := time.NewTicker(keyUsePeriod)
	defer tick.Stop()
	for ended := false; !ended; {
		select {
		case <-ctx.Done():
			ended = true
		case <-tick.C:
		}
		used := n.keyUses.take()
		if len(used) == 0 {
			continue
		}
		write, cancel := context.WithTimeout(context.WithoutCancel(ctx), loadTimeout)
		if err := n.db.TouchSiteKeys(write, used); err != nil {
			n.log.WarnContext(ctx, "storing the last uses of site keys failed", "error", err)
		}
		cancel()
	}
	return nil
}
