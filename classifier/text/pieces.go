package text

import "unicode/utf8"

// addWord adds a word, its pair with the one before, and its pieces.
func (sc *Scanner) emitWord(t []byte, w, last wordSpan, wr segmentation) {
	if w.from == w.to {
		return
	}
	sc.counters.words++
	known := false
	if sc.counters.words <= maxWords {
		sc.matchPhrases(w, last.from >= 0)
		to := min(int(w.to), int(w.from)+maxWordBytes)
		before := len(sc.tokens)
		sc.add(Word, hashName(Word, sc.wordBytes[w.from:to]), int(w.from), to, w.start, w.end)
		if known = len(sc.tokens) == before; !known {
			sc.counters.distinct++
		}
		if last.from >= 0 && w.to-last.from <= 2*maxWordBytes {
			sc.add(Pair, hashName(Pair, sc.wordBytes[last.from:to]), int(last.from), to, last.start, w.end)
			if w.start == last.end+1 && t[last.end] != ' ' && t[last.end] != '\n' && min(w.to-w.from, last.to-last.from) < 4 {
				sc.variants = append(sc.variants, wordSpan{from: last.from, to: w.to, start: last.start, end: w.end})
			}
		}
		if w.accented {
			sc.variants = append(sc.variants, w)
		}
	}
	switch {
	case wr == ideographic:
		sc.emitNGrams(w, 0, 1, 2)
	case wr == hangulSyllables:
		sc.emitNGrams(w, 1, 2, 4)
	case isDigits(sc.wordBytes[w.from:w.to]):
	case known && w.ascii && w.to-w.from < maxWordBytes:
		// So are its pieces, which count all the same.
		for n := 3; n <= 5; n++ {
			sc.counters.ngrams += max(int(w.to-w.from)+3-n, 0)
		}
	default:
		sc.emitNGrams(w, 1, 3, 5)
	}
}

func isDigits(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// pieces adds the runs of least to most neighbouring characters of a word,
// with a blank at either end when edge is 1.
func (sc *Scanner) emitNGrams(w wordSpan, edge, shortest, longest int) {
	b, to := sc.wordBytes, int(w.to)+edge
	if w.ascii { // then least is 3 and most is 5
		for i := int(w.from) - edge; i+3 <= to && sc.counters.ngrams < maxNGrams; i++ {
			h := hashSeed(Chars)
			for _, c := range b[i : i+3] {
				h = (h ^ uint64(c)) * fnvPrime
			}
			sc.counters.ngrams++
			sc.add(Chars, finishHash(h), i, i+3, w.start, w.end)
			for j := i + 3; j < min(i+5, to); j++ {
				h = (h ^ uint64(b[j])) * fnvPrime
				sc.counters.ngrams++
				sc.add(Chars, finishHash(h), i, j+1, w.start, w.end)
			}
		}
		return
	}
	for i := int(w.from) - edge; i < to && sc.counters.ngrams < maxNGrams; {
		h := hashSeed(Chars)
		next := i + 1
		for n, j := 0, i; j < to && n < longest; {
			h = (h ^ uint64(b[j])) * fnvPrime
			for j++; j < to && b[j]&0xC0 == 0x80; j++ {
				h = (h ^ uint64(b[j])) * fnvPrime
			}
			if n++; n == 1 {
				next = j
			}
			if n >= shortest {
				sc.counters.ngrams++
				sc.add(Chars, finishHash(h), i, j, w.start, w.end)
			}
		}
		i = next
	}
}

// scanLater adds the other forms of words: without accents, and in one piece
// where a sign had cut them.
func (sc *Scanner) emitVariants() {
	for _, w := range sc.variants {
		form := w
		form.from = int32(len(sc.wordBytes))
		for i := int(w.from); i < int(w.to); {
			r, size := utf8.DecodeRune(sc.wordBytes[i:])
			if r != 'й' {
				r = BaseLetter(r)
			}
			if r != ' ' {
				sc.wordBytes = utf8.AppendRune(sc.wordBytes, r)
			}
			i += size
		}
		form.to = int32(len(sc.wordBytes))
		sc.wordBytes = append(sc.wordBytes, ' ')
		to := min(int(form.to), int(form.from)+maxWordBytes)
		sc.add(Word, hashName(Word, sc.wordBytes[form.from:to]), int(form.from), to, w.start, w.end)
		sc.emitNGrams(form, 1, 3, 5)
	}
}
