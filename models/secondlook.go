package models

import "time"

// LookOf says whose decision a second look checks.
type LookOf string

const (
	LookDecision LookOf = "decision" // a moderator's
	LookMachine  LookOf = "machine"  // the server's: approved or rejected on arrival
)

// DefaultSecondLook is the share of a site that sets none.
const DefaultSecondLook = 0.01

// SecondLook is a comment to be decided once more, blind: neither its status nor
// who decided it is shown.
type SecondLook struct {
	ID         string    `json:"id"`
	Site       string    `json:"site"`
	Article    Article   `json:"article"`
	Comment    Remark    `json:"comment"`
	Parent     *Remark   `json:"parent,omitempty"` // the comment that it answers
	LeaseUntil time.Time `json:"lease_until"`
}

// Remark is the part of a comment that a blind decision may show.
type Remark struct {
	Author    Author    `json:"author"`
	Body      string    `json:"body"`
	CreatedAt time.Time `json:"created_at"`
}

// SecondOpinion is the result of a second look. When it disagrees with the first
// decision, the comment is pending again.
type SecondOpinion struct {
	ID          string  `json:"id"` // of the second look
	Of          LookOf  `json:"of"`
	FirstAction Action  `json:"first_action"`
	FirstReason Reason  `json:"first_reason,omitempty"`
	FirstBy     string  `json:"first_by,omitempty"` // absent: the server
	Agreed      bool    `json:"agreed"`
	Comment     Comment `json:"comment"`
}
