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
	// BurstUntil is when a burst of comments ends. It is zero when there is none,
	// and in everything that readers can see.
	BurstUntil time.Time `json:"surge_until,omitzero"`
}

func (a Article) validate(bad *Invalid) {
	bad.checkLength("article.id", a.ID, 1, MaxID)
	bad.checkURL("article.url", a.URL)
	bad.checkLength("article.title", a.Title, 0, MaxTitle)
	bad.checkLength("article.section", a.Section, 0, MaxSection)
}

// MaxSection is the longest name of a section, in characters.
const MaxSection = 100

// ArticleState says what happens to new comments on an article.
type ArticleState string

const (
	ArticleOpen   ArticleState = "open"   // the site's mode applies
	ArticleClosed ArticleState = "closed" // they are refused
	ArticlePre    ArticleState = "pre"    // each is held
)

// ArticleEntry is an article as the newsroom sees it.
type ArticleEntry struct {
	Article
	State    ArticleState `json:"state"`
	Until    time.Time    `json:"until,omitzero"`  // when the article opens again; zero: never
	Burst    *Burst       `json:"surge,omitempty"` // nil: the site's
	Approved int          `json:"approved"`
	Rejected int          `json:"rejected"`
	Pending  int          `json:"pending"`
	ActiveAt time.Time    `json:"active_at,omitzero"` // arrival of the newest comment, to the minute
}

// AsOf returns the entry as of a time: without a state or burst that has ended.
func (e ArticleEntry) AsOf(now time.Time) ArticleEntry {
	if e.State == "" || !e.Until.IsZero() && !e.Until.After(now) {
		e.State, e.Until = ArticleOpen, time.Time{}
	}
	if !e.BurstUntil.After(now) {
		e.BurstUntil = time.Time{}
	}
	return e
}

// Validate checks the fields that a newsroom may set.
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
	if e.Burst != nil {
		e.Burst.validate(&bad)
	}
	return bad.Err()
}

// ArticleFilter selects articles of a site. Empty fields select all.
type ArticleFilter struct {
	Site    string // required
	Article string // an id
	Query   string // part of the title, the address or the id, without case
	State   ArticleState
	InBurst bool
	Cursor  string
	Limit   int
}
