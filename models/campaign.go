package models

import "time"

// SketchSize is how many numbers a Sketch has. Two texts are near-copies when at
// least MinSharedBands of them are equal, position by position.
const (
	SketchSize     = 12
	MinSharedBands = 4
)

// Sketch identifies near-copies of a text (MinHash with banding): the more two
// texts have in common, the more of these numbers are equal. Package
// classifier/campaign computes it.
type Sketch [SketchSize]uint64

// Campaign is a group of near-identical comments on one site.
type Campaign struct {
	ID       string    `json:"id"`                // of its first comment
	Count    int       `json:"count"`             // of comments, including this one
	Authors  int       `json:"authors"`           // different ones, counted up to a limit
	Articles int       `json:"articles"`          // counted the same
	First    time.Time `json:"first"`             // arrival of the first comment
	Pending  int       `json:"pending,omitempty"` // pending ones, in a queue that is grouped by campaign
}
