package models

import (
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Article is a page that readers comment on. Its id is the site's own, as
// ArticleID writes it.
type Article struct {
	Site    string `json:"-"`
	ID      string `json:"id"`
	URL     string `json:"url,omitempty"`
	Title   string `json:"title,omitempty"`
	Section string `json:"section,omitempty"` // of the publication, such as "Sport"
	// Described says that URL, title and section are the newsroom's word, also where they
	// are empty. Otherwise they are what a page of the site said, which anybody can forge.
	Described bool `json:"described,omitempty"`
	// BurstUntil is when a burst of comments ends. It is zero when there is none,
	// and in everything that readers can see.
	BurstUntil time.Time `json:"surge_until,omitzero"`
}

// ArticleID returns the form in which ids of articles are compared and stored:
// Unicode NFC without slashes at the end, which browsers and servers add and drop.
func ArticleID(id string) string {
	id = norm.NFC.String(Clean(id))
	if short := strings.TrimRight(id, "/"); short != "" {
		return short
	}
	return id
}

// WithoutDescription returns the article with nothing but its id.
func (a Article) WithoutDescription() Article { return Article{Site: a.Site, ID: a.ID} }

// PageDescription returns what a page of a site may say about its article, and
// drops the rest: anybody can send what a page sends. The URL must have one of the
// site's origins, or the origin that the page was found to have, and comes as
// ArticleURL returns it. Texts that are too long are cut.
func (s Site) PageDescription(a Article, origin string) Article {
	a = a.Shortened()
	a.URL, a.Described = s.ArticleURL(a.URL), false
	if u, err := url.Parse(a.URL); err != nil || u.Scheme+"://"+u.Host != origin && !slices.Contains(s.Origins, u.Scheme+"://"+u.Host) {
		a.URL = ""
	}
	return a
}

// ArticleURL returns the URL of an article that came with a comment, without
// what may be its reader's: user, fragment, and query, except for the parameters that
// the site lists. It returns "" for what is no URL of a page, or too long.
func (s Site) ArticleURL(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return ""
	}
	kept := url.Values{}
	for name, values := range u.Query() {
		if slices.Contains(s.URLParameters, name) {
			kept.Set(name, values[0])
		}
	}
	u.Host, u.User = strings.ToLower(u.Host), nil
	u.Fragment, u.RawFragment, u.ForceQuery, u.RawQuery = "", "", false, kept.Encode()
	if address = u.String(); utf8.RuneCountInString(address) > MaxURL {
		return ""
	}
	return address
}

// Shortened returns the article with title and section cut to their longest form.
// A reader whose comment they come with could do nothing about their length.
func (a Article) Shortened() Article {
	a.Title, a.Section = shorten(a.Title, MaxTitle), shorten(a.Section, MaxSection)
	return a
}

// shorten cuts a text to at most n characters, the last an ellipsis.
func shorten(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return strings.TrimSpace(string([]rune(s)[:n-1])) + "…"
}

func (a Article) validate(bad *Invalid) { bad.checkLength("article.id", a.ID, 1, MaxID) }

// MaxSection is the longest name of a section, in characters.
const MaxSection = 100

// ArticleState says what happens to new comments on an article.
type ArticleState string

const (
	ArticleOpen   ArticleState = "open"   // the site's mode applies
	ArticleClosed ArticleState = "closed" // they are refused
	ArticlePre    ArticleState = "pre"    // each is held
)

// ClosedBy says why an article is closed.
type ClosedBy string

const (
	ClosedByHand ClosedBy = "hand" // its state is closed
	ClosedByTime ClosedBy = "time" // the time that was set for it has come
	ClosedByAge  ClosedBy = "age"  // the site closes articles of that age
)

// ArticleRef names an article of any site.
type ArticleRef struct {
	Site    string `json:"site"`
	Article string `json:"article"`
}

// ArticleEntry is an article as the newsroom sees it.
type ArticleEntry struct {
	Article
	// MergedInto is the id of the article that this id stands for; empty for an
	// article of its own.
	MergedInto  string       `json:"-"`
	PublishedAt time.Time    `json:"published_at,omitzero"`
	AddedAt     time.Time    `json:"-"` // when the server first heard of it
	Aliases     []string     `json:"aliases,omitempty"`
	State       ArticleState `json:"state"`
	Until       time.Time    `json:"until,omitzero"`      // when the state ends; zero: never
	ClosesAt    time.Time    `json:"closes_at,omitzero"`  // zero: never
	KeepOpen    bool         `json:"keep_open,omitempty"` // age does not close it
	ClosedBy    ClosedBy     `json:"closed_by,omitempty"`
	Shares      *ArticleRef  `json:"shares,omitempty"` // the same story on another site, as this site says
	Shared      bool         `json:"shared,omitempty"` // the other site says so too: the thread is one
	Burst       *Burst       `json:"surge,omitempty"`  // nil: the site's
	Approved    int          `json:"approved"`
	Rejected    int          `json:"rejected"`
	Pending     int          `json:"pending"`
	ActiveAt    time.Time    `json:"active_at,omitzero"` // arrival of the newest comment, to the minute
	// NamedBy is the comment whose page said URL and title, while nobody has described
	// the article.
	NamedBy     string `json:"-"`
	closesByAge bool   // ClosesAt comes from the site
}

// Describe makes the article one that the newsroom describes. With its first word all
// that a page has said goes: nobody could tell the one from the other afterwards.
func (e *ArticleEntry) Describe() {
	if !e.Described {
		e.URL, e.Title, e.Section, e.Described = "", "", "", true
	}
}

// OnlyPagesKnow reports whether the newsroom has neither described the article nor set
// anything for it. A burst is what readers do.
func (e ArticleEntry) OnlyPagesKnow() bool {
	return !e.Described && e.PublishedAt.IsZero() && e.State == ArticleOpen && e.ClosesAt.IsZero() && !e.KeepOpen && e.Shares == nil && e.Burst == nil
}

// Closing is the age at which a site closes its articles.
type Closing struct {
	Days     int            `json:"days"`               // after publication; 0: never
	Sections map[string]int `json:"sections,omitempty"` // days of single sections
}

// MaxClosing is the greatest age at which articles are closed, in days.
const MaxClosing = 36_500

func (c Closing) validate(bad *Invalid) {
	check := func(days int) {
		if days < 0 || days > MaxClosing {
			bad.Add("closing", "must be from 0 to %d days", MaxClosing)
		}
	}
	check(c.Days)
	for section, days := range c.Sections {
		if check(days); Blank(section) || utf8.RuneCountInString(section) > MaxSection {
			bad.Add("closing.sections", "must have names of 1 to %d characters", MaxSection)
		}
	}
}

// IsZero reports whether age closes no article of the site.
func (c Closing) IsZero() bool { return c.Days == 0 && len(c.Sections) == 0 }

// WithClosing returns the entry with the time at which the site closes it, unless a
// time is set for the article itself or it is kept open. A section counts when the
// newsroom has said it: readers must not be able to close an article.
func (e ArticleEntry) WithClosing(c Closing) ArticleEntry {
	if !e.ClosesAt.IsZero() || e.KeepOpen {
		return e
	}
	days := c.Days
	if own, ok := c.Sections[e.Section]; ok && e.Described {
		days = own
	}
	from := e.PublishedAt
	if from.IsZero() {
		from = e.AddedAt
	}
	if days > 0 && !from.IsZero() {
		e.ClosesAt, e.closesByAge = from.AddDate(0, 0, days), true
	}
	return e
}

// WithoutEnded returns the entry without a state or burst that has ended.
func (e ArticleEntry) WithoutEnded(now time.Time) ArticleEntry {
	if e.State == "" || !e.Until.IsZero() && !e.Until.After(now) {
		e.State, e.Until = ArticleOpen, time.Time{}
	}
	if !e.BurstUntil.After(now) {
		e.BurstUntil = time.Time{}
	}
	return e
}

// AsOf returns the entry as it counts at a time: without a state or burst that has
// ended, and closed when the time for that has come.
func (e ArticleEntry) AsOf(now time.Time) ArticleEntry {
	e = e.WithoutEnded(now)
	switch {
	case e.State == ArticleClosed:
		e.ClosedBy = ClosedByHand
	case e.ClosesAt.IsZero() || e.ClosesAt.After(now):
		e.ClosedBy = ""
	default:
		e.State, e.Until, e.ClosedBy = ArticleClosed, time.Time{}, ClosedByTime
		if e.closesByAge {
			e.ClosedBy = ClosedByAge
		}
	}
	return e
}

// Validate checks the fields that a newsroom may set.
func (e ArticleEntry) Validate() error {
	var bad Invalid
	if n := utf8.RuneCountInString(e.ID); n > MaxID || Blank(e.ID) {
		bad.Add("article", "must have 1 to %d characters", MaxID)
	}
	bad.checkURL("url", e.URL)
	if n := utf8.RuneCountInString(e.Section); n > MaxSection {
		bad.AddTooLong("section", MaxSection, n)
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
	if r := e.Shares; r != nil {
		if !ValidSlug(r.Site) || r.Site == e.Site {
			bad.Add("shares.site", "must be another site's slug")
		}
		bad.checkLength("shares.article", r.Article, 1, MaxID)
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

// MergeKind says how an id came to stand for another one.
type MergeKind string

const (
	MergedArticle MergeKind = "merge" // two articles became one
	MovedArticle  MergeKind = "move"  // an article got another id
)

// ArticleMerge is a redirect of one article to another, with the thread.
type ArticleMerge struct {
	ID        string    `json:"id"`
	Kind      MergeKind `json:"kind"`
	Site      string    `json:"site"`
	From      string    `json:"from"`
	Into      string    `json:"into"`
	By        string    `json:"by"`
	CreatedAt time.Time `json:"created_at"`
	UndoneBy  string    `json:"undone_by,omitempty"`
	UndoneAt  time.Time `json:"undone_at,omitzero"`
}
