package storage

import (
	"context"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// enqueue adds a message that is due after a while. One with the same id that waits stays as
// it is.
func (t *tx) enqueue(m models.OutgoingMessage, after time.Duration) error {
	_, err := t.InsertRow("outgoing_messages", "ON CONFLICT (site, id) DO NOTHING",
		"site", m.Site,
		"id", m.ID,
		"channel", string(m.Channel),
		"recipient", m.To,
		"subscription", m.Subscription,
		"subject", sqldb.SanitizeText(m.Subject),
		"body", sqldb.SanitizeText(m.Text),
		"created_at", micros(t.Now),
		"due_at", micros(t.Now.Add(after)),
		"attempts", 0,
	)
	return err
}

// EnqueueMessages adds messages that are sent as soon as possible.
func (db *DB) EnqueueMessages(ctx context.Context, messages []models.OutgoingMessage) error {
	return apply(ctx, db, func(t *tx) error { return t.enqueueAll(messages) })
}

func (t *tx) enqueueAll(messages []models.OutgoingMessage) error {
	for _, m := range messages {
		if err := t.enqueue(m, 0); err != nil {
			return err
		}
	}
	return nil
}

// ClaimMessage returns the message that is due longest, the oldest of those that are due since
// the same moment, as all are that wait for one webhook; it counts the attempt. False when none
// is due. Nobody else gets it for the time of the lease: who sends it calls
// FinishMessage or RetryMessage before.
func (db *DB) ClaimMessage(ctx context.Context, lease time.Duration) (m models.OutgoingMessage, found bool, err error) {
	// Most calls find none, and need no transaction.
	due, err := read(ctx, db, func(t *tx) ([]key, error) { return t.dueMessage("") })
	if err != nil || len(due) == 0 {
		return m, false, err
	}
	claimed, err := update(ctx, db, func(t *tx) ([]models.OutgoingMessage, error) {
		due, err := t.dueMessage(t.SkipLocked())
		if err != nil || len(due) == 0 {
			return nil, err
		}
		return sqldb.List(t, readMessage, `UPDATE outgoing_messages SET attempts = attempts + 1, due_at = $1 WHERE site = $2 AND id = $3
			RETURNING site, id, channel, recipient, subscription, subject, body, created_at, attempts`, micros(t.Now.Add(lease)), due[0].site, due[0].id)
	})
	if err != nil || len(claimed) == 0 {
		return m, false, err
	}
	return claimed[0], true, nil
}

func (t *tx) dueMessage(lock string) ([]key, error) {
	return sqldb.List(t, readKey, `SELECT site, id FROM outgoing_messages WHERE site IS NOT NULL AND due_at <= $1 ORDER BY due_at, created_at LIMIT 1`+lock, micros(t.Now))
}

func readMessage(scan sqldb.Scanner) (m models.OutgoingMessage, err error) {
	var at int64
	err = scan(&m.Site, &m.ID, &m.Channel, &m.To, &m.Subscription, &m.Subject, &m.Text, &at, &m.Attempts)
	m.CreatedAt = fromMicros(at)
	return m, err
}

// FinishMessage removes a message that was sent: what goes to the same place can be sent again.
func (db *DB) FinishMessage(ctx context.Context, m models.OutgoingMessage) error {
	return apply(ctx, db, func(t *tx) error {
		if _, err := t.finishMessage(m); err != nil {
			return err
		}
		return t.forgetFailure(m)
	})
}

// DropMessage removes a message that nobody wants any more.
func (db *DB) DropMessage(ctx context.Context, m models.OutgoingMessage) error {
	return apply(ctx, db, func(t *tx) error {
		_, err := t.finishMessage(m)
		return err
	})
}

// GiveUpMessage removes a message that cannot be sent, and notes why.
func (db *DB) GiveUpMessage(ctx context.Context, m models.OutgoingMessage, why string) error {
	return apply(ctx, db, func(t *tx) error {
		if own, err := t.finishMessage(m); err != nil || !own {
			return err
		}
		return t.noteFailure(m, why, 1)
	})
}

// finishMessage reports whether the message was still the caller's.
func (t *tx) finishMessage(m models.OutgoingMessage) (bool, error) {
	removed, err := t.Exec(`DELETE FROM outgoing_messages WHERE site = $1 AND id = $2 AND attempts = $3`, m.Site, m.ID, m.Attempts)
	return removed > 0, err
}

// RetryMessage makes a message due again after a while, and notes why it could not be sent.
// What else goes to the same webhook waits as long, so that a receiver that does not answer
// delays other sites only once.
func (db *DB) RetryMessage(ctx context.Context, m models.OutgoingMessage, after time.Duration, why string) error {
	return apply(ctx, db, func(t *tx) error {
		due := micros(t.Now.Add(after))
		if _, err := t.Exec(`UPDATE outgoing_messages SET due_at = $1 WHERE site = $2 AND id = $3 AND attempts = $4`, due, m.Site, m.ID, m.Attempts); err != nil {
			return err
		}
		if err := t.noteFailure(m, why, 0); err != nil {
			return err
		}
		if m.Channel != models.ChannelWebhook {
			return nil
		}
		_, err := t.Exec(`UPDATE outgoing_messages SET due_at = $1 WHERE site = $2 AND channel = $3 AND due_at < $1`, due, m.Site, m.Channel)
		return err
	})
}

// Outgoing returns how many messages wait to be sent, and since when the oldest of them is.
func (db *DB) Outgoing(ctx context.Context) (n int, oldest time.Time, err error) {
	at, err := read(ctx, db, func(t *tx) (int64, error) {
		return sqldb.One(t, func(scan sqldb.Scanner) (at int64, err error) {
			err = scan(&n, &at)
			return at, err
		}, `SELECT count(*), coalesce(min(created_at), 0) FROM outgoing_messages WHERE site IS NOT NULL`)
	})
	return n, nullTime(at), err
}
