package node

import (
	"context"
	"time"
)

// sealDelay is how long rows of the audit trail wait for their places in their
// chains. A row that is changed within that time leaves no trace.
const sealDelay = 100 * time.Millisecond

// sealAudit seals the rows of the audit trail until ctx ends. What is written after that
// is sealed at the next start.
func (n *Node) sealAudit(ctx context.Context) error {
	tick := time.NewTicker(sealDelay)
	defer tick.Stop()
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
		case <-tick.C:
		}
	}
}
