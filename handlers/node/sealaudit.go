package node

import (
	"context"
	"time"
)

const (
	// sealPause is the least time between two looks for rows of the audit trail that wait
	// for their places in their chains. A row that is changed within that time leaves no
	// trace.
	sealPause = 100 * time.Millisecond
	// sealPoll is how long the rows wait that were written by a command, or by a node that
	// has ended since.
	sealPoll = time.Second
)

// sealAudit seals the rows of the audit trail until ctx ends. What is written after that
// is sealed at the next start.
func (n *Node) sealAudit(ctx context.Context) error {
	changes := n.db.Watch(ctx)
	poll := time.NewTicker(sealPoll)
	defer poll.Stop()
	failed := false
	for {
		err := n.db.SealAudit(ctx)
		if err != nil && ctx.Err() == nil && !failed { // once for a fault that stays
			n.log.ErrorContext(ctx, "sealing the audit trail failed", "error", err)
		}
		failed = err != nil
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(sealPause):
		}
		select {
		case <-ctx.Done():
			return nil
		case <-changes:
		case <-poll.C:
		}
	}
}
