package storage

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// WebhookTarget is a webhook with what signs its messages.
type WebhookTarget struct {
	models.Webhook
	Secrets []string // each signs; the newest first
}

// newWebhookSecret makes a secret as Standard Webhooks wants it.
func newWebhookSecret() string {
	b := make([]byte, 32)
	rand.Read(b) // never fails
	return "whsec_" + base64.StdEncoding.EncodeToString(b)
}

var (
	webhookColumns = `SELECT w.site, w.id, w.url, w.events, w.secret, w.old_secret, w.old_until, w.created_at, w.created_by, w.disabled_at, w.disabled_for,
	w.failing_since, w.delivered_at`
	webhookCounts = `, (SELECT count(*) FROM (SELECT 1 FROM webhook_deliveries d WHERE d.site = w.site AND d.webhook = w.id AND d.dead_at = 0 LIMIT ` + maxCount + `) AS part),
	(SELECT count(*) FROM (SELECT 1 FROM webhook_deliveries d WHERE d.site = w.site AND d.webhook = w.id AND d.last_error <> '' AND d.dead_at > 0 LIMIT ` + maxCount + `) AS part)`
	maxCount = strconv.Itoa(models.MaxWebhookCount)
)

// readWebhook reads webhookColumns, and into more what stands after them.
func readWebhook(scan sqldb.Scanner, now time.Time, more ...any) (w WebhookTarget, err error) {
	var events, secret, old string
	var oldUntil, created, disabled, failing, delivered int64
	if err := scan(append([]any{
		&w.Site, &w.ID, &w.URL, &events, &secret, &old, &oldUntil, &created, &w.CreatedBy, &disabled, &w.DisabledFor,
		&failing, &delivered,
	}, more...)...); err != nil {
		return w, err
	}
	w.CreatedAt, w.Secrets = fromMicros(created), []string{secret}
	if oldUntil > micros(now) {
		w.Secrets, w.OldSecretUntil = append(w.Secrets, old), someTime(oldUntil)
	}
	w.DisabledAt, w.FailingSince, w.DeliveredAt = someTime(disabled), someTime(failing), someTime(delivered)
	return w, json.Unmarshal([]byte(events), &w.Events)
}

// someTime is fromMicros with nil for 0.
func someTime(n int64) *time.Time {
	if n == 0 {
		return nil
	}
	return timePointer(&n)
}

// Webhooks returns the webhooks of a site, the oldest first.
func (db *DB) Webhooks(ctx context.Context, site string) ([]models.Webhook, error) {
	return read(ctx, db, func(t *tx) ([]models.Webhook, error) {
		return sqldb.List(t, func(scan sqldb.Scanner) (models.Webhook, error) {
			var waiting, dead int
			w, err := readWebhook(scan, t.Now, &waiting, &dead)
			w.Waiting, w.Dead = waiting, dead
			return w.Webhook, err
		}, webhookColumns+webhookCounts+` FROM webhooks w WHERE w.site = $1 ORDER BY w.id`, site)
	})
}

// Webhook returns a webhook of a site.
func (db *DB) Webhook(ctx context.Context, site, id string) (WebhookTarget, error) {
	return read(ctx, db, func(t *tx) (WebhookTarget, error) { return t.webhook(site, id, "") })
}

func (t *tx) webhook(site, id, lock string) (WebhookTarget, error) {
	w, err := sqldb.One(t, func(scan sqldb.Scanner) (WebhookTarget, error) { return readWebhook(scan, t.Now) },
		webhookColumns+` FROM webhooks w WHERE w.site = $1 AND w.id = $2`+lock, site, id)
	return w, notFoundIf(err, "site %q has no such webhook", site)
}

// AddWebhook adds a webhook to a site, and returns its secret. It is sent what happens from
// now on.
func (db *DB) AddWebhook(ctx context.Context, by models.Caller, site string, w models.Webhook) (added models.Webhook, secret string, err error) {
	if err := w.Validate(); err != nil {
		return w, "", err
	}
	if err := db.numberEvents(ctx, 0); err != nil {
		return w, "", err
	}
	secret = newWebhookSecret()
	added, err = update(ctx, db, func(t *tx) (models.Webhook, error) {
		if _, err := t.site(site, t.ForUpdate()); err != nil {
			return w, err
		}
		known, err := sqldb.One(t, sqldb.ScanOne[int], `SELECT count(*) FROM webhooks WHERE site = $1`, site)
		if err == nil && known >= models.MaxWebhooks {
			err = models.Errorf(models.KindConflict, "a site can have at most %d webhooks: remove one", models.MaxWebhooks)
		}
		if err != nil {
			return w, err
		}
		newest, err := t.newestEvent()
		if err != nil {
			return w, err
		}
		events, err := toJSON(append([]models.WebhookType{}, w.Events...))
		if err != nil {
			return w, err
		}
		added := models.Webhook{ID: NewID(site), Site: site, URL: w.URL, Events: append([]models.WebhookType{}, w.Events...), CreatedAt: t.Now, CreatedBy: by.String()}
		if _, err := t.InsertRow("webhooks", "",
			"site", site,
			"id", added.ID,
			"url", w.URL,
			"events", events,
			"secret", secret,
			"old_secret", "",
			"old_until", 0,
			"position", newest,
			"created_at", micros(t.Now),
			"created_by", added.CreatedBy,
			"disabled_at", 0,
			"disabled_for", "",
			"failing_since", 0,
			"delivered_at", 0,
			"lease_by", "",
			"lease_until", 0,
		); err != nil {
			return w, err
		}
		return added, t.audit(by, site, "webhook.add", added.ID, nil, auditWebhook(added))
	})
	return added, secret, err
}

// auditWebhook is what the audit trail stores of a webhook: not its secrets.
func auditWebhook(w models.Webhook) map[string]any {
	return map[string]any{"url": w.URL, "events": w.Events, "disabled": w.DisabledAt != nil}
}

// UpdateWebhook changes where a webhook leads to, its types, and whether it is in use. One that
// is disabled collects nothing, and what waited becomes dead letters; enabled again, it is sent
// what happens from then on.
func (db *DB) UpdateWebhook(ctx context.Context, by models.Caller, site, id string, change func(w *models.Webhook, enabled *bool) error) (models.Webhook, error) {
	if err := db.numberEvents(ctx, 0); err != nil {
		return models.Webhook{}, err
	}
	return update(ctx, db, func(t *tx) (models.Webhook, error) {
		old, err := t.webhook(site, id, t.ForUpdate())
		if err != nil {
			return old.Webhook, err
		}
		w, enabled := old.Webhook, old.DisabledAt == nil
		if err := change(&w, &enabled); err != nil {
			return w, err
		}
		if err := w.Validate(); err != nil {
			return w, err
		}
		events, err := toJSON(append([]models.WebhookType{}, w.Events...))
		if err != nil {
			return w, err
		}
		if _, err := t.Exec(`UPDATE webhooks SET url = $1, events = $2 WHERE site = $3 AND id = $4`, w.URL, events, site, id); err != nil {
			return w, err
		}
		switch {
		case enabled && old.DisabledAt != nil:
			w.DisabledAt, w.DisabledFor, w.FailingSince = nil, "", nil
			err = t.enableWebhook(site, id)
		case !enabled && old.DisabledAt == nil:
			now := t.Now
			w.DisabledAt, w.DisabledFor = &now, ""
			err = t.disableWebhook(site, id, "")
		}
		if err != nil {
			return w, err
		}
		return w, t.audit(by, site, "webhook.update", id, auditWebhook(old.Webhook), auditWebhook(w))
	})
}

func (t *tx) enableWebhook(site, id string) error {
	newest, err := t.newestEvent()
	if err != nil {
		return err
	}
	_, err = t.Exec(`UPDATE webhooks SET disabled_at = 0, disabled_for = '', failing_since = 0, position = $1 WHERE site = $2 AND id = $3`, newest, site, id)
	return err
}

// disabledError is the error of a dead letter that was not tried to the end.
const disabledError = "the webhook was disabled"

func (t *tx) disableWebhook(site, id, why string) error {
	if _, err := t.Exec(`UPDATE webhooks SET disabled_at = $1, disabled_for = $2, lease_by = '', lease_until = 0 WHERE site = $3 AND id = $4`, micros(t.Now), why, site, id); err != nil {
		return err
	}
	_, err := t.Exec(`UPDATE webhook_deliveries SET dead_at = $1, last_error = CASE WHEN last_error = '' THEN $2 ELSE last_error END
		WHERE site = $3 AND webhook = $4 AND dead_at = 0`, micros(t.Now), disabledError, site, id)
	return err
}

// RemoveWebhook removes a webhook with its dead letters.
func (db *DB) RemoveWebhook(ctx context.Context, by models.Caller, site, id string) error {
	return apply(ctx, db, func(t *tx) error {
		w, err := t.webhook(site, id, t.ForUpdate())
		if err != nil {
			return err
		}
		for _, statement := range []string{`DELETE FROM webhook_deliveries WHERE site = $1 AND webhook = $2`, `DELETE FROM webhooks WHERE site = $1 AND id = $2`} {
			if _, err := t.Exec(statement, site, id); err != nil {
				return err
			}
		}
		return t.audit(by, site, "webhook.remove", id, auditWebhook(w.Webhook), nil)
	})
}

// RotateWebhookSecret gives a webhook another secret and returns it. The old one signs too for
// models.WebhookSecretOverlap; one from before that does not any more.
func (db *DB) RotateWebhookSecret(ctx context.Context, by models.Caller, site, id string) (rotated models.Webhook, secret string, err error) {
	secret = newWebhookSecret()
	rotated, err = update(ctx, db, func(t *tx) (models.Webhook, error) {
		w, err := t.webhook(site, id, t.ForUpdate())
		if err != nil {
			return w.Webhook, err
		}
		until := t.Now.Add(models.WebhookSecretOverlap)
		if _, err := t.Exec(`UPDATE webhooks SET old_secret = secret, old_until = $1, secret = $2 WHERE site = $3 AND id = $4`, micros(until), secret, site, id); err != nil {
			return w.Webhook, err
		}
		w.OldSecretUntil = &until
		return w.Webhook, t.audit(by, site, "webhook.rotate", id, nil, map[string]any{"old_secret_until": until})
	})
	if err != nil {
		return rotated, "", err
	}
	return rotated, secret, nil
}

// FailedDeliveries returns what a webhook could not be sent so far, and its dead letters, the
// newest event first, and the cursor of the next page.
func (db *DB) FailedDeliveries(ctx context.Context, site, id string, limit int, cursor string) (page []models.WebhookDelivery, next string, err error) {
	before := int64(1<<63 - 1)
	if cursor != "" {
		if before = models.WebhookEventOf(cursor); before == 0 {
			return nil, "", sqldb.ErrCursor()
		}
	}
	limit = sqldb.PageSize(limit)
	page, err = read(ctx, db, func(t *tx) ([]models.WebhookDelivery, error) {
		if _, err := t.webhook(site, id, ""); err != nil {
			return nil, err
		}
		return sqldb.List(t, func(scan sqldb.Scanner) (d models.WebhookDelivery, err error) {
			var next, dead int64
			e, err := readEvent(func(into ...any) error { return scan(append(into, &d.Attempts, &next, &dead, &d.Status, &d.Error)...) })
			d.ID, d.Type, d.Subject, d.At = models.WebhookMessageID(e.Seq), e.WebhookType(), e.Subject, e.At
			if d.DeadAt = someTime(dead); d.DeadAt == nil {
				d.NextAt = someTime(next)
			}
			return d, err
		}, `SELECT `+eventColumns+`, attempts, next_at, dead_at, last_status, last_error FROM webhook_deliveries
			WHERE site = $1 AND webhook = $2 AND last_error <> '' AND seq < $3 ORDER BY seq DESC LIMIT $4`, site, id, before, limit+1)
	})
	if len(page) > limit {
		page = page[:limit]
		next = page[limit-1].ID
	}
	return page, next, err
}

// maxReplay is how many dead letters one call replays.
const maxReplay = 1000

// ReplayDeadLetters has a dead letter sent again, by the id of its message; without one, the
// oldest ones. It returns how many.
func (db *DB) ReplayDeadLetters(ctx context.Context, by models.Caller, site, id, message string) (int64, error) {
	return update(ctx, db, func(t *tx) (int64, error) {
		w, err := t.webhook(site, id, t.ForUpdate())
		if err == nil && w.DisabledAt != nil {
			err = models.Errorf(models.KindConflict, "the webhook is disabled: enable it first")
		}
		if err != nil {
			return 0, err
		}
		which, last := `SELECT seq FROM webhook_deliveries WHERE site = $3 AND webhook = $4 AND last_error <> '' AND dead_at > 0 ORDER BY seq LIMIT $5`, any(maxReplay)
		if message != "" {
			which, last = `$5`, models.WebhookEventOf(message)
		}
		n, err := t.Exec(`UPDATE webhook_deliveries SET dead_at = 0, attempts = 0, next_at = $1, expires_at = $2
			WHERE site = $3 AND webhook = $4 AND dead_at > 0 AND seq IN (`+which+`)`, micros(t.Now), micros(t.Now.Add(models.WebhookExpiry)), site, id, last)
		if err == nil && n == 0 && message != "" {
			err = models.Errorf(models.KindNotFound, "there is no such dead letter")
		}
		if err != nil || n == 0 {
			return n, err
		}
		return n, t.audit(by, site, "webhook.replay", id, nil, map[string]any{"message": message, "count": n})
	})
}

func (w WebhookTarget) String() string { return fmt.Sprintf("webhook %s of %s", w.ID, w.Site) }
