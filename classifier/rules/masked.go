package rules

import (
	"bytes"
	"unicode/utf8"
)

// maskIndex finds words of which letters are masked by signs, such as f*ck. It maps
// the length of an entry and one of its first two letters to the entries: one word
// each, with or without a star at its end.
type maskIndex map[maskKey][]maskedEntry

type maskKey struct {
	length, place int // in characters
	letter        rune
}

type maskedEntry struct {
	entry   int32
	letters []rune
	prefix  bool
}

// maxMasked bounds the masked words of a text that are looked up, and their length.
const (
	maxMasked       = 16
	maxMaskedLength = 32
)

// masked stands for a letter that a sign replaces.
const masked rune = 0

func isMask(c byte) bool { return c == '*' || c == '#' || c == '_' }

func (x maskIndex) add(entry int32, p pattern) {
	if len(p.parts) != 1 || p.parts[0].kind != word || p.wild || p.withSigns {
		return
	}
	pieces := p.parts[0].pieces
	e := maskedEntry{entry, []rune(pieces[0]), len(pieces) > 1}
	for place := range min(2, len(e.letters)) {
		key := maskKey{len(e.letters), place, e.letters[place]}
		x[key] = append(x[key], e)
	}
}

// scanMasked finds the words with masked letters. At least two letters must be left,
// and as many as there are masks.
func (s *wordSearch) scanMasked() {
	if !bytes.ContainsAny(s.text, "*#_") {
		return
	}
	looked := 0
	for i := 0; i < len(s.text) && looked < maxMasked; {
		end := maskedEnd(s.text, i)
		if end == i {
			_, size := utf8.DecodeRune(s.text[i:])
			i += size
			continue
		}
		from, to := trimEmphasis(s.text, i, end)
		if letters := maskedLetters(s.text[from:to]); letters != nil {
			s.lookUpMasked(letters, from, to)
			looked++
		}
		i = end
	}
}

// maskedEnd returns the end of the word with masks at i.
func maskedEnd(t []byte, i int) int {
	for i < len(t) {
		if isMask(t[i]) {
			i++
		} else if to := wordEnd(t, i); to > i {
			i = to
		} else {
			break
		}
	}
	return i
}

// trimEmphasis drops the signs of hashtags and of *emphasis* around a word.
func trimEmphasis(t []byte, from, to int) (int, int) {
	for from < to && (t[from] == '#' || t[from] == '_' || t[from] == '*' && t[to-1] == '*') {
		if t[from] == '*' {
			to--
		}
		from++
	}
	for to > from && t[to-1] == '_' {
		to--
	}
	return from, max(from, to)
}

// maskedLetters returns the letters of a word, folded, or nil when none of them is
// masked, or too many are.
func maskedLetters(t []byte) []rune {
	if !bytes.ContainsAny(t, "*#_") {
		return nil
	}
	var letters []rune
	masks := 0
	for i := 0; i < len(t); {
		if isMask(t[i]) {
			letters = append(letters, masked)
			masks++
			i++
			continue
		}
		to := wordEnd(t, i)
		letters = append(letters, bytes.Runes(appendFolded(nil, t[i:to]))...)
		i = to
	}
	if n := len(letters); n > maxMaskedLength || n-masks < 2 || n < 2*masks {
		return nil
	}
	return letters
}

// lookUpMasked records the entries that a word may be.
func (s *wordSearch) lookUpMasked(letters []rune, from, to int) {
	place := 0
	if letters[0] == masked {
		place = 1
	}
	for n := place + 1; n <= len(letters); n++ {
		for _, e := range s.masked[maskKey{n, place, letters[place]}] {
			if (n == len(letters) || e.prefix) && couldBe(letters[:n], e.letters) {
				s.record(e.entry, from, to)
			}
		}
	}
}

// couldBe reports whether the letters that are left, two at least, are those of a word.
func couldBe(letters, of []rune) bool {
	left := 0
	for i, r := range letters {
		if r == masked {
			continue
		}
		if r != of[i] {
			return false
		}
		left++
	}
	return left >= 2
}
