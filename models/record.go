package models

import (
	"encoding/json"
	"time"
)

// Audit is one row of the trail: who changed what, when and from where.
type Audit struct {
	Seq     int64           `json:"seq"` // from 1 on, without gaps
	ID      string          `json:"id"`
	At      time.Time       `json:"at"`
	Actor   string          `json:"actor"` // Caller.String
	Site    string          `json:"site,omitempty"`
	Action  string          `json:"action"`  // such as "comment.reject"
	Subject string          `json:"subject"` // id of what was changed
	Address string          `json:"address,omitempty"`
	Before  json.RawMessage `json:"before,omitempty"`
	After   json.RawMessage `json:"after,omitempty"`
	Hash    string          `json:"hash"` // over the row and the hash before it, hexadecimal
}

// AuditHead is the end of the audit trail: the number of rows and the hash of
// the last, in hexadecimal.
type AuditHead struct {
	Seq  int64  `json:"seq"`
	Hash string `json:"hash"`
}

// AuditFilter narrows the audit trail. Empty fields do not narrow.
type AuditFilter struct {
	Site    string
	Action  string // may end in *: all that begin so
	Actor   string
	Subject string
	Since   time.Time
	Until   time.Time // not itself
	Cursor  string
	Limit   int
}

// Event tells open consoles and other nodes that something changed.
type Event struct {
	ID      string    `json:"id"` // UUIDv7, so that ids sort by time
	Kind    EventKind `json:"kind"`
	Site    string    `json:"site,omitempty"`
	Subject string    `json:"subject"` // id of what changed
	Article string    `json:"article,omitempty"`
	Status  Status    `json:"status,omitempty"` // a comment's new status
	At      time.Time `json:"at"`
}

// EventKind says what an event is about.
type EventKind string

const (
	CommentCreated EventKind = "comment.created"
	CommentChanged EventKind = "comment.changed" // decided, undone, flagged
	CommentClaimed EventKind = "comment.claimed" // claimed or released
	ModelPromoted  EventKind = "model.promoted"
	ArticleChanged EventKind = "article.changed" // opened, closed, too many comments
	AuthorChanged  EventKind = "author.changed"  // what is said of one; the subject is Author.Key
)

// ModelInfo is what is known of a trained model without loading it.
type ModelInfo struct {
	Version    string          `json:"version"`
	Live       bool            `json:"live"`
	Origin     string          `json:"origin"` // "starter", "upload", "train", …
	By         string          `json:"by,omitempty"`
	Manifest   json.RawMessage `json:"manifest"` // written by package classifier: label sets, figures, thresholds
	Size       int64           `json:"size"`     // bytes of the model file
	CreatedAt  time.Time       `json:"created_at"`
	PromotedAt *time.Time      `json:"promoted_at,omitempty"` // last time it went live
}

// Rate is how often something may happen: Count times in Period, all at once
// if need be. A Count of 0 means no limit.
type Rate struct {
	Count  int
	Period time.Duration
}

// Limit is one thing to count: a rate and whom it is counted for. Name is the
// policy's name in the RateLimit fields, such as "address". Site keeps the
// counts of one site apart from those of another, and together on one node of
// a cluster: limits taken at once must have the same Site, which may be "".
type Limit struct {
	Site string
	Name string
	Key  string
	Rate Rate
}

// Allowance is what a limiter said of one request. When it is not allowed,
// nothing was counted.
type Allowance struct {
	Allowed    bool
	Policy     Limit         // the limit that is nearest to its end, or that refused
	Remaining  int           // of Policy
	RetryAfter time.Duration // until one more would be allowed; 0 when allowed
	Reset      time.Duration // until Policy is as if never used
}
