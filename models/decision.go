package models

import "time"

// Decision is what a moderator did to a comment. It can be undone, but the record
// of it stays.
type Decision struct {
	ID        string     `json:"id"`
	Batch     string     `json:"batch,omitempty"` // set when made together with others
	CommentID string     `json:"comment_id"`
	Site      string     `json:"site"`
	Moderator string     `json:"moderator"`
	Action    Action     `json:"action"` // Approve, Reject or Escalate
	Reason    Reason     `json:"reason,omitempty"`
	Detail    string     `json:"detail,omitempty"`  // id of one of the site's own reasons
	Note      string     `json:"note,omitempty"`    // for the newsroom only
	Message   string     `json:"message,omitempty"` // for the reader
	Label     Class      `json:"label,omitempty"`   // for training, unless undone; empty: none
	CreatedAt time.Time  `json:"created_at"`
	UndoneAt  *time.Time `json:"undone_at,omitempty"`
	UndoneBy  string     `json:"undone_by,omitempty"`
}

// DecisionRequest is a decision that a moderator wants to make.
type DecisionRequest struct {
	Action  Action
	Reason  Reason
	Detail  string // id of one of the site's own reasons; its Under is the default of Reason
	Note    string
	Message string // default: the message of Detail
	Version int64  // of the comment that the moderator saw; 0: any
	// KeepFresh makes it a conflict when another moderator has decided in the last minutes and
	// there is no version, because the decision may have been made without knowing of that.
	KeepFresh bool
	// Versions are the same for several comments, by their ids.
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
	case d.Action == Reject && d.Reason != "" && !d.Reason.IsModeratorReason():
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

// Label returns the class that the decision gives to the comment's text, or ""
// when it does not depend on the text: "off topic" does not train the model.
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
	Message   string     `json:"message,omitempty"`    // from the moderator
	DecidedAt *time.Time `json:"decided_at,omitempty"` // nil: no moderator has decided
}

// ForReader returns what a reader learns of it: of what the machine did, no more than from the
// reply to the comment, so that nobody can try texts against the filter.
func (o Outcome) ForReader() Outcome {
	if o.DecidedAt == nil && o.Reason != ReasonWithdrawn {
		if o.Reason = ""; o.Status == Rejected {
			o.Status = Pending
		}
	}
	return o
}
