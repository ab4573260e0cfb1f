package features

import (
	"unicode/utf8"

	"winnow/classifier/text/normalize"
)

// emitNGrams emits the runs of shortest to longest adjacent characters of a word,
// with a space at either end when edge is 1. For an ASCII word shortest is 3, or 4
// for a host, and longest is 5.
func (sc *Scanner) emitNGrams(w wordSpan, edge, shortest, longest int) {
	b, to := sc.wordBytes, int(w.to)+edge
	if w.ascii { // then shortest is 3 or 4, and longest is 5
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

// emitVariants emits words in another form: without accents, and in one piece where
// a sign divides them.
func (sc *Scanner) emitVariants() {
	for _, w := range sc.variants {
		variant := w
		variant.from = int32(len(sc.wordBytes))
		for i := int(w.from); i < int(w.to); {
			r, size := utf8.DecodeRune(sc.wordBytes[i:])
			if r != 'й' {
				r = normalize.BaseLetter(r)
			}
			if r != ' ' {
				sc.wordBytes = utf8.AppendRune(sc.wordBytes, r)
			}
			i += size
		}
		variant.to = int32(len(sc.wordBytes))
		sc.wordBytes = append(sc.wordBytes, ' ')
		to := min(int(variant.to), int(variant.from)+maxWordBytes)
		sc.add(Word, hashName(Word, sc.wordBytes[variant.from:to]), int(variant.from), to, w.start, w.end)
		sc.emitNGrams(variant, 1, 3, 5)
	}
}
