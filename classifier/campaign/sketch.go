// Package campaign finds comments that belong together: near-copies, which are the
// same text except for names, links, numbers or emoji, and texts that lead to the
// same contact. PrintOf returns what a comment is compared by; the Campaigns of
// packages storage/memory and storage/redis keep that for some time and group
// comments; Signals returns what a group means for the verdict.
//
// The package is pure: it uses no clock, no network and no database.
package campaign

import (
	"bytes"
	"math"
	"unicode"
	"unicode/utf8"

	"winnow/classifier/text/normalize"
	"winnow/models"
)

// A text with less than this has no sketch: many people write the same few words
// without being a campaign.
const (
	minWords   = 6  // different ones
	minLetters = 24 // in those words
)

// maxWords bounds the work: only the beginning of a longer text counts.
const maxWords = 512

// rows is the number of minima in one band. Together with models.SketchSize and
// models.MinSharedBands it sets the similarity at which two texts match: with 60 % of words
// and pairs of words in common 68 % match, with 20 % one in 1,100, and with 5 % one
// in 50 million.
const rows = 2

// SketchOf returns the sketch of a normalized text, and false when there is too little
// text. It takes some microseconds and does not allocate.
//
// The sketch is a MinHash (Broder, "On the resemblance and containment of
// documents", 1997) over the words and pairs of adjacent words, in bands
// (Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", chapter 3). What
// campaigns vary is left out: links, addresses, mentions, words with digits,
// signs. In scripts without spaces, pairs of characters take the place of words.
func SketchOf(t *normalize.Text) (models.Sketch, bool) {
	sketch, words, _ := sketchOf(t)
	return sketch, words > 0
}

// sketchOf also returns the number of words, or 0 when there is too little text, and
// the set of the words.
func sketchOf(t *normalize.Text) (sketch models.Sketch, words int, set models.WordSet) {
	s := sketcher{}
	for i := range s.minima {
		s.minima[i] = math.MaxUint64
	}
	for i := 0; i < len(t.Bytes) && s.words < maxWords; {
		i = s.read(t.Bytes, i)
	}
	if s.distinct < minWords || s.letters < minLetters {
		return models.Sketch{}, 0, set
	}
	for i := range sketch {
		h := uint64(i + 1)
		for _, m := range s.minima[i*rows : (i+1)*rows] {
			h = mix(h ^ m)
		}
		sketch[i] = h
	}
	return sketch, s.words, models.NewWordSet(s.hashes[:min(s.words, len(s.hashes))])
}

// sketcher is the state of one sketch.
type sketcher struct {
	minima   [models.SketchSize * rows]uint64
	words    int
	before   uint64 // hash of the word before, or 0
	unspaced rune   // the character before, of a script without spaces, or 0

	// The first different words, until there are enough of them.
	seen     [minLetters]uint64
	distinct int
	letters  int

	hashes [models.MaxWordSet]uint16 // of the first words
}

var (
	web = []byte("://")
	www = []byte("www.")
)

// read adds the word or sign at i, and returns where it ends.
func (s *sketcher) read(t []byte, i int) int {
	r, size := utf8.DecodeRune(t[i:])
	if !isWord(r) {
		if r == '@' {
			return i + size + wordLen(t[i+size:])
		}
		return i + size
	}
	if isUnspaced(r) {
		if s.unspaced != 0 {
			s.word(mix(mix(uint64(s.unspaced))^uint64(r)), 2)
		}
		s.unspaced = r
		return i + size
	}
	s.unspaced = 0
	n, h := plainWord(t[i:])
	letters := n
	plain := n > 0 && (i+n == len(t) || t[i+n] < utf8.RuneSelf && !isWord(rune(t[i+n])))
	if !plain {
		n = wordLen(t[i:])
	}
	if rest := t[i+n:]; bytes.HasPrefix(rest, web) || bytes.HasPrefix(t[i:], www) || continuesAddress(rest) {
		return i + n + addressLen(rest)
	}
	if plain {
		s.word(h, letters)
		return i + n
	}
	h, letters = 0, 0
	for _, r := range string(t[i : i+n]) {
		if unicode.IsDigit(r) {
			return i + n
		}
		h = mix(h ^ uint64(r))
		letters++
		if 0xAC00 <= r && r <= 0xD7A3 { // a Korean syllable counts as two letters
			letters++
		}
	}
	s.word(h, letters)
	return i + n
}

// plainWord returns the length and the hash of the run of letters from a to z that
// t begins with; most words are no more.
func plainWord(t []byte) (n int, h uint64) {
	for n < len(t) && 'a' <= t[n] && t[n] <= 'z' {
		h = mix(h ^ uint64(t[n]))
		n++
	}
	return n, h
}

// word adds a word and its pair with the one before.
func (s *sketcher) word(h uint64, letters int) {
	if s.words < len(s.hashes) {
		s.hashes[s.words] = uint16(mix(h))
	}
	s.words++
	pair := h
	if s.before != 0 {
		pair = mix(s.before + 3*h)
	}
	s.add(h, pair)
	s.before = h
	if s.distinct >= minWords && s.letters >= minLetters {
		return
	}
	for _, known := range s.seen[:s.distinct] {
		if known == h {
			return
		}
	}
	if s.distinct < len(s.seen) {
		s.seen[s.distinct] = h
		s.distinct++
		s.letters += letters
	}
}

func (s *sketcher) add(word, pair uint64) {
	for i, m := range &multipliers {
		s.minima[i] = min(s.minima[i], (word^m>>1)*m, (pair^m>>1)*m)
	}
}

// multipliers make many hash functions of one.
var multipliers = func() (m [models.SketchSize * rows]uint64) {
	for i := range m {
		m[i] = mix(uint64(i+1)*0x9e3779b97f4a7c15) | 1
	}
	return m
}()

// mix is the finaliser of SplitMix64, by Steele, Lea and Flood.
func mix(h uint64) uint64 {
	h += 0x9e3779b97f4a7c15
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}

// continuesAddress reports whether what follows a word makes an address of it, such as ".com"
// or "@mail.example".
func continuesAddress(rest []byte) bool {
	if len(rest) < 2 || rest[0] != '.' && rest[0] != '@' {
		return false
	}
	r, _ := utf8.DecodeRune(rest[1:])
	return isWord(r) && !isUnspaced(r)
}

// addressLen returns the length of the rest of an address: up to a space or to a
// script without spaces, which may follow directly.
func addressLen(t []byte) int {
	for i := 0; i < len(t); {
		r, size := utf8.DecodeRune(t[i:])
		if r <= ' ' || unicode.IsSpace(r) || isUnspaced(r) {
			return i
		}
		i += size
	}
	return len(t)
}

// wordLen returns the length of the word that t begins with.
func wordLen(t []byte) int {
	for i := 0; i < len(t); {
		r, size := utf8.DecodeRune(t[i:])
		if !isWord(r) && !unicode.IsMark(r) || isUnspaced(r) {
			return i
		}
		i += size
	}
	return len(t)
}

func isWord(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || '0' <= r && r <= '9'
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

// isUnspaced reports whether r is a letter of a script without spaces between words.
func isUnspaced(r rune) bool {
	if r < 0x0E00 || 0xAC00 <= r && r <= 0xD7A3 {
		return false
	}
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana,
		unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}
