package rules

import (
	"fmt"

	"winnow/classifier/text/normalize"
	"winnow/models"
)

// wordMatcher finds the words and phrases of all lists in a normalized text.
//
// Texts and entries are read as a row of segments (see segment), in the form that
// appendFolded gives them. Entries match whole words or, in scripts without spaces,
// anywhere; a * in an entry stands for any part of a word. An automaton finds
// entries without a star, and with one at their end; of others it finds one word,
// and the rest is compared around it.
//
// Punctuation is no segment, so "buy now" matches "buy, now". Only when an entry has
// signs of its own, such as "c++" or an emoji, they must stand in the text as in the
// entry: these entries have an automaton of their own, which also reads signs.
type wordMatcher struct {
	entries   []entry
	words     finder
	withSigns finder
	masked    maskIndex
}

// finder finds the entries of one kind.
type finder struct {
	automaton *automaton // nil when there are no entries
	found     []found    // by word of the automaton
}

// found are the entries of which a word of the automaton is a part.
type found struct {
	whole int32   // that is the word alone, the first of the lists; -1: none
	wild  []int32 // that must be compared further
}

// entry is one line of a list.
type entry struct {
	list     list
	original string // as it was configured
	pattern
}

type list uint8

const (
	blockedList list = iota
	suspectList
	numLists
)

// maxSegments bounds the segments of an entry: a ring of that many starts tells
// where a match began.
const maxSegments = 128

// Bounds on what is reported of one text; the signals beyond change nothing.
const (
	maxMatches = 32 // different entries of one list
	maxPlaces  = 8  // places of one entry
)

// match is one entry that was found, and its first places in the normalized text.
type match struct {
	entry int32
	at    [][2]int
}

// newWordMatcher returns nil when no list has an entry.
func newWordMatcher(bad *models.Invalid, r models.Rules) *wordMatcher {
	m := &wordMatcher{masked: maskIndex{}}
	var t normalize.Text
	add := func(l list, field string, words []string) {
		for i, w := range words {
			p := parsePattern(&t, w)
			switch {
			case len(p.parts) == 0:
				bad.Add(fmt.Sprintf("%s[%d]", field, i), "must have a letter, a digit or a symbol")
			case len(p.parts) > maxSegments:
				bad.Add(fmt.Sprintf("%s[%d]", field, i), "is too long")
			case p.wild && p.withSigns:
				bad.Add(fmt.Sprintf("%s[%d]", field, i), "may have a * only at its end, because it has signs")
			default:
				m.entries = append(m.entries, entry{l, w, p})
			}
		}
	}
	add(blockedList, "blocked_words.words", r.BlockedWords.Words)
	add(suspectList, "suspect_words.words", r.SuspectWords.Words)
	if len(m.entries) == 0 {
		return nil
	}
	m.words, m.withSigns = newFinder(m.entries, false), newFinder(m.entries, true)
	for i, e := range m.entries {
		m.masked.add(int32(i), e.pattern)
	}
	return m
}

func newFinder(entries []entry, withSigns bool) finder {
	var f finder
	var encoded []string
	index := map[string]int{}
	for i, e := range entries {
		if e.withSigns != withSigns {
			continue
		}
		s := e.encoded()
		at, known := index[s]
		if !known {
			at = len(encoded)
			index[s] = at
			encoded, f.found = append(encoded, s), append(f.found, found{whole: -1})
		}
		if g := &f.found[at]; e.wild {
			g.wild = append(g.wild, int32(i))
		} else if g.whole < 0 {
			g.whole = int32(i)
		}
	}
	if len(encoded) > 0 {
		f.automaton = newAutomaton(encoded)
	}
	return f
}

// find returns the entries in t, at most maxMatches of each list.
func (m *wordMatcher) find(t []byte) []match {
	s := wordSearch{wordMatcher: m, text: t}
	if m.words.automaton != nil {
		s.scanWords()
		s.scanMasked()
	}
	if m.withSigns.automaton != nil {
		s.scanWithSigns()
	}
	return s.matches
}

// wordSearch is the search of one text.
type wordSearch struct {
	*wordMatcher
	text             []byte
	matches          []match
	count            [numLists]int
	starts           [maxSegments]int32 // of the last segments, a ring
	folded, compared []byte             // buffers
}

func (s *wordSearch) scanWords() {
	var state uint32
	n := 0
	for seg := nextSegment(s.text, 0); seg.end > seg.start; seg = nextSegment(s.text, seg.end) {
		state = s.read(&s.words, state, seg, n, false)
		n++
	}
}

func (s *wordSearch) scanWithSigns() {
	var state uint32
	n := 0
	eachSegment(s.text, func(seg segment, gap bool) {
		state = s.read(&s.withSigns, state, seg, n, gap)
		n++
	})
}

// read takes segment n and records the entries that end in it.
func (s *wordSearch) read(f *finder, state uint32, seg segment, n int, gap bool) uint32 {
	s.starts[n%maxSegments] = int32(seg.start)
	s.folded = appendFolded(s.folded[:0], s.text[seg.start:seg.end])
	if gap {
		state = s.step(f, state, gapMarker, n, seg.end)
	}
	switch seg.kind {
	case word:
		state = s.step(f, state, ' ', n, seg.end)
	case sign:
		state = s.step(f, state, signStart, n, seg.end)
	}
	for _, b := range s.folded {
		state = s.step(f, state, b, n, seg.end)
	}
	switch seg.kind {
	case word:
		state = s.step(f, state, ' ', n, seg.end)
	case sign:
		state = s.step(f, state, signLast, n, seg.end)
	}
	return state
}

// step takes one byte of segment n, which ends at end, and records what matches.
func (s *wordSearch) step(f *finder, state uint32, b byte, n, end int) uint32 {
	a := f.automaton
	state = a.step(state, b)
	out := state
	if a.word[out] < 0 {
		out = a.output[out]
	}
	for ; out != 0; out = a.output[out] {
		g := &f.found[a.word[out]]
		if g.whole >= 0 {
			first := n + 1 - len(s.entries[g.whole].parts)
			s.record(g.whole, int(s.starts[first%maxSegments]), end)
		}
		for _, e := range g.wild {
			if from, to, ok := s.compare(s.entries[e].pattern, n); ok {
				s.record(e, from, to)
			}
		}
	}
	return state
}

// compare compares all parts of a pattern whose anchor was found in segment n.
func (s *wordSearch) compare(p pattern, n int) (start, end int, ok bool) {
	first := n - p.anchor
	if first < 0 {
		return 0, 0, false
	}
	start = int(s.starts[first%maxSegments])
	end = start
	for _, part := range p.parts {
		seg := nextSegment(s.text, end)
		s.compared = appendFolded(s.compared[:0], s.text[seg.start:seg.end])
		if !part.matches(seg.kind, s.compared) {
			return 0, 0, false
		}
		end = seg.end
	}
	return start, end, true
}

func (s *wordSearch) record(e int32, start, end int) {
	at := [2]int{start, end}
	for i := range s.matches {
		if m := &s.matches[i]; m.entry == e {
			// A piece may stand twice in one word.
			if len(m.at) < maxPlaces && m.at[len(m.at)-1] != at {
				m.at = append(m.at, at)
			}
			return
		}
	}
	if n := &s.count[s.entries[e].list]; *n < maxMatches {
		*n++
		s.matches = append(s.matches, match{e, [][2]int{at}})
	}
}
