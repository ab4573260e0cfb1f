package models

import (
	"time"
	"unicode/utf8"
)

// Class is what a text was found to be: a training target.
type Class string

const (
	Ham   Class = "ham"
	Spam  Class = "spam"
	Abuse Class = "abuse"
)

// Valid reports whether c is one of the three classes.
func (c Class) Valid() bool { return c == Ham || c == Spam || c == Abuse }

// Label is one text with the class that a person gave it: a row of an export or
// of a training file. Only Text and Label are required.
type Label struct {
	ID          string    `json:"id,omitempty"`
	Text        string    `json:"text"`
	Label       Class     `json:"label"`
	Author      string    `json:"author,omitempty"`
	AuthorEmail string    `json:"author_email,omitempty"`
	AuthorURL   string    `json:"author_url,omitempty"`
	URL         string    `json:"url,omitempty"` // of the article
	Site        string    `json:"site,omitempty"`
	Lang        string    `json:"lang,omitempty"`
	Source      string    `json:"source,omitempty"` // where it comes from, such as "decision"
	LabelledBy  string    `json:"labelled_by,omitempty"`
	CreatedAt   time.Time `json:"created_at,omitzero"`

	SelectedBy    string  `json:"selected_by,omitempty"`    // why a person looked at the text, one of the constants below; "": unknown
	SelectionRate float64 `json:"selection_rate,omitempty"` // probability with which such a text is looked at, 0 to 1; 0: unknown

	Weight float64 `json:"weight,omitempty"` // how much it counts in training, above 0 to 1; 0: fully
}

// Values of Label.SelectedBy.
const (
	SelectedHeld    = "held"    // the filter or a rule held it
	SelectedSample  = "sample"  // drawn at random, whatever the filter thought of it
	SelectedReport  = "report"  // a reader reported it
	SelectedVouched = "vouched" // nobody looked: the author is vouched for
	SelectedImport  = "import"  // imported from elsewhere
	SelectedShadow  = "shadow"  // drawn at random from what a candidate and the live model treat differently
)

// LabelConflict is a text that has labels of more than one class.
type LabelConflict struct {
	Text   string             `json:"text"`
	Labels []ConflictingLabel `json:"labels"` // oldest first
}

// ConflictingLabel is a label of a text that another label contradicts.
type ConflictingLabel struct {
	ID         string    `json:"id"`
	Label      Class     `json:"label"`
	Site       string    `json:"site,omitempty"`
	Source     string    `json:"source,omitempty"`
	LabelledBy string    `json:"labelled_by,omitempty"`
	SelectedBy string    `json:"selected_by,omitempty"`
	CreatedAt  time.Time `json:"created_at"`
}

// GoldenExample is a text that a newsroom has chosen, with what every model must
// find it to be before it may go live. It has no author.
type GoldenExample struct {
	ID        string    `json:"id"`
	Site      string    `json:"site,omitempty"` // empty: for all sites
	Text      string    `json:"text"`
	Label     Class     `json:"label"`
	Note      string    `json:"note,omitempty"` // why it was chosen
	AddedBy   string    `json:"added_by"`
	CreatedAt time.Time `json:"created_at"`
}

// AsLabel returns the example in the form of a label.
func (g GoldenExample) AsLabel() Label {
	return Label{ID: g.ID, Text: g.Text, Label: g.Label, Site: g.Site, Source: "golden", LabelledBy: g.AddedBy, CreatedAt: g.CreatedAt}
}

// Validate checks an example before it is stored.
func (g GoldenExample) Validate() error {
	var bad Invalid
	if Blank(g.Text) {
		bad.AddCode(FieldRequired, "text", "must not be empty")
	}
	if n := utf8.RuneCountInString(g.Text); n > MaxBody {
		bad.AddTooLong("text", MaxBody, n)
	}
	if !g.Label.Valid() {
		bad.Add("label", "must be ham, spam or abuse")
	}
	if n := utf8.RuneCountInString(g.Note); n > maxNote {
		bad.AddTooLong("note", maxNote, n)
	}
	return bad.Err()
}
