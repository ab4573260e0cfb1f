package text

import "unicode/utf8"

// addWord adds a word, its pair with the one before, and its pieces.
func (sc *Scanner) addWord(t []byte, w, last span, wr writing) {
	if w.from == w.to {
		return
	}
	sc.count.words++
	known := false
	if sc.count.words <= maxWords {
		sc.hear(w, last.from >= 0)
		to := min(int(w.to), int(w.from)+maxLetter)
		before := len(sc.tokens)
		sc.add(Word, hash(Word, sc.letters[w.from:to]), int(w.from), to, w.start, w.end)
		if known = len(sc.tokens) == before; !known {
			sc.count.distinct++
		}
		if last.from >= 0 && w.to-last.from <= 2*maxLetter {
			sc.add(Pair, hash(Pair, sc.letters[last.from:to]), int(last.from), to, last.start, w.end)
			if w.start == last.end+1 && t[last.end] != ' ' && t[last.end] != '\n' && min(w.to-w.from, last.to-last.from) < 4 {
				sc.later = append(sc.later, span{from: last.from, to: w.to, start: last.start, end: w.end})
			}
		}
		if w.accented {
			sc.later = append(sc.later, w)
		}
	}
	switch {
	case wr == ideograph:
		sc.pieces(w, 0, 1, 2)
	case wr == hangul:
		sc.pieces(w, 1, 2, 4)
	case isNumber(sc.letters[w.from:w.to]):
	case known && w.ascii && w.to-w.from < maxLetter:
		// So are its pieces, which count all the same.
		for n := 3; n <= 5; n++ {
			sc.count.grams += max(int(w.to-w.from)+3-n, 0)
		}
	default:
		sc.pieces(w, 1, 3, 5)
	}
}

func isNumber(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// pieces adds the runs of least to most neighbouring characters of a word,
// with a blank at either end when edge is 1.
func (sc *Scanner) pieces(w span, edge, least, most int) {
	b, to := sc.letters, int(w.to)+edge
	if w.ascii { // then least is 3 and most is 5
		for i := int(w.from) - edge; i+3 <= to && sc.count.grams < maxGrams; i++ {
			h := seed(Chars)
			for _, c := range b[i : i+3] {
				h = (h ^ uint64(c)) * fnvPrime
			}
			sc.count.grams++
			sc.add(Chars, mix(h), i, i+3, w.start, w.end)
			for j := i + 3; j < min(i+5, to); j++ {
				h = (h ^ uint64(b[j])) * fnvPrime
				sc.count.grams++
				sc.add(Chars, mix(h), i, j+1, w.start, w.end)
			}
		}
		return
	}
	for i := int(w.from) - edge; i < to && sc.count.grams < maxGrams; {
		h := seed(Chars)
		next := i + 1
		for n, j := 0, i; j < to && n < most; {
			h = (h ^ uint64(b[j])) * fnvPrime
			for j++; j < to && b[j]&0xC0 == 0x80; j++ {
				h = (h ^ uint64(b[j])) * fnvPrime
			}
			if n++; n == 1 {
				next = j
			}
			if n >= least {
				sc.count.grams++
				sc.add(Chars, mix(h), i, j, w.start, w.end)
			}
		}
		i = next
	}
}

// scanLater adds the other forms of words: without accents, and in one piece
// where a sign had cut them.
func (sc *Scanner) scanLater() {
	for _, w := range sc.later {
		form := w
		form.from = int32(len(sc.letters))
		for i := int(w.from); i < int(w.to); {
			r, size := utf8.DecodeRune(sc.letters[i:])
			if r != 'й' {
				r = plain(r)
			}
			if r != ' ' {
				sc.letters = utf8.AppendRune(sc.letters, r)
			}
			i += size
		}
		form.to = int32(len(sc.letters))
		sc.letters = append(sc.letters, ' ')
		to := min(int(form.to), int(form.from)+maxLetter)
		sc.add(Word, hash(Word, sc.letters[form.from:to]), int(form.from), to, w.start, w.end)
		sc.pieces(form, 1, 3, 5)
	}
}
