package models

import "time"

// Bands is how many numbers a Sketch has. Two texts whose sketches have Alike
// of them in common, each in its place, count as near-copies.
const (
	Bands = 12
	Alike = 4
)

// Sketch is what is left of a text to find its near-copies by: the more two
// texts have in common, the more of these numbers are equal. Package
// classifier/campaign draws it.
type Sketch [Bands]uint64

// Campaign is a group of near-identical comments on one site.
type Campaign struct {
	ID       string    `json:"id"`                // of the first of its comments
	Count    int       `json:"count"`             // of comments, this one included
	Authors  int       `json:"authors"`           // different ones, as far as they were told apart
	Articles int       `json:"articles"`          // likewise
	First    time.Time `json:"first"`             // when the first comment came
	Pending  int       `json:"pending,omitempty"` // how many wait, where campaigns are asked for as one item
}
