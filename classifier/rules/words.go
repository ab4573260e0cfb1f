package rules

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"winnow/classifier/text/normalize"
	"winnow/models"
)

// wordMatcher finds the words and phrases of all lists in a normalized text.
//
// Texts and entries are read as a row of segments (see nextSegment). For the
// automaton a word stands between spaces, " so ", and a character of a script
// without spaces has none. So entries match whole words or, in such scripts,
// anywhere. An entry with a * lacks the last space.
type wordMatcher struct {
	automaton *automaton
	entries   []entry
	hasSigns  bool // some entries are made of signs alone, such as emoji
}

// entry is one line of a list.
type entry struct {
	list     list
	original string // as it was configured
	segments int
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
	m := &wordMatcher{}
	var patterns []string
	var t normalize.Text
	add := func(l list, field string, words []string) {
		for i, w := range words {
			encoded, segments, signs := encodeEntry(&t, w)
			switch {
			case segments == 0:
				bad.Add(fmt.Sprintf("%s[%d]", field, i), "must have a letter, a digit or a symbol")
				continue
			case segments > maxSegments:
				bad.Add(fmt.Sprintf("%s[%d]", field, i), "is too long")
				continue
			}
			m.hasSigns = m.hasSigns || signs
			m.entries = append(m.entries, entry{l, w, segments})
			patterns = append(patterns, encoded)
		}
	}
	add(blockedList, "blocked_words.words", r.BlockedWords.Words)
	add(suspectList, "suspect_words.words", r.SuspectWords.Words)
	if len(patterns) == 0 {
		return nil
	}
	m.automaton = newAutomaton(patterns)
	return m
}

// encodeEntry normalizes an entry and returns it as the automaton reads it, with
// the number of its segments. It returns "" when nothing in the entry can match.
func encodeEntry(t *normalize.Text, s string) (encoded string, segments int, signs bool) {
	stem, prefix := strings.CutSuffix(s, "*")
	t.Normalize(stem)
	var b strings.Builder
	for _, signs = range []bool{false, true} {
		spaced := false
		for seg := nextSegment(t.Bytes, 0, signs); seg.end > seg.start; seg = nextSegment(t.Bytes, seg.end, signs) {
			if spaced = seg.isWord; spaced {
				b.WriteByte(' ')
			}
			b.Write(t.Bytes[seg.start:seg.end])
			if spaced {
				b.WriteByte(' ')
			}
			segments++
		}
		if segments > 0 {
			encoded = b.String()
			if prefix && spaced {
				encoded = encoded[:len(encoded)-1]
			}
			return encoded, segments, signs
		}
	}
	return "", 0, false
}

// find returns the entries in t, at most maxMatches of each list.
func (m *wordMatcher) find(t []byte) []match {
	var s wordSearch
	s.wordMatcher = m
	s.scan(t, false)
	if m.hasSigns {
		s.scan(t, true)
	}
	return s.matches
}

// wordSearch is the search of one text.
type wordSearch struct {
	*wordMatcher
	matches []match
	count   [numLists]int
	starts  [maxSegments]int32 // of the last segments, a ring
}

// scan reads the words of t, or with signs set its signs.
func (s *wordSearch) scan(t []byte, signs bool) {
	var state uint32
	n := 0
	for seg := nextSegment(t, 0, signs); seg.end > seg.start; seg = nextSegment(t, seg.end, signs) {
		s.starts[n%maxSegments] = int32(seg.start)
		if seg.isWord {
			state = s.step(state, ' ', n, seg.end)
		}
		for _, b := range t[seg.start:seg.end] {
			state = s.step(state, b, n, seg.end)
		}
		if seg.isWord {
			state = s.step(state, ' ', n, seg.end)
		}
		n++
	}
}

// step takes one byte of segment n, which ends at end, and records what matches.
func (s *wordSearch) step(state uint32, b byte, n, end int) uint32 {
	state = s.automaton.step(state, b)
	out := state
	if s.automaton.word[out] < 0 {
		out = s.automaton.output[out]
	}
	for ; out != 0; out = s.automaton.output[out] {
		e := s.automaton.word[out]
		s.record(e, int(s.starts[(n+1-s.entries[e].segments)%maxSegments]), end)
	}
	return state
}

func (s *wordSearch) record(e int32, start, end int) {
	for i := range s.matches {
		if h := &s.matches[i]; h.entry == e {
			if len(h.at) < maxPlaces {
				h.at = append(h.at, [2]int{start, end})
			}
			return
		}
	}
	if n := &s.count[s.entries[e].list]; *n < maxMatches {
		*n++
		s.matches = append(s.matches, match{e, [][2]int{{start, end}}})
	}
}

// segment is a word, one character of a script without spaces with its marks, or a
// sign.
type segment struct {
	start, end int
	isWord     bool
}

// nextSegment returns the first segment of t at or after i, or an empty one at the
// end: words and characters, or with signs set only signs.
func nextSegment(t []byte, i int, signs bool) segment {
	for i < len(t) {
		r, size := utf8.DecodeRune(t[i:])
		switch {
		case signs && unicode.In(r, unicode.So, unicode.Sc):
			return segment{start: i, end: i + size}
		case signs || !isWord(r):
			i += size
		case isUnspaced(r):
			start := i
			for i += size; i < len(t); i += size { // its vowel and tone marks
				if r, size = utf8.DecodeRune(t[i:]); !unicode.IsMark(r) {
					break
				}
			}
			return segment{start: start, end: i}
		default:
			start := i
			for i < len(t) {
				if c := t[i]; c < utf8.RuneSelf { // most bytes
					if !isWord(rune(c)) {
						break
					}
					i++
					continue
				}
				if r, size = utf8.DecodeRune(t[i:]); !isWord(r) && !unicode.IsMark(r) || isUnspaced(r) {
					break
				}
				i += size
			}
			return segment{start, i, true}
		}
	}
	return segment{start: i, end: i}
}

func isWord(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || 'A' <= r && r <= 'Z'
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

// isUnspaced reports whether r is a letter of a script without spaces between words.
func isUnspaced(r rune) bool {
	if r < 0x0E00 || 0xAC00 <= r && r <= 0xD7A3 { // the second range: Korean syllables
		return false
	}
	return r == 'ー' || unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana,
		unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}
