package models

import "time"

// Decision is what a moderator said of a comment. It can be undone; the record
// of it cannot.
type Decision struct {
	ID        string     `json:"id"`
	Batch     string     `json:"batch,omitempty"` // set when decided together with others
	CommentID string     `json:"comment_id"`
	Site      string     `json:"site"`
	Moderator string     `json:"moderator"`
	Action    Action     `json:"action"` // Approve, Reject or Escalate
	Reason    Reason     `json:"reason,omitempty"`
	Detail    string     `json:"detail,omitempty"`  // id of one of the site's own reasons
	Note      string     `json:"note,omitempty"`    // for the newsroom
	Message   string     `json:"message,omitempty"` // for the reader
	Label     Class      `json:"label,omitempty"`   // what the filter learns from it, as long as it stands
	CreatedAt time.Time  `json:"created_at"`
	UndoneAt  *time.Time `json:"undone_at,omitempty"`
	UndoneBy  string     `json:"undone_by,omitempty"`
}

// DecisionRequest is what a moderator asks for.
type DecisionRequest struct {
	Action  Action
	Reason  Reason
	Detail  string // one of the site's own reasons; its Under stands for an empty Reason
	Note    string
	Message string // empty: that of Detail
	Version int64  // of the comment the moderator saw; 0: whatever it is now
	// Versions are likewise those of several comments, by their ids.
	Versions map[string]int64
}

// Validate checks the action and its reason.
func (d DecisionRequest) Validate() error {
	var bad Invalid
	switch {
	case d.Action != Approve && d.Action != Reject:
		bad.Add("action", "must be approve or reject")
	case d.Action == Approve && d.Reason != "":
		bad.Add("reason", "goes with reject only")
	case d.Action == Approve && d.Detail != "":
		bad.Add("detail", "goes with reject only")
	case d.Action == Reject && d.Reason != "" && !d.Reason.Decidable():
		bad.Add("reason", "must be spam, abuse, off_topic, illegal or other")
	}
	for field, text := range map[string]string{"note": d.Note, "message": d.Message} {
		if len(text) > 2_000 {
			bad.Add(field, "must have at most 2000 bytes")
		}
	}
	if d.Version < 0 {
		bad.Add("version", "must not be negative")
	}
	for _, version := range d.Versions {
		if version < 1 {
			bad.Add("versions", "must be positive")
			break
		}
	}
	return bad.Err()
}

// Label returns the label that the decision gives its comment's text, or ""
// when it says nothing of the text: "off topic" never trains the filter.
func (d DecisionRequest) Label() Class {
	switch {
	case d.Action == Approve:
		return Ham
	case d.Action == Reject && d.Reason == ReasonSpam:
		return Spam
	case d.Action == Reject && d.Reason == ReasonAbuse:
		return Abuse
	}
	return ""
}

// Claim is a lease: until then nobody else is dealt the comment.
type Claim struct {
	By         string    `json:"by"`
	LeaseUntil time.Time `json:"lease_until"`
}

// QueueItem is one comment as a moderator meets it.
type QueueItem struct {
	Comment Comment `json:"comment"`
	Verdict Verdict `json:"verdict"`
	Context Context `json:"context"`
	Version int64   `json:"version"` // of the comment, to send back with the decision
	Claim   *Claim  `json:"claim,omitempty"`
	// Campaign is the group of near-copies that the comment belongs to, as far
	// as it is known by now; nil when there are none.
	Campaign *Campaign `json:"campaign,omitempty"`
	// Skipped: whoever asks has passed it over, and is not dealt it for a while.
	Skipped bool `json:"skipped,omitempty"`
}

// Context is what surrounds a comment in the queue.
type Context struct {
	Parent *Comment    `json:"parent,omitempty"`
	Author KnownAuthor `json:"author"`
}

// Record counts what became of an author's comments on one site.
type Record struct {
	Approved int `json:"approved"`
	Rejected int `json:"rejected"`
	Pending  int `json:"pending"`
}

// Sort is an order of the queue.
type Sort string

const (
	SortRisk   Sort = "risk" // most alarming first
	SortOldest Sort = "oldest"
	SortNewest Sort = "newest"
	// SortUncertain has those first whose risk is nearest to a coin toss.
	SortUncertain Sort = "uncertain"
)

// QueueFilter narrows the queue. Empty fields do not narrow.
type QueueFilter struct {
	Site     string
	Sort     Sort // SortRisk when empty
	Section  string
	Reason   Reason
	Signal   string    // a signal's name, or its beginning
	Lang     string    // ISO 639-1
	Since    time.Time // of arrival
	Until    time.Time // not itself
	Query    string    // part of the body or of the author's name, without case
	Article  string
	Author   string // author's id, or name
	Campaign string // a campaign's id
	// Grouped: of each campaign, the earliest comment of those that the other
	// fields let through stands for all.
	Grouped bool
	Cursor  string
	Limit   int
}

// QueuePage is one page of the queue. Total counts the items that the filter
// lets through. A filter that asks for more than a site may let through more
// than are counted: then More is true.
type QueuePage struct {
	Items []QueueItem `json:"items"`
	Next  string      `json:"next,omitempty"`
	Total int         `json:"total"`
	More  bool        `json:"more,omitempty"` // than Total
}
