package models

import (
	"encoding/json"
	"time"
)

// View is a filter of the queue that somebody has saved under a name.
type View struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Owner string `json:"owner"`
	// SharedWith is the site whose moderators all have the view; empty: it is its owner's
	// alone.
	SharedWith string          `json:"shared_with,omitempty"`
	Filter     json.RawMessage `json:"filter"` // as in a request to claim
	CreatedAt  time.Time       `json:"created_at"`
	// Waiting is how many comments the filter selects; nil: they were not counted.
	Waiting *int `json:"waiting,omitempty"`
	More    bool `json:"more,omitempty"` // than Waiting
}

// MaxViews is how many views one person may own, and how many a site may share.
const MaxViews = 30

// Validate checks a new view.
func (v View) Validate() error {
	var bad Invalid
	bad.checkLength("name", v.Name, 1, MaxName)
	return bad.Err()
}
