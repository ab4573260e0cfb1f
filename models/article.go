package models

import (
	"time"
	"unicode/utf8"
)

// Article is a page that readers comment on. Its id is the site's own.
type Article struct {
	Site    string `json:"-"`
	ID      string `json:"id"`
	URL     string `json:"url,omitempty"`
	Title   string `json:"title,omitempty"`
	Section string `json:"section,omitempty"` // of the publication, such as "Sport"
	// SurgeUntil is when a surge of comments ends; zero when there is none, and
	// where readers look.
	SurgeUntil time.Time `json:"surge_until,omitzero"`
}

// MaxSection is how many characters the name of a section may have.
const MaxSection = 100

// ArticleState says what happens to new comments on an article.
type ArticleState string

const (
	ArticleOpen   ArticleState = "open"   // as the site has it
	ArticleClosed ArticleState = "closed" // none are taken
	ArticlePre    ArticleState = "pre"    // each waits for a moderator
)

// ArticleEntry is an article as the newsroom sees it.
type ArticleEntry struct {
	Article
	State    ArticleState `json:"state"`
	Until    time.Time    `json:"until,omitzero"`  // the state ends then, and the article is open; zero: never
	Surge    *Surge       `json:"surge,omitempty"` // nil: the site's
	Approved int          `json:"approved"`
	Rejected int          `json:"rejected"`
	Pending  int          `json:"pending"`
	ActiveAt time.Time    `json:"active_at,omitzero"` // the newest comment came then, to the minute
}

// At returns the entry as it is at a time, without what has ended by then.
func (e ArticleEntry) At(now time.Time) ArticleEntry {
	if e.State == "" || !e.Until.IsZero() && !e.Until.After(now) {
		e.State, e.Until = ArticleOpen, time.Time{}
	}
	if !e.SurgeUntil.After(now) {
		e.SurgeUntil = time.Time{}
	}
	return e
}

// Validate checks what a newsroom may set of an article.
func (e ArticleEntry) Validate() error {
	var bad Invalid
	if n := utf8.RuneCountInString(e.ID); n > MaxID || Blank(e.ID) {
		bad.Add("article", "must have 1 to %d characters", MaxID)
	}
	if n := utf8.RuneCountInString(e.Section); n > MaxSection {
		bad.Add("section", "must have at most %d characters, has %d", MaxSection, n)
	}
	switch e.State {
	case ArticleOpen:
		if !e.Until.IsZero() {
			bad.Add("until", "goes with closed and pre only")
		}
	case ArticleClosed, ArticlePre:
	default:
		bad.Add("state", "must be open, closed or pre")
	}
	if e.Surge != nil {
		e.Surge.validate(&bad)
	}
	return bad.Err()
}

// ArticleFilter narrows the list of a site's articles. Empty fields do not.
type ArticleFilter struct {
	Site    string // required
	Article string // an id
	Query   string // part of the title, the address or the id, without case
	State   ArticleState
	Surging bool
	Cursor  string
	Limit   int
}
