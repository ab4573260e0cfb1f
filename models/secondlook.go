package models

import "time"

// SecondLookTarget says whose decision a second look checks.
type SecondLookTarget string

const (
	TargetDecision SecondLookTarget = "decision" // a moderator's
	TargetMachine  SecondLookTarget = "machine"  // the server's: approved or rejected on arrival
)

// DefaultSecondLook is the share of a site that sets none.
const DefaultSecondLook = 0.01

// SecondLook is a comment to be decided once more, blind: neither its status nor
// who decided it is shown.
type SecondLook struct {
	ID         string        `json:"id"`
	Site       string        `json:"site"`
	Article    Article       `json:"article"`
	Comment    BlindComment  `json:"comment"`
	Parent     *BlindComment `json:"parent,omitempty"` // the comment that it answers
	LeaseUntil time.Time     `json:"lease_until"`
}

// BlindComment is the part of a comment that a blind decision may show.
type BlindComment struct {
	Author    Author    `json:"author"`
	Body      string    `json:"body"`
	CreatedAt time.Time `json:"created_at"`
}

// SecondLookResult is the result of a second look. When it disagrees with the first
// decision, the comment is pending again.
type SecondLookResult struct {
	ID          string           `json:"id"` // of the second look
	Target      SecondLookTarget `json:"of"`
	FirstAction Action           `json:"first_action"`
	FirstReason Reason           `json:"first_reason,omitempty"`
	FirstBy     string           `json:"first_by,omitempty"` // absent: the server
	Agreed      bool             `json:"agreed"`
	Comment     Comment          `json:"comment"`
}
