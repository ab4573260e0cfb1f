package rules

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"winnow/classifier/text/normalize"
)

// lexicon finds the words and phrases of all lists in a folded text.
//
// Text and entries are read alike, as a row of pieces (see next). In the
// automaton a word stands between spaces, " so ", and a character of a script
// without spaces stands bare; so entries match whole words or, without
// spaces, anywhere. An entry with a * lacks the last space.
type wordMatcher struct {
	automaton *automaton
	entries   []entry
	hasSigns     bool // some entries are made of signs alone, such as emoji
}

type entry struct {
	list   list
	original     string // as the newsroom wrote it
	segments int
}

type list uint8

const (
	blockedList list = iota
	suspectList
	numLists
)

// maxPieces bounds the pieces of an entry, so that a ring of that many
// remembers where a match began.
const maxSegments = 128

// Bounds on what is reported of one text: beyond them it is bad enough.
const (
	maxMatches   = 32 // different entries of one list
	maxPlaces = 8  // places of one entry
)

// hit is one entry that was found, and where in the folded text.
type match struct {
	entry int32
	at    [][2]int
}

// pattern turns an entry, folded, into what the automaton reads. It returns ""
// when the entry has nothing to match.
func encodeEntry(f *normalize.Text, s string) (p string, pieces int, signs bool) {
	stem, prefix := strings.CutSuffix(s, "*")
	f.Normalize(stem)
	var b strings.Builder
	for _, signs = range []bool{false, true} {
		spaced := false
		for pc := nextSegment(f.Bytes, 0, signs); pc.end > pc.start; pc = nextSegment(f.Bytes, pc.end, signs) {
			if spaced = pc.isWord; spaced {
				b.WriteByte(' ')
			}
			b.Write(f.Bytes[pc.start:pc.end])
			if spaced {
				b.WriteByte(' ')
			}
			pieces++
		}
		if pieces > 0 {
			p = b.String()
			if prefix && spaced {
				p = p[:len(p)-1]
			}
			return p, pieces, signs
		}
	}
	return "", 0, false
}

// find returns the entries in t, at most maxHits of each list.
func (l *wordMatcher) find(t []byte) []match {
	var found wordSearch
	found.wordMatcher = l
	found.scan(t, false)
	if l.hasSigns {
		found.scan(t, true)
	}
	return found.matches
}

// finder is one search.
type wordSearch struct {
	*wordMatcher
	matches   []match
	count [numLists]int
	starts [maxSegments]int32 // of the last pieces, a ring
}

// scan reads t piece by piece.
func (f *wordSearch) scan(t []byte, signs bool) {
	var state uint32
	n := 0
	for pc := nextSegment(t, 0, signs); pc.end > pc.start; pc = nextSegment(t, pc.end, signs) {
		f.starts[n%maxSegments] = int32(pc.start)
		if pc.isWord {
			state = f.step(state, ' ', n, pc.end)
		}
		for _, b := range t[pc.start:pc.end] {
			state = f.step(state, b, n, pc.end)
		}
		if pc.isWord {
			state = f.step(state, ' ', n, pc.end)
		}
		n++
	}
}

// read takes one byte of piece n, which ends at end, and notes what matched.
func (f *wordSearch) step(state uint32, b byte, n, end int) uint32 {
	state = f.automaton.step(state, b)
	s := state
	if f.automaton.word[s] < 0 {
		s = f.automaton.output[s]
	}
	for ; s != 0; s = f.automaton.output[s] {
		e := f.automaton.word[s]
		f.record(e, int(f.starts[(n+1-f.entries[e].segments)%maxSegments]), end)
	}
	return state
}

func (f *wordSearch) record(e int32, start, end int) {
	for i := range f.matches {
		if h := &f.matches[i]; h.entry == e {
			if len(h.at) < maxPlaces {
				h.at = append(h.at, [2]int{start, end})
			}
			return
		}
	}
	if n := &f.count[f.entries[e].list]; *n < maxMatches {
		*n++
		f.matches = append(f.matches, match{e, [][2]int{{start, end}}})
	}
}

// piece is a word, or one character of a script without spaces, or a sign.
type segment struct {
	start, end int
	isWord     bool // a word
}

// next returns the first piece of t at or after i, or an empty one at the end.
// It sees words alone, or with signs set signs alone.
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
			for i += size; i < len(t); i += size { // its vowels and tones
				if r, size = utf8.DecodeRune(t[i:]); !unicode.IsMark(r) {
					break
				}
			}
			return segment{start: start, end: i}
		default:
			start := i
			for i < len(t) {
				if c := t[i]; c < utf8.RuneSelf { // most often
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

// unspaced tells whether r is of a script that sets no spaces between words.
func isUnspaced(r rune) bool {
	if r < 0x0E00 || 0xAC00 <= r && r <= 0xD7A3 { // the second: Korean syllables
		return false
	}
	return r == 'ー' || unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana,
		unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}
