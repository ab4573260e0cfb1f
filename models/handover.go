package models

import "time"

// Handover is a note that a moderator of a site leaves to the next one.
type Handover struct {
	ID        string           `json:"id"`
	Site      string           `json:"site"`
	Text      string           `json:"text"`
	By        string           `json:"by"`
	At        time.Time        `json:"at"`
	Answers   []HandoverAnswer `json:"answers"` // oldest first
	RemovedBy string           `json:"removed_by,omitempty"`
	RemovedAt time.Time        `json:"removed_at,omitzero"` // zero: everybody still sees it
}

// HandoverAnswer is what somebody says to a note.
type HandoverAnswer struct {
	Text string    `json:"text"`
	By   string    `json:"by"`
	At   time.Time `json:"at"`
}

const (
	maxHandover = 2000 // characters
	// MaxHandovers is how many open notes a site may have.
	MaxHandovers = 30
	// MaxAnswers is how many answers a note may have.
	MaxAnswers = 50
)

// CheckHandover checks the text of a note, or of an answer to one.
func CheckHandover(text string) error {
	var bad Invalid
	bad.checkLength("text", text, 1, maxHandover)
	return bad.Err()
}
