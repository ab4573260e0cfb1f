package models

// Action is what a verdict asks for and what a decision does.
type Action string

const (
	Approve Action = "approve"
	Hold    Action = "hold" // verdicts only: a moderator decides
	Reject  Action = "reject"
	// Escalate leaves a comment to an editor. It is no decision on the comment,
	// but shows in its history like one and can be undone.
	Escalate Action = "escalate"
)

// Verdict is what the classifier and the rules said of a comment.
type Verdict struct {
	Spam   *float64 `json:"spam,omitempty"`  // probability; nil when the model was not trained for it
	Abuse  *float64 `json:"abuse,omitempty"` // likewise
	Action Action   `json:"action"`
	// Reason is why the action is not approve, or what made the comment wait all
	// the same, such as ReasonSurge.
	Reason  Reason   `json:"reason,omitempty"`
	Signals []Signal `json:"signals"` // strongest first
	Model   string   `json:"model"`   // version that scored
	// Thresholds in force for this comment, so that the console can explain.
	Hold   float64 `json:"hold_at"`
	Reject float64 `json:"reject_at,omitempty"` // 0: this model does not reject here
}

// Signal is one reason behind a verdict. Weight is its share of the log odds
// of spam (natural logarithm): above 0 it speaks for spam, below 0 against.
type Signal struct {
	Name   string  `json:"name"` // stable, such as "word:casino" or "shape:links"
	Weight float64 `json:"weight"`
	// Detail is what the signal is about where its name does not say, such as
	// the word of a list that a rule found.
	Detail string `json:"detail,omitempty"`
	// Action is what a rule asks for whatever the probability: Hold and Reject
	// are the least that happens, Approve lifts a hold of the model alone.
	Action Action `json:"action,omitempty"`
	// At are the places in the original text, as [start, end) in Unicode code
	// points; absent for signals that belong to no place.
	At [][2]int `json:"at,omitempty"`
}

// Probability returns the most alarming probability of the verdict, 0 to 1:
// what the queue sorts risk by.
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
