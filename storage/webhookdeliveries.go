package storage

import (
	"context"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// The events of a site are copied, in their order, into a queue for each webhook. So what a
// receiver has not got outlives the events, each message is stored until its outcome is, and a
// node that ends in the middle leaves a queue from which the next one goes on.

// LeaseWebhooks makes a node the only one that sends the messages of a webhook, and returns
// those of its webhooks for which there may be something to do. Each lease lasts at least half
// as long as is asked for.
func (db *DB) LeaseWebhooks(ctx context.Context, node string, lease time.Duration) ([]WebhookTarget, error) {
	newest, err := db.NewestEvent(ctx)
	if err != nil {
		return nil, err
	}
	type found struct {
		WebhookTarget
		by    string
		until int64
	}
	free, err := read(ctx, db, func(t *tx) ([]found, error) {
		return sqldb.List(t, func(scan sqldb.Scanner) (f found, err error) {
			f.WebhookTarget, err = readWebhook(scan, t.Now, &f.by, &f.until)
			return f, err
		}, webhookColumns+`, w.lease_by, w.lease_until FROM webhooks w
			WHERE w.site IN (SELECT slug FROM sites) AND w.disabled_at = 0 AND (w.lease_by = $1 OR w.lease_until < $2) AND (w.position < $3
				OR (SELECT 1 FROM webhook_deliveries d WHERE d.site = w.site AND d.webhook = w.id AND d.dead_at = 0 LIMIT 1) = 1)`, node, micros(t.Now), newest)
	})
	var mine []WebhookTarget
	for _, f := range free {
		if f.by != node || f.until < micros(db.sql.Now().Add(lease/2)) {
			leased, err := update(ctx, db, func(t *tx) (int64, error) {
				return t.Exec(`UPDATE webhooks SET lease_by = $1, lease_until = $2 WHERE site = $3 AND id = $4 AND disabled_at = 0 AND (lease_by = $1 OR lease_until < $5)`,
					node, micros(t.Now.Add(lease)), f.Site, f.ID, micros(t.Now))
			})
			if err != nil {
				return mine, err
			}
			if leased == 0 {
				continue
			}
		}
		mine = append(mine, f.WebhookTarget)
	}
	return mine, err
}

// ReleaseWebhooks ends the leases of a node, so that another one need not wait for their end.
func (db *DB) ReleaseWebhooks(ctx context.Context, node string) error {
	return apply(ctx, db, func(t *tx) error {
		_, err := t.Exec(`UPDATE webhooks SET lease_by = '', lease_until = 0 WHERE site IN (SELECT slug FROM sites) AND lease_by = $1`, node)
		return err
	})
}

const (
	// queuePage is how many events one transaction looks at.
	queuePage = 500
	// queueSlack is how many events a position may stay behind when none of them is wanted,
	// so that what happens on other sites does not make every webhook write.
	queueSlack = 1000
)

// queuedEvent is a row of the queue.
type queuedEvent struct {
	of key // the webhook
	models.Event
	now time.Time
}

var queuedRows = sqldb.NewInsert("webhook_deliveries", "ON CONFLICT (site, webhook, seq) DO NOTHING",
	sqldb.Text("site", func(q queuedEvent) string { return q.of.site }),
	sqldb.Text("webhook", func(q queuedEvent) string { return q.of.id }),
	sqldb.Int("seq", func(q queuedEvent) int64 { return q.Seq }),
	sqldb.Text("kind", func(q queuedEvent) string { return string(q.Kind) }),
	sqldb.Text("subject", func(q queuedEvent) string { return q.Subject }),
	sqldb.Text("article", func(q queuedEvent) string { return q.Article }),
	sqldb.Text("status", func(q queuedEvent) string { return string(q.Status) }),
	sqldb.Text("cause", func(q queuedEvent) string { return string(q.Cause) }),
	sqldb.Int("at", func(q queuedEvent) int64 { return micros(q.At) }),
	sqldb.Int("attempts", func(queuedEvent) int64 { return 0 }),
	sqldb.Int("next_at", func(q queuedEvent) int64 { return micros(q.now) }),
	sqldb.Int("expires_at", func(q queuedEvent) int64 { return micros(q.now.Add(models.WebhookExpiry)) }),
	sqldb.Int("dead_at", func(queuedEvent) int64 { return 0 }),
	sqldb.Int("last_status", func(queuedEvent) int64 { return 0 }),
	sqldb.Text("last_error", func(queuedEvent) string { return "" }),
)

// QueueDeliveries copies the events that a webhook wants into its queue, from where it has come
// to, and reports whether there may be more. It does nothing for a node without the lease.
func (db *DB) QueueDeliveries(ctx context.Context, node string, w WebhookTarget) (more bool, err error) {
	type page struct {
		leased   []int64 // the position, when the node has the lease
		from, to int64
		events   []models.Event
	}
	p, err := read(ctx, db, func(t *tx) (p page, err error) {
		p.leased, err = sqldb.List(t, sqldb.ScanOne[int64], `SELECT position FROM webhooks WHERE site = $1 AND id = $2 AND lease_by = $3 AND disabled_at = 0`, w.Site, w.ID, node)
		if err != nil || len(p.leased) == 0 {
			return p, err
		}
		p.from = p.leased[0]
		// First: whatever has a number up to this one is there when the events are read.
		if p.to, err = t.newestEvent(); err != nil {
			return p, err
		}
		p.events, err = sqldb.List(t, readEvent, `SELECT `+eventColumns+` FROM events WHERE seq > $1 AND seq <= $2 AND site IN ($3, '') ORDER BY seq LIMIT $4`, p.from, p.to, w.Site, queuePage)
		return p, err
	})
	if err != nil || len(p.leased) == 0 {
		return false, err
	}
	if more = len(p.events) == queuePage; more {
		p.to = p.events[queuePage-1].Seq
	}
	var wanted []models.Event
	for _, e := range p.events {
		if w.Wants(e.WebhookType()) {
			wanted = append(wanted, e)
		}
	}
	if len(wanted) == 0 && !more && p.to-p.from < queueSlack {
		return false, nil
	}
	return more, apply(ctx, db, func(t *tx) error {
		moved, err := t.Exec(`UPDATE webhooks SET position = $1 WHERE site = $2 AND id = $3 AND position = $4 AND disabled_at = 0`, p.to, w.Site, w.ID, p.from)
		if err != nil || moved == 0 { // another node was quicker, which has the lease by now
			return err
		}
		rows := make([]queuedEvent, len(wanted))
		for i, e := range wanted {
			rows[i] = queuedEvent{key{w.Site, w.ID}, e, t.Now}
		}
		return queuedRows.Add(t, rows...)
	})
}

// QueuedDelivery is an event that a webhook is to be sent.
type QueuedDelivery struct {
	models.Event
	Attempts int // so far
}

func readQueued(scan sqldb.Scanner) (q QueuedDelivery, err error) {
	q.Event, err = readEvent(func(into ...any) error { return scan(append(into, &q.Attempts)...) })
	return q, err
}

// DueDeliveries returns what a webhook is to be sent now, in the order of events. Not among it
// is what must wait for an earlier event about the same comment, or whatever else it is about.
func (db *DB) DueDeliveries(ctx context.Context, w WebhookTarget, limit int) ([]QueuedDelivery, error) {
	return read(ctx, db, func(t *tx) ([]QueuedDelivery, error) {
		return sqldb.List(t, readQueued, `SELECT `+eventColumns+`, attempts FROM webhook_deliveries WHERE site = $1 AND webhook = $2 AND dead_at = 0 AND next_at <= $3
			AND NOT EXISTS (SELECT 1 FROM webhook_deliveries before WHERE before.site = $1 AND before.webhook = $2 AND before.subject = webhook_deliveries.subject
				AND before.dead_at = 0 AND before.seq < webhook_deliveries.seq AND before.next_at > $3)
			ORDER BY seq LIMIT $4`, w.Site, w.ID, micros(t.Now), limit)
	})
}

// OldestDelivery returns the first event that a webhook is still to be sent, whenever that is to
// be tried next; nil when there is none.
func (db *DB) OldestDelivery(ctx context.Context, w WebhookTarget) (*QueuedDelivery, error) {
	return read(ctx, db, func(t *tx) (*QueuedDelivery, error) {
		found, err := sqldb.List(t, readQueued, `SELECT `+eventColumns+`, attempts FROM webhook_deliveries WHERE site = $1 AND webhook = $2 AND dead_at = 0 ORDER BY seq LIMIT 1`, w.Site, w.ID)
		if err != nil || len(found) == 0 {
			return nil, err
		}
		return &found[0], nil
	})
}

// PublicComments returns those of some comments of a site that readers see, by id.
func (db *DB) PublicComments(ctx context.Context, site string, ids []string) (map[string]models.Comment, error) {
	keys := make([]key, len(ids))
	for i, id := range ids {
		keys[i] = key{site, id}
	}
	public := make(map[string]models.Comment, len(ids))
	if len(ids) == 0 {
		return public, nil
	}
	return read(ctx, db, func(t *tx) (map[string]models.Comment, error) {
		condition, args := t.amongKeys(t.Unindexed("c.site"), "c.id", keys)
		_, err := sqldb.List(t, func(scan sqldb.Scanner) (c models.Comment, err error) {
			c, err = readComment(scan)
			public[c.ID] = c
			return c, err
		}, `SELECT `+commentColumns+commentTables+` WHERE `+condition+` AND c.status = 'approved' AND c.body <> '' AND NOT `+isHidden, args...)
		return public, err
	})
}

// DeliveryOutcome is what became of a try to send an event.
type DeliveryOutcome struct {
	Seq       int64
	Delivered bool
	Status    int    // of the reply; 0: there was none
	Error     string // when it was not delivered
	NextAt    time.Time
}

// PageOutcome is what became of the tries that were made together.
type PageOutcome struct {
	Deliveries []DeliveryOutcome
	Gone       bool // the receiver wants no more messages
	Recovered  bool // the receiver was down, and is not any more: what has failed is tried again now
}

// StoreOutcomes removes from the queue what was delivered, and stores when the rest is tried
// again; what has expired becomes a dead letter. It disables a webhook that is gone, or has failed
// for models.WebhookPatience.
func (db *DB) StoreOutcomes(ctx context.Context, w WebhookTarget, o PageOutcome) error {
	return apply(ctx, db, func(t *tx) error {
		old, err := t.webhook(w.Site, w.ID, t.ForUpdate())
		if models.KindOf(err) == models.KindNotFound {
			return nil // removed meanwhile, with its queue
		}
		if err != nil {
			return err
		}
		delivered, failed := false, false
		for _, d := range o.Deliveries {
			delivered, failed = delivered || d.Delivered, failed || !d.Delivered
			if err := t.storeOutcome(w, d); err != nil {
				return err
			}
		}
		switch {
		case delivered:
			err = t.Write(`UPDATE webhooks SET failing_since = 0, delivered_at = $1 WHERE site = $2 AND id = $3`, micros(t.Now), w.Site, w.ID)
		case failed && old.FailingSince == nil:
			err = t.Write(`UPDATE webhooks SET failing_since = $1 WHERE site = $2 AND id = $3`, micros(t.Now), w.Site, w.ID)
		}
		if err != nil {
			return err
		}
		if o.Recovered {
			if err := t.Write(`UPDATE webhook_deliveries SET next_at = $1 WHERE site = $2 AND webhook = $3 AND dead_at = 0 AND next_at > $1`, micros(t.Now), w.Site, w.ID); err != nil {
				return err
			}
		}
		switch {
		case old.DisabledAt != nil: // meanwhile
			return nil
		case o.Gone:
			return t.giveUpWebhook(old.Webhook, models.WebhookGone)
		case failed && !delivered && old.FailingSince != nil && t.Now.Sub(*old.FailingSince) >= models.WebhookPatience:
			return t.giveUpWebhook(old.Webhook, models.WebhookFailing)
		}
		return nil
	})
}

func (t *tx) storeOutcome(w WebhookTarget, d DeliveryOutcome) error {
	if d.Delivered {
		return t.Write(`DELETE FROM webhook_deliveries WHERE site = $1 AND webhook = $2 AND seq = $3`, w.Site, w.ID, d.Seq)
	}
	return t.Write(`UPDATE webhook_deliveries SET attempts = attempts + 1, last_status = $1, last_error = $2, next_at = $3,
		dead_at = CASE WHEN expires_at <= $4 THEN $4 ELSE dead_at END WHERE site = $5 AND webhook = $6 AND seq = $7 AND dead_at = 0`,
		d.Status, sqldb.SanitizeText(d.Error), micros(d.NextAt), micros(t.Now), w.Site, w.ID, d.Seq)
}

func (t *tx) giveUpWebhook(w models.Webhook, why string) error {
	if err := t.disableWebhook(w.Site, w.ID, why); err != nil {
		return err
	}
	after := w
	now := t.Now
	after.DisabledAt = &now
	state := auditWebhook(after)
	state["why"] = why
	return t.audit(models.System, w.Site, "webhook.disable", w.ID, auditWebhook(w), state)
}

// purgeDeadLetters removes the dead letters that are older than models.DeadLetterTTL.
func (db *DB) purgeDeadLetters(ctx context.Context) (int64, error) {
	return purgeBatches(ctx, db, `DELETE FROM webhook_deliveries WHERE (site, webhook, seq) IN (SELECT site, webhook, seq FROM webhook_deliveries
		WHERE dead_at >= $1 AND dead_at > 0 AND dead_at < $2 ORDER BY dead_at LIMIT $3) RETURNING dead_at`, int64(1), micros(db.sql.Now().Add(-models.DeadLetterTTL)))
}
