package models

import "time"

// ShadowRun is a candidate that runs beside the live model on the comments that
// arrive, without deciding any; the current one, or the last one of a model. "Now" is
// the live model, "then" the candidate.
type ShadowRun struct {
	Version string     `json:"-"` // of the candidate
	Live    string     `json:"live"`
	By      string     `json:"by"` // who started it; "winnow": the server, as it is set up to
	Since   time.Time  `json:"since"`
	Until   *time.Time `json:"until,omitempty"` // nil: it runs
	Promote bool       `json:"promote"`         // the candidate goes live by itself when nothing speaks against it

	ShadowCounts

	// What people said of the last MaxShadowDifferences differences.
	LookedAt       int    `json:"looked_at"`
	CandidateRight int    `json:"candidate_right"`
	LiveRight      int    `json:"live_right"`
	Outcome        string `json:"outcome,omitempty"` // why it ended
}

// ShadowCounts count the comments of a shadow by what the models did with them.
type ShadowCounts struct {
	Comments     int `json:"comments"`
	HeldNow      int `json:"held_now"`
	HeldThen     int `json:"held_then"`
	RejectedNow  int `json:"rejected_now"`
	RejectedThen int `json:"rejected_then"`
	Differences  int `json:"differences"` // comments with another action
}

// MaxShadowDifferences is how many of the comments that differ a shadow keeps.
const MaxShadowDifferences = 1000

// Add counts one comment.
func (c *ShadowCounts) Add(now, then Action) {
	c.Comments++
	countAction(now, &c.HeldNow, &c.RejectedNow)
	countAction(then, &c.HeldThen, &c.RejectedThen)
	if now != then {
		c.Differences++
	}
}

// Plus returns the sum of the counts.
func (c ShadowCounts) Plus(other ShadowCounts) ShadowCounts {
	return ShadowCounts{
		c.Comments + other.Comments, c.HeldNow + other.HeldNow, c.HeldThen + other.HeldThen,
		c.RejectedNow + other.RejectedNow, c.RejectedThen + other.RejectedThen, c.Differences + other.Differences,
	}
}

// Minus returns the counts without others that are part of them.
func (c ShadowCounts) Minus(part ShadowCounts) ShadowCounts {
	return ShadowCounts{
		c.Comments - part.Comments, c.HeldNow - part.HeldNow, c.HeldThen - part.HeldThen,
		c.RejectedNow - part.RejectedNow, c.RejectedThen - part.RejectedThen, c.Differences - part.Differences,
	}
}

func countAction(a Action, held, rejected *int) {
	switch a {
	case Hold:
		*held++
	case Reject:
		*rejected++
	}
}

// ShadowDifference is a comment that two models treat differently.
type ShadowDifference struct {
	Site      string
	Comment   string // id
	Now, Then Action
}

// CandidateIsRight reports whether what a person said of the comment is nearer to
// what the candidate did than to what the live model did: of two actions the
// milder one is right when the person approved it, and the stricter one otherwise.
func (d ShadowDifference) CandidateIsRight(said Action) bool {
	return (severity(d.Then) > severity(d.Now)) == (said == Reject)
}

func severity(a Action) int {
	switch a {
	case Hold:
		return 1
	case Reject:
		return 2
	}
	return 0
}
