package models

import (
	"math"
	"time"
	"unicode/utf8"
)

// Author is who a comment says wrote it. A name alone is not an identity: ID
// is, when the site or a reader token vouches for it.
type Author struct {
	ID    string `json:"id,omitempty"`
	Name  string `json:"name"`
	Email string `json:"email,omitempty"`
	URL   string `json:"url,omitempty"`
}

// Key is whom the record of an author is kept for: the id when there is one,
// else the name. What is said of a name does not hold for authors with an id.
func (a Author) Key() string {
	if a.ID != "" {
		return "id:" + a.ID
	}
	return "name:" + a.Name
}

// Record counts what became of an author's comments on one site.
type Record struct {
	Approved int `json:"approved"`
	Rejected int `json:"rejected"`
	Pending  int `json:"pending"`
}

// Trust is the share of an author's decided comments that were approved, as if
// there were one more of each kind (Laplace's rule of succession): 0.5 for
// somebody unknown, to three decimals.
func (r Record) Trust() float64 {
	return math.Round(1000*float64(r.Approved+1)/float64(r.Approved+r.Rejected+2)) / 1000
}

// SanctionKind is what is done about an author's new comments.
type SanctionKind string

const (
	Ban    SanctionKind = "ban"    // they are refused
	Shadow SanctionKind = "shadow" // they wait for a moderator, and look as usual to the author
)

// Sanction is what a newsroom does about one author on one site.
type Sanction struct {
	Kind   SanctionKind `json:"kind"`
	Reason string       `json:"reason,omitempty"` // for the newsroom
	Until  time.Time    `json:"until,omitzero"`   // it ends then; zero: never
	By     string       `json:"by"`
	At     time.Time    `json:"at"`
}

// Holds tells whether the sanction is in force at a time; nil never is.
func (s *Sanction) Holds(now time.Time) bool {
	return s != nil && s.Kind != "" && (s.Until.IsZero() || s.Until.After(now))
}

// maxShadow is how long a moderator, who is no editor, may shadow an author.
const maxShadow = 7 * 24 * time.Hour

// MayBeSet tells whether somebody with a role may impose the sanction, or lift
// it. Moderators may only shadow, for a week.
func (s *Sanction) MayBeSet(role Role, now time.Time) bool {
	return !s.Holds(now) || role.AtLeast(RoleEditor) ||
		s.Kind == Shadow && !s.Until.IsZero() && !s.Until.After(now.Add(maxShadow))
}

// Standing is what a newsroom has said of an author.
type Standing struct {
	Note     string
	Sanction *Sanction // nil: none
}

const (
	maxNote   = 2_000
	maxReason = 500
)

// Validate checks a standing that is set at a time.
func (s Standing) Validate(now time.Time) error {
	var bad Invalid
	if n := utf8.RuneCountInString(s.Note); n > maxNote {
		bad.Add("note", "must have at most %d characters, has %d", maxNote, n)
	}
	if x := s.Sanction; x != nil {
		if x.Kind != Ban && x.Kind != Shadow {
			bad.Add("sanction.kind", "must be ban or shadow")
		}
		if n := utf8.RuneCountInString(x.Reason); n > maxReason {
			bad.Add("sanction.reason", "must have at most %d characters, has %d", maxReason, n)
		}
		if !x.Until.IsZero() && !x.Until.After(now) {
			bad.Add("sanction.until", "must be later than now")
		}
	}
	return bad.Err()
}

// KnownAuthor is what a moderator sees of an author beside a comment.
type KnownAuthor struct {
	Record
	Trust    float64   `json:"trust"`
	Sanction *Sanction `json:"sanction,omitempty"` // that holds
}

// Profile is what is known of an author on one site.
type Profile struct {
	Site     string     `json:"site"`
	Key      string     `json:"key"`
	ID       string     `json:"id,omitempty"`
	Name     string     `json:"name"` // of the newest comment
	Record   Record     `json:"record"`
	Trust    float64    `json:"trust"`
	FirstAt  *time.Time `json:"first_at,omitempty"` // nil: never wrote
	LastAt   *time.Time `json:"last_at,omitempty"`
	Note     string     `json:"note"`
	Sanction *Sanction  `json:"sanction,omitempty"` // that holds
	// Covers says whose comments a sanction is for: "id", or "name": those under
	// this name that have no id, for anybody may take a name.
	Covers string `json:"covers"`
	// Subject stands for the author in the audit trail; empty when nobody is
	// there yet.
	Subject  string    `json:"subject,omitempty"`
	Comments []Comment `json:"comments"` // newest first, of any status
	Next     string    `json:"next,omitempty"`
}
