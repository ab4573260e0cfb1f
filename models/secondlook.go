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

// DefaultTrainingSample is the training sample of a site that sets none, in
// comments: enough labels of both classes for a first model of its own.
const DefaultTrainingSample = 200

const maxTrainingSample = 10_000

// SecondLook is a comment to be decided once more, blind: neither its status nor
// who decided it is shown.
type SecondLook struct {
	ID          string        `json:"id"`
	Site        string        `json:"site"`
	Article     Article       `json:"article"`
	Comment     BlindComment  `json:"comment"`
	Parent      *BlindComment `json:"parent,omitempty"` // the comment that it answers
	LeaseUntil  time.Time     `json:"lease_until"`
	SecondsLeft int           `json:"seconds_left"` // of the lease
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

// SecondLookState is how many second looks a moderator may decide, whoever has
// claimed them, and how far the training samples are.
type SecondLookState struct {
	Open  int                   `json:"open"` // of all sites that the caller sees
	Sites []SiteSecondLookState `json:"sites"`
}

// SiteSecondLookState is the same of one site.
type SiteSecondLookState struct {
	Site           string                `json:"site"`
	Open           int                   `json:"open"`
	TrainingSample *TrainingSampleStatus `json:"training_sample,omitempty"` // nil: the site has none
}

// TrainingSampleStatus counts comments of a training sample. Looked <= Arrived <=
// Total, until Total comments have arrived and somebody has looked at each.
type TrainingSampleStatus struct {
	Looked  int `json:"looked"`  // by a moderator; also those whose content was removed
	Arrived int `json:"arrived"` // so far
	Total   int `json:"total"`
}
