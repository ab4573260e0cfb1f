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
type lexicon struct {
	automaton *automaton
	entries   []entry
	signs     bool // some entries are made of signs alone, such as emoji
}

type entry struct {
	list   list
	as     string // as the newsroom wrote it
	pieces int
}

type list uint8

const (
	blocked list = iota
	suspect
	lists
)

// maxPieces bounds the pieces of an entry, so that a ring of that many
// remembers where a match began.
const maxPieces = 128

// Bounds on what is reported of one text: beyond them it is bad enough.
const (
	maxHits   = 32 // different entries of one list
	maxPlaces = 8  // places of one entry
)

// hit is one entry that was found, and where in the folded text.
type hit struct {
	entry int32
	at    [][2]int
}

// pattern turns an entry, folded, into what the automaton reads. It returns ""
// when the entry has nothing to match.
func pattern(f *normalize.Text, s string) (p string, pieces int, signs bool) {
	stem, prefix := strings.CutSuffix(s, "*")
	f.Normalize(stem)
	var b strings.Builder
	for _, signs = range []bool{false, true} {
		spaced := false
		for pc := next(f.Bytes, 0, signs); pc.end > pc.start; pc = next(f.Bytes, pc.end, signs) {
			if spaced = pc.spaced; spaced {
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
func (l *lexicon) find(t []byte) []hit {
	var found finder
	found.lexicon = l
	found.scan(t, false)
	if l.signs {
		found.scan(t, true)
	}
	return found.hits
}

// finder is one search.
type finder struct {
	*lexicon
	hits   []hit
	number [lists]int
	starts [maxPieces]int32 // of the last pieces, a ring
}

// scan reads t piece by piece.
func (f *finder) scan(t []byte, signs bool) {
	var state uint32
	n := 0
	for pc := next(t, 0, signs); pc.end > pc.start; pc = next(t, pc.end, signs) {
		f.starts[n%maxPieces] = int32(pc.start)
		if pc.spaced {
			state = f.read(state, ' ', n, pc.end)
		}
		for _, b := range t[pc.start:pc.end] {
			state = f.read(state, b, n, pc.end)
		}
		if pc.spaced {
			state = f.read(state, ' ', n, pc.end)
		}
		n++
	}
}

// read takes one byte of piece n, which ends at end, and notes what matched.
func (f *finder) read(state uint32, b byte, n, end int) uint32 {
	state = f.automaton.step(state, b)
	s := state
	if f.automaton.word[s] < 0 {
		s = f.automaton.next[s]
	}
	for ; s != 0; s = f.automaton.next[s] {
		e := f.automaton.word[s]
		f.note(e, int(f.starts[(n+1-f.entries[e].pieces)%maxPieces]), end)
	}
	return state
}

func (f *finder) note(e int32, start, end int) {
	for i := range f.hits {
		if h := &f.hits[i]; h.entry == e {
			if len(h.at) < maxPlaces {
				h.at = append(h.at, [2]int{start, end})
			}
			return
		}
	}
	if n := &f.number[f.entries[e].list]; *n < maxHits {
		*n++
		f.hits = append(f.hits, hit{e, [][2]int{{start, end}}})
	}
}

// piece is a word, or one character of a script without spaces, or a sign.
type piece struct {
	start, end int
	spaced     bool // a word
}

// next returns the first piece of t at or after i, or an empty one at the end.
// It sees words alone, or with signs set signs alone.
func next(t []byte, i int, signs bool) piece {
	for i < len(t) {
		r, size := utf8.DecodeRune(t[i:])
		switch {
		case signs && unicode.In(r, unicode.So, unicode.Sc):
			return piece{start: i, end: i + size}
		case signs || !isWord(r):
			i += size
		case unspaced(r):
			start := i
			for i += size; i < len(t); i += size { // its vowels and tones
				if r, size = utf8.DecodeRune(t[i:]); !unicode.IsMark(r) {
					break
				}
			}
			return piece{start: start, end: i}
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
				if r, size = utf8.DecodeRune(t[i:]); !isWord(r) && !unicode.IsMark(r) || unspaced(r) {
					break
				}
				i += size
			}
			return piece{start, i, true}
		}
	}
	return piece{start: i, end: i}
}

func isWord(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || 'A' <= r && r <= 'Z'
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

// unspaced tells whether r is of a script that sets no spaces between words.
func unspaced(r rune) bool {
	if r < 0x0E00 || 0xAC00 <= r && r <= 0xD7A3 { // the second: Korean syllables
		return false
	}
	return r == 'ー' || unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana,
		unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}
