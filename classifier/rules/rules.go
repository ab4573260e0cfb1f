// Package rules applies what a newsroom sets beside the model. Compile turns
// models.Rules into a Set; Apply says which rules a comment fires, as signals;
// Combine adds them to the model's verdict. A rule does nothing that no signal
// shows.
//
// The names of the signals, which are stable:
//
//	rule:blocked-word    a blocked word in the text; Detail is the entry
//	rule:blocked-name    a blocked word in the author's name; Detail is the entry
//	rule:suspect-word    a suspect word in the text; Detail is the entry
//	rule:blocked-domain  a blocked domain; Detail is the domain found
//	rule:links           more links than allowed; Detail is their number
//	rule:first-time      nothing of this author was approved yet
//	rule:anonymous       nobody vouches for the author
//	rule:trusted         a trusted author: lifts a hold of the model alone
//	rule:too-short       Detail is the length in characters
//	rule:too-long        likewise
//
// Beside them a verdict has "campaign:copies" of package classifier/campaign,
// and the model's own: "prior", "rest", and tokens by their kind, such as
// "word:casino", as text.Kind names them.
//
// The package is pure: it knows no clock, no network and no database.
package rules

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"winnow/classifier/text/features"
	"winnow/classifier/text/normalize"
	"winnow/models"
)

// Set is a site's rules, compiled. It never changes and may be used by many
// goroutines at once. The zero value, and nil, have no rules.
type Set struct {
	rules   models.Rules
	words   *wordMatcher // nil when there are none
	domains domains
	allowed domains
}

// Context is what rules look at.
type Context struct {
	Body       *normalize.Text // the comment's text, folded
	Doc        features.Doc    // the comment as it was written
	Identified bool            // the site or a reader token vouches for the author
	Record     models.Record   // what became of the author's comments on the site
	// RejectedLately counts the rejections within the last
	// models.AuthorRules.TrustDays.
	RejectedLately int
}

// Compile makes a Set. What it cannot match, or what Validate refuses, is
// KindInvalid with the list and index at fault. 5,000 words take some
// milliseconds.
func Compile(r models.Rules) (*Set, error) {
	if err := r.Validate(); err != nil {
		return nil, err
	}
	r.BlockedWords.Action = cmp.Or(r.BlockedWords.Action, models.Reject)
	r.BlockedDomains.Action = cmp.Or(r.BlockedDomains.Action, models.Reject)

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

func newWordMatcher(bad *models.Invalid, r models.Rules) *wordMatcher {
	lex := &wordMatcher{}
	var patterns []string
	var f normalize.Text
	add := func(l list, field string, words []string) {
		for i, w := range words {
			p, pieces, signs := encodeEntry(&f, w)
			switch {
			case pieces == 0:
				bad.Add(fmt.Sprintf("%s[%d]", field, i), "must have a letter, a digit or a symbol")
				continue
			case pieces > maxSegments:
				bad.Add(fmt.Sprintf("%s[%d]", field, i), "is too long")
				continue
			}
			lex.hasSigns = lex.hasSigns || signs
			lex.entries = append(lex.entries, entry{l, w, pieces})
			patterns = append(patterns, p)
		}
	}
	add(blockedList, "blocked_words.words", r.BlockedWords.Words)
	add(suspectList, "suspect_words.words", r.SuspectWords.Words)
	if len(patterns) == 0 {
		return nil
	}
	lex.automaton = newAutomaton(patterns)
	return lex
}

// Past tells how much of an author's past Apply wants to know: up to how many
// comments of each status, and the rejections of how many days. No comments
// mean nothing at all, so that nobody need look.
func (s *Set) Past() (comments, days int) {
	if s == nil {
		return 0, 0
	}
	a := s.rules.Authors
	switch {
	case a.TrustAfter > 0:
		comments = max(a.TrustAfter, 1000) // the signal shows their number
	case a.HoldFirst:
		comments = 1
	}
	return comments, cmp.Or(a.TrustDays, models.DefaultTrustDays)
}

// Apply returns a signal for each rule that the comment fires. Words and links
// are looked for in linear time; what is found beyond some dozens of places is
// not listed.
func (s *Set) Apply(c Context) []models.Signal {
	if s == nil {
		return nil
	}
	fired := s.applyWords(nil, c)
	fired = s.applyLinks(fired, c)
	fired = s.applyAuthor(fired, c)
	return s.applyLength(fired, c)
}

func (s *Set) applyWords(fired []models.Signal, c Context) []models.Signal {
	if s.words == nil {
		return fired
	}
	for _, h := range s.words.find(c.Body.Bytes) {
		e := s.words.entries[h.entry]
		sig := models.Signal{Name: "rule:blocked-word", Detail: e.original, Action: s.rules.BlockedWords.Action}
		if e.list == suspectList {
			sig = models.Signal{Name: "rule:suspect-word", Detail: e.original, Action: models.Hold}
			if w := s.rules.SuspectWords.Weight; w > 0 {
				sig.Action, sig.Weight = "", w
			}
		}
		for _, at := range h.at {
			sig.At = append(sig.At, placeOf(c.Body, at))
		}
		fired = append(fired, sig)
	}
	if len(s.rules.BlockedWords.Words) == 0 || c.Doc.Author == "" {
		return fired
	}
	f := names.Get().(*normalize.Text)
	defer names.Put(f)
	f.Normalize(c.Doc.Author)
	for _, h := range s.words.find(f.Bytes) {
		if e := s.words.entries[h.entry]; e.list == blockedList {
			fired = append(fired, models.Signal{Name: "rule:blocked-name", Detail: e.original, Action: s.rules.BlockedWords.Action})
		}
	}
	return fired
}

// folders lends buffers for the folding of names.
var names = sync.Pool{New: func() any { return new(normalize.Text) }}

func placeOf(f *normalize.Text, at [2]int) [2]int {
	start, end := f.Origin(at[0], at[1])
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
	case a.TrustAfter > 0 && c.Record.Approved >= a.TrustAfter && c.RejectedLately == 0:
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
