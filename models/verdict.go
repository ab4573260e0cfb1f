package models

import "strings"

// Action is what a verdict demands and what a decision does.
type Action string

const (
	Approve Action = "approve"
	Hold    Action = "hold" // verdicts only: leave it pending until a moderator decides
	Reject  Action = "reject"
	// Escalate leaves a comment to an editor. It does not decide the comment, but
	// is listed in its history like a decision and can be undone.
	Escalate Action = "escalate"
)

// Verdict is the result of the classifier and the rules for a comment.
type Verdict struct {
	Spam  *float64 `json:"spam,omitempty"`  // probability; nil: the model has no head for it
	Abuse *float64 `json:"abuse,omitempty"` // the same
	// Address is the part of Abuse that patterns of insults and threats show by
	// themselves; nil when the text has none. It is not stored.
	Address *float64 `json:"-"`
	Action  Action   `json:"action"`
	// Reason is why the action is not approve, or why the comment was held
	// although it is, such as ReasonBurst.
	Reason Reason `json:"reason,omitempty"`
	// Signals are sorted by what a signal demands, then by Signal.Rank, then by the
	// strength of their weights.
	Signals []Signal `json:"signals"`
	Model   string   `json:"model"` // version that computed it
	// Thresholds that applied to this comment, for the explanation in the console.
	HoldAt   float64 `json:"hold_at"`
	RejectAt float64 `json:"reject_at,omitempty"` // 0: no rejection by probability
}

// Signal is one cause of a verdict. Weight is its share of the log odds of spam
// (natural logarithm): positive for spam, negative against.
type Signal struct {
	Name   string  `json:"name"` // stable, such as "word:casino" or "shape:links"
	Weight float64 `json:"weight"`
	// Detail is what the name alone does not say, such as which word of a list a
	// rule found.
	Detail string `json:"detail,omitempty"`
	// Action is what a rule demands whatever the probability: Hold and Reject are
	// the least that happens; Approve overrides a hold by the model alone.
	Action Action `json:"action,omitempty"`
	// At are the spans of the original text, as [start, end) in Unicode code
	// points; absent for signals of the whole text.
	Spans [][2]int `json:"at,omitempty"`
}

// Names of signals that stand for no single thing.
const (
	PriorSignal = "prior" // the log odds of a text of which nothing is known
	RestPrefix  = "rest:" // what begins the names of sums of weak signals, such as "rest:word"
)

// Rank is 0 for what tells a person most, a single rule or feature; 1 for a sum of
// features; 2 for the prior.
func (s Signal) Rank() int {
	switch {
	case s.Name == PriorSignal:
		return 2
	case s.Name == "rest", strings.HasPrefix(s.Name, RestPrefix): // "rest" alone: of an earlier release
		return 1
	}
	return 0
}

// Probability returns the highest probability of the verdict, 0 to 1, by which
// the queue sorts risk.
func (v Verdict) Probability() float64 {
	p := 0.0
	if v.Spam != nil {
		p = *v.Spam
	}
	if v.Abuse != nil {
		p = max(p, *v.Abuse)
	}
	return p
}
