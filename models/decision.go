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
	Action    Action     `json:"action"` // Approve or Reject
	Reason    Reason     `json:"reason,omitempty"`
	Note      string     `json:"note,omitempty"`
	CreatedAt time.Time  `json:"created_at"`
	UndoneAt  *time.Time `json:"undone_at,omitempty"`
	UndoneBy  string     `json:"undone_by,omitempty"`
}

// DecisionRequest is what a moderator asks for.
type DecisionRequest struct {
	Action  Action
	Reason  Reason
	Note    string
	Version int64 // of the comment the moderator saw; 0: whatever it is now
}

// Validate checks the action and its reason.
func (d DecisionRequest) Validate() error {
	var bad Invalid
	switch {
	case d.Action != Approve && d.Action != Reject:
		bad.Add("action", "must be approve or reject")
	case d.Action == Approve && d.Reason != "":
		bad.Add("reason", "goes with reject only")
	case d.Action == Reject && d.Reason != "" && !d.Reason.Decidable():
		bad.Add("reason", "must be spam, abuse, off_topic, illegal or other")
	}
	if len(d.Note) > 2_000 {
		bad.Add("note", "must have at most 2000 bytes")
	}
	if d.Version < 0 {
		bad.Add("version", "must not be negative")
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
)

// QueueFilter narrows the queue. Empty fields do not narrow.
type QueueFilter struct {
	Site     string
	Sort     Sort // SortRisk when empty
	Reason   Reason
	Query    string // part of the body or of the author's name, without case
	Article  string
	Author   string // author's id, or name
	Campaign string // a campaign's id
	Cursor   string
	Limit    int
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
