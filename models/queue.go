package models

import (
	"time"
	"unicode/utf8"
)

// Lease is a claim that its holder has renewed.
type Lease struct {
	ID         string    `json:"id"` // of the comment
	LeaseUntil time.Time `json:"lease_until"`
}

// Lost is a comment that a moderator does not hold any more.
type Lost struct {
	ID     string `json:"id"`
	Status Status `json:"status,omitempty"` // empty: there is no such comment
	Claim  *Claim `json:"claim,omitempty"`  // of another
}

// Preview says what a decision on all that a filter lets through would be
// about. Count is that of the comments one batch would decide.
type Preview struct {
	Count    int         `json:"count"`
	More     bool        `json:"more,omitempty"`    // than one batch takes
	Claimed  int         `json:"claimed,omitempty"` // by others: they would be left alone
	Authors  int         `json:"authors"`
	Articles int         `json:"articles"`
	FirstAt  *time.Time  `json:"first_at,omitempty"`
	LastAt   *time.Time  `json:"last_at,omitempty"`
	Sample   []QueueItem `json:"sample"` // the first of them
	// Token stands for exactly these comments in these versions.
	Token string `json:"token"`
}

// MaxBatch is how many comments one batch takes from a filter.
const MaxBatch = 5_000

// Expected is what the one who decides saw in a preview. An empty Token stands
// for any comments, as long as there are so many.
type Expected struct {
	Count int
	Token string
}

// Outcome is what became of a comment, as its author may know it.
type Outcome struct {
	ID        string     `json:"id"`
	Status    Status     `json:"status"`
	Reason    Reason     `json:"reason,omitempty"`
	Message   string     `json:"message,omitempty"`    // of the moderator
	DecidedAt *time.Time `json:"decided_at,omitempty"` // nil: by the machine alone
}

// Revision is an earlier text of a comment.
type Revision struct {
	Version    int64     `json:"version"` // of the comment when it had this text
	Body       string    `json:"body"`
	ReplacedAt time.Time `json:"replaced_at"`
}

// SiteReason is one of a newsroom's own reasons to reject a comment.
type SiteReason struct {
	ID      string `json:"id"`                // a slug, unique within the site
	Under   Reason `json:"under"`             // one of the five that everybody has
	Name    string `json:"name"`              // for moderators
	Message string `json:"message,omitempty"` // to the reader, unless the moderator writes another
}

const (
	maxSiteReasons = 50
	maxMessage     = 2_000 // bytes
)

func validateReasons(bad *Invalid, all []SiteReason) {
	if len(all) > maxSiteReasons {
		bad.Add("reasons", "must have at most %d entries, has %d", maxSiteReasons, len(all))
		return
	}
	seen := map[string]bool{}
	for _, r := range all {
		switch {
		case !ValidSlug(r.ID):
			bad.Add("reasons", "id %q must be 1 to 63 lower-case letters, digits or hyphens", r.ID)
		case seen[r.ID]:
			bad.Add("reasons", "have %s twice", r.ID)
		}
		seen[r.ID] = true
		if !r.Under.Decidable() {
			bad.Add("reasons", "%s must be under spam, abuse, off_topic, illegal or other", r.ID)
		}
		if n := utf8.RuneCountInString(r.Name); Blank(r.Name) || n > MaxName {
			bad.Add("reasons", "%s must have a name of 1 to %d characters", r.ID, MaxName)
		}
		if len(r.Message) > maxMessage {
			bad.Add("reasons", "the message of %s must have at most %d bytes", r.ID, maxMessage)
		}
	}
}
