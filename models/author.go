package models

import (
	"math"
	"net/mail"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Author is who a comment says wrote it. An ID is an identity, because the site or
// a reader token vouches for it. A name alone is not.
type Author struct {
	ID    string `json:"id,omitempty"`
	Name  string `json:"name"`
	Email string `json:"email,omitempty"`
	URL   string `json:"url,omitempty"`
	Staff bool   `json:"staff,omitempty"` // the site says that the author works for it
}

// Key identifies the author in records and sanctions: by the id when there is
// one, else by the name. What applies to a name does not apply to an author who
// uses the same name and has an id.
func (a Author) Key() string {
	if a.ID != "" {
		return "id:" + a.ID
	}
	return "name:" + a.Name
}

// maxEmail is the longest address that mail can be sent to (RFC 5321), in bytes.
const maxEmail = 254

func (a Author) validate(bad *Invalid) {
	bad.checkLength("author.id", a.ID, 0, MaxID)
	bad.checkLength("author.name", a.Name, 1, MaxName)
	if a.Email != "" {
		parsed, err := mail.ParseAddress(a.Email)
		// An address that looks like another one would get past a ban of that one.
		looksAlike := norm.NFKC.String(a.Email) != a.Email || strings.IndexFunc(a.Email, Invisible) >= 0
		if err != nil || parsed.Address != a.Email || len(a.Email) > maxEmail || looksAlike {
			bad.Add("author.email", "must be an e-mail address")
		}
	}
	bad.checkURL("author.url", a.URL)
}

// AuthorRecord counts what became of an author's comments on one site.
type AuthorRecord struct {
	Approved int `json:"approved"`
	Rejected int `json:"rejected"`
	Pending  int `json:"pending"`
	// Substantial counts different approved texts of at least MinSubstance
	// characters among the last comments; only where a site trusts authors.
	Substantial int `json:"-"`
}

// MinSubstance is how long a comment must be to earn its author trust: some words.
const MinSubstance = 25

// maxSubstance is how much of a text is compared with others, in characters.
const maxSubstance = 200

// Substance returns what tells a text from others of its author, or "" when it is too
// short to earn trust.
func Substance(body string) string {
	characters := []rune(body)
	if len(characters) < MinSubstance {
		return ""
	}
	return string(characters[:min(len(characters), maxSubstance)])
}

// Trust is the share of an author's decided comments that were approved, with one
// more of each kind added (Laplace's rule of succession), rounded to three
// decimals. It is 0.5 for an unknown author.
func (r AuthorRecord) Trust() float64 {
	return math.Round(1000*float64(r.Approved+1)/float64(r.Approved+r.Rejected+2)) / 1000
}

// SanctionKind is what happens to an author's new comments.
type SanctionKind string

const (
	Ban    SanctionKind = "ban"    // they are refused
	Shadow SanctionKind = "shadow" // they are held; their author sees them as published
)

// Sanction is a ban or shadow ban on one site.
type Sanction struct {
	Kind   SanctionKind `json:"kind"`
	Ban    string       `json:"ban,omitempty"`    // id of the BanEntry that imposes it
	Reason string       `json:"reason,omitempty"` // for the newsroom only
	Until  time.Time    `json:"until,omitzero"`   // when it ends; zero: never
	By     string       `json:"by"`
	At     time.Time    `json:"at"`
}

// Active reports whether the sanction is in force at a time. A nil one is not.
func (s *Sanction) Active(now time.Time) bool {
	return s != nil && s.Kind != "" && (s.Until.IsZero() || s.Until.After(now))
}

// maxShadow is the longest shadow ban that a moderator below editor may impose.
const maxShadow = 7 * 24 * time.Hour

// SettableBy reports whether a role may impose or lift the sanction. Below editor
// it must be a shadow ban of at most a week.
func (s *Sanction) SettableBy(role Role, now time.Time) bool {
	return !s.Active(now) || role.AtLeast(RoleEditor) ||
		s.Kind == Shadow && !s.Until.IsZero() && !s.Until.After(now.Add(maxShadow))
}

// AuthorState is what a newsroom has set for an author.
type AuthorState struct {
	Note     string
	Sanction *Sanction // nil: none
}

const (
	maxNote   = 2_000
	maxReason = 500
)

// Validate checks what is to be set at a time.
func (s AuthorState) Validate(now time.Time) error {
	var bad Invalid
	if n := utf8.RuneCountInString(s.Note); n > maxNote {
		bad.AddTooLong("note", maxNote, n)
	}
	if x := s.Sanction; x != nil {
		x.validate(&bad, "sanction.", now)
	}
	return bad.Err()
}

// AuthorSummary is what a moderator sees of an author next to a comment.
type AuthorSummary struct {
	AuthorRecord
	Trust    float64   `json:"trust"`
	Sanction *Sanction `json:"sanction,omitempty"` // if in force
}

// AuthorMonth counts what became of an author's comments of one month (UTC).
type AuthorMonth struct {
	Month    string `json:"month"` // such as 2026-11
	Approved int    `json:"approved"`
	Rejected int    `json:"rejected"`
	Pending  int    `json:"pending"`
}

// AuthorProfile is all that is known of an author on one site.
type AuthorProfile struct {
	Site     string       `json:"site"`
	Key      string       `json:"key"`
	ID       string       `json:"id,omitempty"`
	Name     string       `json:"name"` // of the newest comment
	Record   AuthorRecord `json:"record"`
	Trust    float64      `json:"trust"`
	FirstAt  *time.Time   `json:"first_at,omitempty"` // nil: no comment yet
	LastAt   *time.Time   `json:"last_at,omitempty"`
	Note     string       `json:"note"`
	Sanction *Sanction    `json:"sanction,omitempty"` // if in force
	// Covers says to which comments a sanction applies: "id" to those of this
	// id, "name" to those that have this name and no id.
	Covers string `json:"covers"`
	// Months is what became of the last comments, by month, the oldest first; at most twelve
	// months with comments.
	Months []AuthorMonth `json:"months"`
	// Subject is the keyed hash that stands for the author in the audit trail;
	// empty when there is none yet.
	Subject  string    `json:"subject,omitempty"`
	Comments []Comment `json:"comments"` // newest first, of any status
	Next     string    `json:"next,omitempty"`
}
