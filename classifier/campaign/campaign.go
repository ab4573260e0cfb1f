// Package campaign finds near-copies: comments that say the same with other
// names, links, numbers or emoji. Of draws a sketch of a text; the Campaigns
// of packages storage/memory and storage/redis remember the sketches of some
// time and tell which group a new one belongs to; Signal says what belonging
// to a group means for the verdict.
//
// The package is pure: it knows no clock, no network and no database.
package campaign

import (
	"bytes"
	"math"
	"strconv"
	"unicode"
	"unicode/utf8"

	"winnow/classifier/text/normalize"
	"winnow/models"
)

// A text with less in it than this has no sketch: what many people say in few
// words is no campaign.
const (
	minWords   = 6  // different ones
	minLetters = 24 // in those words
)

// maxWords bounds the work: of a longer text, the beginning counts.
const maxWords = 512

// rows is how many minima make one band. With models.Bands and models.Alike it
// sets how like two texts must be: of texts that share 60 % of their words and
// pairs of words 68 % meet, of those that share 20 % one in 1,100, and of those
// that share 5 % one in 50 million.
const rows = 2

// Of returns the sketch of a folded text, and false when there is too little
// in it. It takes some microseconds and no memory.
//
// The sketch is a MinHash (Broder, "On the resemblance and containment of
// documents", 1997) over the words and pairs of neighbouring words, in bands
// (Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", chapter 3). What
// campaigns vary is left out: links, addresses, mentions, words with digits,
// signs. In scripts without spaces, pairs of characters stand for words.
func Of(f *normalize.Text) (models.Sketch, bool) {
	s := sketcher{}
	for i := range s.minima {
		s.minima[i] = math.MaxUint64
	}
	for i := 0; i < len(f.Bytes) && s.words < maxWords; {
		i = s.read(f.Bytes, i)
	}
	if s.distinct < minWords || s.letters < minLetters {
		return models.Sketch{}, false
	}
	var sketch models.Sketch
	for i := range sketch {
		h := uint64(i + 1)
		for _, m := range s.minima[i*rows : (i+1)*rows] {
			h = mix(h ^ m)
		}
		sketch[i] = h
	}
	return sketch, true
}

// sketcher is one sketch in the making.
type sketcher struct {
	minima [models.Bands * rows]uint64
	words  int
	before uint64 // the word before, or 0
	bare   rune   // the character before, of a script without spaces, or 0

	seen     [minLetters]uint64 // the first different words
	distinct int
	letters  int // in them
}

var (
	web = []byte("://")
	www = []byte("www.")
)

// read takes in the run of characters at i, and returns where to go on.
func (s *sketcher) read(t []byte, i int) int {
	r, size := utf8.DecodeRune(t[i:])
	if !isWord(r) {
		if r == '@' {
			return i + size + wordLen(t[i+size:])
		}
		return i + size
	}
	if unspaced(r) {
		if s.bare != 0 {
			s.word(mix(mix(uint64(s.bare))^uint64(r)), 2)
		}
		s.bare = r
		return i + size
	}
	s.bare = 0
	n, h := plainWord(t[i:])
	letters := n
	plain := n > 0 && (i+n == len(t) || t[i+n] < utf8.RuneSelf && !isWord(rune(t[i+n])))
	if !plain {
		n = wordLen(t[i:])
	}
	if rest := t[i+n:]; bytes.HasPrefix(rest, web) || bytes.HasPrefix(t[i:], www) || joined(rest) {
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
		if 0xAC00 <= r && r <= 0xD7A3 { // a Korean syllable says as much as two letters
			letters++
		}
	}
	s.word(h, letters)
	return i + n
}

// plainWord returns the length and the hash of the run of Latin letters that t
// begins with: most words are no more.
func plainWord(t []byte) (n int, h uint64) {
	for n < len(t) && 'a' <= t[n] && t[n] <= 'z' {
		h = mix(h ^ uint64(t[n]))
		n++
	}
	return n, h
}

// word adds a word and its pair with the one before.
func (s *sketcher) word(h uint64, letters int) {
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

// multipliers make many hashes of one.
var multipliers = func() (m [models.Bands * rows]uint64) {
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

// joined tells whether what follows a word makes an address of it, such as
// ".com" or "@mail.example".
func joined(rest []byte) bool {
	if len(rest) < 2 || rest[0] != '.' && rest[0] != '@' {
		return false
	}
	r, _ := utf8.DecodeRune(rest[1:])
	return isWord(r) && !unspaced(r)
}

// addressLen returns the length of what is left of an address: up to a space
// or to a script without spaces, which may follow at once.
func addressLen(t []byte) int {
	for i := 0; i < len(t); {
		r, size := utf8.DecodeRune(t[i:])
		if r <= ' ' || unicode.IsSpace(r) || unspaced(r) {
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
		if !isWord(r) && !unicode.IsMark(r) || unspaced(r) {
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

// unspaced tells whether r is of a script that sets no spaces between words.
func unspaced(r rune) bool {
	if r < 0x0E00 || 0xAC00 <= r && r <= 0xD7A3 {
		return false
	}
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana,
		unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// maxWeight is the most that a campaign adds to the log odds of spam.
const maxWeight = 4

// Signal returns "campaign:copies", whose Detail is the number of copies, for
// at least three copies by two authors or on two articles; one author who
// writes the same on one article again is none. Its weight is the logarithm of
// the number of authors times the number of articles, at most 4: two authors on
// one article weigh 0.7, ten on five 3.9.
func Signal(c models.Campaign) (models.Signal, bool) {
	if c.Count < 3 || c.Authors < 2 && c.Articles < 2 {
		return models.Signal{}, false
	}
	weight := math.Log(float64(max(c.Authors, 1))) + math.Log(float64(max(c.Articles, 1)))
	return models.Signal{
		Name: "campaign:copies", Detail: strconv.Itoa(c.Count), Weight: min(weight, maxWeight),
	}, true
}
