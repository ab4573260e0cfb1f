// Package rules applies the rules that a newsroom configures beside the model.
// Compile turns models.Rules into a Set; ApplyText and ApplyAuthor return the rules that
// match a comment, as signals; Combine adds them to the model's verdict. A rule has no
// effect that no signal shows.
//
// The names of the signals, which are stable:
//
//	rule:blocked-word    a blocked word in the text; Detail is the entry
//	rule:blocked-name    a blocked word in the author's name; Detail is the entry
//	rule:suspect-word    a suspect word in the text; Detail is the entry
//	rule:blocked-domain  a blocked domain; Detail is the domain found
//	rule:known-link      all links lead where moderators keep approving; Detail is a domain.
//	                     Package handlers/screening adds it
//	rule:links           more links than allowed; Detail is their number
//	rule:first-time      no comment of this author has been approved yet
//	rule:anonymous       the author is not identified
//	rule:trusted         a trusted author: lifts a hold of the model only
//	rule:test-string     a string that every filter rejects; on sites without rules too
//	rule:too-short       Detail is the length in characters
//	rule:too-long        Detail is the length in characters
//
// A verdict also has "campaign:copies", "campaign:contact" or "campaign:link-added" of
// packages classifier/campaign and handlers/screening, and the model's own signals: the names of tokens, such as "word:casino", as
// features.Scanner.Name gives them; "rest:" and a kind of tokens; and "prior".
//
// The package is pure: it uses no clock, no network and no database.
package rules

import (
	"cmp"
	"maps"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"winnow/classifier/text/features"
	"winnow/classifier/text/normalize"
	"winnow/models"
)

// Set is the compiled rules of a site. It is immutable and safe for concurrent use.
// The zero value, and nil, have no rules.
type Set struct {
	rules   models.Rules
	words   *wordMatcher // nil when there are none
	domains domains
	allowed domains
}

// Context is what rules are applied to.
type Context struct {
	Body       *normalize.Text     // the comment's text, normalized
	Doc        features.Doc        // the comment as it was written
	Identified bool                // the site or a reader token identifies the author
	Record     models.AuthorRecord // counts of the author's comments on the site
	// RecentRejections counts the rejections within the last
	// models.AuthorRules.TrustDays.
	RecentRejections int
}

// Compile makes a Set. Rules that Validate refuses, or that cannot match, give an
// error of KindInvalid with the field and index. 5,000 words take some
// milliseconds.
func Compile(r models.Rules) (*Set, error) {
	if err := r.Validate(); err != nil {
		return nil, err
	}
	r = r.WithActions()
	var bad models.Invalid
	s := &Set{rules: r}
	s.words = newWordMatcher(&bad, r)
	s.domains = newDomains(&bad, "blocked_domains.domains", r.BlockedDomains.Domains)
	s.allowed = newDomains(&bad, "links.allowed", r.Links.Allowed)
	if err := bad.Err(); err != nil {
		return nil, err
	}
	return s, nil
}

// CompileDocument is Compile for rules that somebody sets: it also refuses what
// models.Rules.ValidateDocument does.
func CompileDocument(r models.Rules) (*Set, error) {
	if err := r.ValidateDocument(); err != nil {
		return nil, err
	}
	return Compile(r)
}

// recentPerTrusted is how many comments are looked at for each that trust needs: an
// author may also write short ones.
const recentPerTrusted = 4

// SameLinks reports whether both sets allow links to the same hosts.
func (s *Set) SameLinks(other *Set) bool {
	if s == nil || other == nil {
		return s == other || s.allowsNone() && other.allowsNone()
	}
	return maps.Equal(s.allowed, other.allowed)
}

func (s *Set) allowsNone() bool { return s == nil || len(s.allowed) == 0 }

// HistoryNeeded returns how much of an author's history ApplyAuthor needs: the number of comments
// of each status to count to, and the days in which to count rejections. When
// comments is 0, no history is needed.
func (s *Set) HistoryNeeded() (comments, days int) {
	if s == nil {
		return 0, 0
	}
	a := s.rules.Authors
	switch {
	case a.TrustAfter > 0:
		comments = min(recentPerTrusted*a.TrustAfter, max(a.TrustAfter, 1000))
	case a.HoldFirst:
		comments = 1
	}
	return comments, cmp.Or(a.TrustDays, models.DefaultTrustDays)
}

// ApplyText returns a signal for each rule that matches the comment itself, whatever
// else its author wrote. The time is linear in the length of the text; the number of
// signals and places is bounded.
func (s *Set) ApplyText(c Context) []models.Signal {
	if s == nil {
		return nil
	}
	fired := s.applyWords(nil, c)
	fired = s.applyLinks(fired, c)
	return s.applyLength(fired, c)
}

// ApplyAuthor returns fired with a signal more for each rule that matches the author.
// It needs no text.
func (s *Set) ApplyAuthor(fired []models.Signal, c Context) []models.Signal {
	if s == nil {
		return fired
	}
	return s.applyAuthor(fired, c)
}

func (s *Set) applyWords(fired []models.Signal, c Context) []models.Signal {
	if s.words == nil {
		return fired
	}
	for _, m := range s.words.find(c.Body.Bytes) {
		e := s.words.entries[m.entry]
		sig := models.Signal{Name: "rule:blocked-word", Detail: e.original, Action: s.rules.BlockedWords.Action}
		if e.list == suspectList {
			sig = models.Signal{Name: "rule:suspect-word", Detail: e.original, Action: models.Hold}
			if w := s.rules.SuspectWords.Weight; w > 0 {
				sig.Action, sig.Weight = "", w
			}
		}
		for _, at := range m.at {
			sig.Spans = append(sig.Spans, placeOf(c.Body, at))
		}
		fired = append(fired, sig)
	}
	if len(s.rules.BlockedWords.Words) == 0 || c.Doc.Author == "" {
		return fired
	}
	name := normalizers.Get().(*normalize.Text)
	defer normalizers.Put(name)
	name.Normalize(c.Doc.Author)
	for _, m := range s.words.find(name.Bytes) {
		if e := s.words.entries[m.entry]; e.list == blockedList {
			fired = append(fired, models.Signal{Name: "rule:blocked-name", Detail: e.original, Action: s.rules.BlockedWords.Action})
		}
	}
	return fired
}

// normalizers is a pool of buffers for authors' names.
var normalizers = sync.Pool{New: func() any { return new(normalize.Text) }}

// placeOf returns the place in the original of a range of bytes of t.
func placeOf(t *normalize.Text, at [2]int) [2]int {
	start, end := t.Origin(at[0], at[1])
	return [2]int{start, end}
}

func (s *Set) applyAuthor(fired []models.Signal, c Context) []models.Signal {
	a := s.rules.Authors
	switch {
	case !c.Identified:
		if a.HoldAnonymous {
			fired = append(fired, models.Signal{Name: "rule:anonymous", Action: models.Hold})
		}
	case c.Record.Approved == 0:
		if a.HoldFirst {
			fired = append(fired, models.Signal{Name: "rule:first-time", Action: models.Hold})
		}
	case a.TrustAfter > 0 && c.Record.Substantial >= a.TrustAfter && c.RecentRejections == 0:
		fired = append(fired, models.Signal{
			Name: "rule:trusted", Detail: strconv.Itoa(c.Record.Approved), Action: models.Approve,
		})
	}
	return fired
}

func (s *Set) applyLength(fired []models.Signal, c Context) []models.Signal {
	l := s.rules.Length
	if l.Min == 0 && l.Max == 0 {
		return fired
	}
	n := utf8.RuneCountInString(strings.TrimSpace(c.Doc.Text))
	if n < l.Min {
		fired = append(fired, models.Signal{Name: "rule:too-short", Detail: strconv.Itoa(n), Action: models.Hold})
	}
	if l.Max > 0 && n > l.Max {
		fired = append(fired, models.Signal{Name: "rule:too-long", Detail: strconv.Itoa(n), Action: models.Hold})
	}
	return fired
}
