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

// Outcome is what became of a comment, as its author may know it.
type Outcome struct {
	ID        string     `json:"id"`
	Status    Status     `json:"status"`
	Reason    Reason     `json:"reason,omitempty"`
	Message   string     `json:"message,omitempty"`    // of the moderator
	DecidedAt *time.Time `json:"decided_at,omitempty"` // nil: by the machine alone
}
