package models

import "time"

// LookOf says whose word a second look checks.
type LookOf string

const (
	LookDecision LookOf = "decision" // a moderator's
	LookMachine  LookOf = "machine"  // approved or rejected as it came
)

// DefaultSecondLook is the share of a site that names none.
const DefaultSecondLook = 0.01

// SecondLook is a comment to be judged again, blind: neither what became of it
// nor who or what decided that is shown.
type SecondLook struct {
	ID         string    `json:"id"`
	Site       string    `json:"site"`
	Article    Article   `json:"article"`
	Comment    Remark    `json:"comment"`
	Parent     *Remark   `json:"parent,omitempty"` // what it answers
	LeaseUntil time.Time `json:"lease_until"`
}

// Remark is what somebody wrote, and nothing else of a comment.
type Remark struct {
	Author    Author    `json:"author"`
	Body      string    `json:"body"`
	CreatedAt time.Time `json:"created_at"`
}

// SecondOpinion is what came of a second look. The comment waits for a decision
// again when the two do not agree.
type SecondOpinion struct {
	ID          string  `json:"id"` // of the second look
	Of          LookOf  `json:"of"`
	FirstAction Action  `json:"first_action"`
	FirstReason Reason  `json:"first_reason,omitempty"`
	FirstBy     string  `json:"first_by,omitempty"` // absent: the machine
	Agreed      bool    `json:"agreed"`
	Comment     Comment `json:"comment"`
}
