package text

import (
	"unicode"
	"unicode/utf8"
)

// Caps on the tokens of one comment: a longer one says no more than its
// beginning, and must not cost more.
const (
	maxWords = 4096 // words, pairs and whatever else has a place
	maxGrams = 4096 // pieces of words
)

// Scanner cuts comments into tokens. It keeps its buffers, so a pool of them
// scans without allocating; it must not be used by two goroutines at once.
type Scanner struct {
	Body Folded // the comment's text, after Scan

	tokens  []Token
	letters []byte // what each token is made of
	slots   []slot
	round   uint32
	mask    uint64
	words   int
	grams   int
}

// slot remembers a hash for one round.
type slot struct {
	hash  uint64
	round uint32
}

// Scan folds a comment and returns its tokens, each once, at its first place.
// The tokens are good until the next Scan.
func (sc *Scanner) Scan(in Doc) []Token {
	sc.Body.Fold(in.Text)
	sc.start(len(sc.Body.Text))
	sc.scanWords()
	return sc.tokens
}

// Name returns what a token of the last Scan is called in explanations, such
// as "word:casino".
func (sc *Scanner) Name(t Token) string {
	return t.Kind.String() + ":" + string(sc.letters[t.from:t.to])
}

func (sc *Scanner) start(size int) {
	want := 1024
	for want < 8*size && want < 1<<14 {
		want *= 2
	}
	if len(sc.slots) < want {
		sc.slots, sc.round = make([]slot, want), 0
	}
	sc.mask = uint64(want - 1)
	sc.round++
	if sc.round == 0 {
		clear(sc.slots)
		sc.round = 1
	}
	sc.tokens, sc.letters = sc.tokens[:0], sc.letters[:0]
	sc.words, sc.grams = 0, 0
}

// FNV-1a, by Fowler, Noll and Vo, with a last mix because the table takes the
// low bits.
const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

func seed(k Kind) uint64 { return (fnvOffset ^ uint64(k)) * fnvPrime }

func mix(h uint64) uint64 {
	h ^= h >> 32
	h *= 0x9e3779b97f4a7c15
	return h ^ h>>29
}

func (sc *Scanner) add(k Kind, h uint64, from, to int, start, end int32) {
	h = mix(h)
	i := h & sc.mask
	for sc.slots[i].round == sc.round {
		if sc.slots[i].hash == h {
			return
		}
		i = (i + 1) & sc.mask
	}
	sc.slots[i] = slot{h, sc.round}
	sc.tokens = append(sc.tokens, Token{Kind: k, Hash: h, Start: start, End: end, from: int32(from), to: int32(to)})
}

func (sc *Scanner) hashed(k Kind, from, to int, start, end int32) {
	h := seed(k)
	for _, c := range sc.letters[from:to] {
		h = (h ^ uint64(c)) * fnvPrime
	}
	sc.add(k, h, from, to, start, end)
}

func (sc *Scanner) scanWords() {
	t := sc.Body.Text
	before := -1
	beforeStart := 0
	sc.letters = append(sc.letters, ' ')
	for i := 0; i < len(t); {
		r, size := utf8.DecodeRune(t[i:])
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			i += size
			continue
		}
		start, from := i, len(sc.letters)
		for i < len(t) {
			r, size = utf8.DecodeRune(t[i:])
			if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) {
				break
			}
			i += size
		}
		sc.letters = append(append(sc.letters, t[start:i]...), ' ')
		to := len(sc.letters) - 1
		if sc.words < maxWords {
			sc.words++
			sc.hashed(Word, from, to, int32(start), int32(i))
			if before >= 0 {
				sc.hashed(Pair, before, to, int32(beforeStart), int32(i))
			}
		}
		sc.pieces(from-1, to+1, int32(start), int32(i))
		before, beforeStart = from, start
	}
}

// pieces adds the 3 to 5 neighbouring characters of a word and its ends.
func (sc *Scanner) pieces(from, to int, start, end int32) {
	for i := from; i < to && sc.grams < maxGrams; {
		h := seed(Chars)
		n, j := 0, i
		next := i + 1
		for j < to && n < 5 {
			h = (h ^ uint64(sc.letters[j])) * fnvPrime
			for j++; j < to && !utf8.RuneStart(sc.letters[j]); j++ {
				h = (h ^ uint64(sc.letters[j])) * fnvPrime
			}
			if n++; n == 1 {
				next = j
			}
			if n >= 3 {
				sc.grams++
				sc.add(Chars, h, i, j, start, end)
			}
		}
		i = next
	}
}
