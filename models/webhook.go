package models

import (
	"net/url"
	"slices"
	"strconv"
	"time"
)

// WebhookType is the type of a message that webhooks are sent.
type WebhookType string

const (
	WebhookReceived WebhookType = "comment.received"
	WebhookDecided  WebhookType = "comment.decided"
	WebhookUndone   WebhookType = "comment.undone"
	WebhookReported WebhookType = "comment.reported"
	WebhookAppealed WebhookType = "comment.appealed"
	WebhookChanged  WebhookType = "comment.changed" // any other change, by its cause
	WebhookArticle  WebhookType = "article.changed"
	WebhookBurst    WebhookType = "article.burst"
	WebhookAuthor   WebhookType = "author.changed"
	WebhookPromoted WebhookType = "model.promoted"
	WebhookRefused  WebhookType = "model.refused"
	WebhookDrift    WebhookType = "model.drift"
	// WebhookTest is sent when somebody tests a webhook, whatever its types are.
	WebhookTest WebhookType = "webhook.test"
)

// WebhookTypes are all types that a webhook may ask for.
var WebhookTypes = []WebhookType{
	WebhookReceived, WebhookDecided, WebhookUndone, WebhookReported, WebhookAppealed, WebhookChanged,
	WebhookArticle, WebhookBurst, WebhookAuthor, WebhookPromoted, WebhookRefused, WebhookDrift,
}

// WebhookType returns the type of the message that tells webhooks of an event; "" when they
// are not told.
func (e Event) WebhookType() WebhookType {
	switch e.Kind {
	case CommentCreated:
		return WebhookReceived
	case CommentChanged:
		switch e.Cause {
		case CauseDecided:
			return WebhookDecided
		case CauseUndone:
			return WebhookUndone
		case CauseReported:
			return WebhookReported
		case CauseAppealed:
			return WebhookAppealed
		}
		return WebhookChanged
	case ArticleChanged:
		if e.Cause == CauseBurst {
			return WebhookBurst
		}
		return WebhookArticle
	case AuthorChanged:
		return WebhookAuthor
	case ModelPromoted:
		return WebhookPromoted
	case ModelRefused:
		return WebhookRefused
	case Drift:
		return WebhookDrift
	}
	return ""
}

const (
	// MaxWebhooks is how many webhooks a site may have.
	MaxWebhooks = 10
	// WebhookSecretOverlap is how long the old secret signs too after a rotation.
	WebhookSecretOverlap = 24 * time.Hour
	// WebhookExpiry is how long a message is tried before it becomes a dead letter.
	WebhookExpiry = 3 * 24 * time.Hour
	// WebhookPatience is how long a webhook may fail without any success before it is
	// disabled.
	WebhookPatience = 5 * 24 * time.Hour
	// DeadLetterTTL is how long dead letters can be replayed.
	DeadLetterTTL = 30 * 24 * time.Hour
)

// Why a webhook was disabled by the server.
const (
	WebhookGone    = "gone"    // the receiver replied with 410
	WebhookFailing = "failing" // nothing could be delivered for WebhookPatience
)

// Webhook is where the events of a site are sent to, without its secrets.
type Webhook struct {
	ID             string        `json:"id"`
	Site           string        `json:"site"`
	URL            string        `json:"url"`
	Events         []WebhookType `json:"events"` // empty: all
	CreatedAt      time.Time     `json:"created_at"`
	CreatedBy      string        `json:"created_by,omitempty"`
	OldSecretUntil *time.Time    `json:"old_secret_until,omitempty"` // until when the secret before the last rotation signs too
	DisabledAt     *time.Time    `json:"disabled_at,omitempty"`
	DisabledFor    string        `json:"disabled_for,omitempty"`  // WebhookGone or WebhookFailing; empty: a person did it
	FailingSince   *time.Time    `json:"failing_since,omitempty"` // of the first failure after the last success
	DeliveredAt    *time.Time    `json:"delivered_at,omitempty"`  // of the last success
	Waiting        int           `json:"waiting"`                 // messages that are to be sent; at most MaxWebhookCount are counted
	Dead           int           `json:"dead"`                    // dead letters, counted likewise
}

// MaxWebhookCount is how far the messages of a webhook are counted.
const MaxWebhookCount = 1000

// Wants reports whether the webhook is to be sent messages of a type.
func (w Webhook) Wants(t WebhookType) bool {
	return t != "" && (len(w.Events) == 0 || slices.Contains(w.Events, t))
}

// Validate checks a webhook before it is stored. What its name leads to is checked when it is
// connected to.
func (w Webhook) Validate() error {
	var bad Invalid
	bad.checkLength("url", w.URL, 1, MaxURL)
	u, err := url.Parse(w.URL)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http":
		bad.Add("url", "must be an address that begins with https://")
	case u.User != nil || u.Fragment != "":
		bad.Add("url", "must have no user name, password or fragment")
	}
	for i, t := range w.Events {
		switch {
		case !slices.Contains(WebhookTypes, t):
			bad.Add("events", "%q is not a type of event", t)
		case slices.Contains(w.Events[:i], t):
			bad.Add("events", "has %q twice", t)
		}
	}
	return bad.Err()
}

// WebhookDelivery is an event that a webhook could not be sent so far, or at all.
type WebhookDelivery struct {
	ID       string      `json:"id"` // of the message, the same at each try: see WebhookMessageID
	Type     WebhookType `json:"type"`
	Subject  string      `json:"subject,omitempty"` // id of the comment, the article, or what else the event is about
	At       time.Time   `json:"at"`                // of the event
	Attempts int         `json:"attempts"`
	Status   int         `json:"status,omitempty"` // of the last reply
	Error    string      `json:"error"`
	NextAt   *time.Time  `json:"next_at,omitempty"` // of the next try
	DeadAt   *time.Time  `json:"dead_at,omitempty"` // since when it is a dead letter
}

const webhookMessagePrefix = "evt_"

// WebhookMessageID is the id of the message of an event: the same for every webhook, and at
// every try.
func WebhookMessageID(seq int64) string { return webhookMessagePrefix + strconv.FormatInt(seq, 10) }

// WebhookEventOf returns the number of the event of a message id, 0 when it is none.
func WebhookEventOf(id string) int64 {
	if len(id) <= len(webhookMessagePrefix) || id[:len(webhookMessagePrefix)] != webhookMessagePrefix {
		return 0
	}
	seq, err := strconv.ParseInt(id[len(webhookMessagePrefix):], 10, 64)
	if err != nil || seq < 1 {
		return 0
	}
	return seq
}
