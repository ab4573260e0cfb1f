package features

import (
	"unicode/utf8"

	"winnow/classifier/text/charclass"
	"winnow/classifier/text/normalize"
)

// emitWord emits a word, its pair with the one before, and its characters.
func (sc *Scanner) emitWord(t []byte, w, last wordSpan, seg charclass.Segmentation) {
	if w.from == w.to {
		return
	}
	sc.counters.words++
	known := false
	if sc.counters.words <= maxWords {
		if seg == charclass.Ideographic {
			sc.matchInside(w)
		} else {
			sc.matchPhrases(w, last.from >= 0)
		}
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
	case seg == charclass.Ideographic:
		sc.emitNGrams(w, 0, 1, 2)
	case seg == charclass.HangulSyllables:
		sc.emitNGrams(w, 1, 2, 4)
	case isDigits(sc.wordBytes[w.from:w.to]):
	case known && w.ascii && w.to-w.from < maxWordBytes:
		// Its characters are known too; they only count against the bound.
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

// readWord copies the word at i into wordBytes. An apostrophe inside is dropped,
// unless it follows an article: l'homme.
func (sc *Scanner) readWord(t []byte, i, end int, seg charclass.Segmentation) wordSpan {
	w := wordSpan{from: int32(len(sc.wordBytes)), start: int32(i), ascii: true}
	n := 0
	for {
		if seg == charclass.BySpaces {
			run, digits := asciiRun(t[i:end])
			sc.wordBytes = append(sc.wordBytes, t[i:i+run]...)
			sc.counters.addASCII(run-digits, digits)
			i += run
			n += run
		}
		if i >= end {
			break
		}
		r, size := rune(t[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRune(t[i:])
		}
		c := charclass.Of(r)
		if r == '\'' || r == '*' {
			right := lettersAt(t, i+1, end)
			if right == 0 || r == '\'' && n < 3 && right > 2 {
				break
			}
			if r == '\'' {
				i++
				continue
			}
		} else if !c.IsAlnum() && c != charclass.Mark || charclass.SegmentationOf(r) != seg && c != charclass.Mark && c != charclass.Digit {
			break
		}
		if r >= utf8.RuneSelf {
			w.ascii = false
			w.accented = w.accented || r >= 0xC0 && normalize.BaseLetter(r) != r && r != 'й'
		}
		sc.wordBytes = append(sc.wordBytes, t[i:i+size]...)
		i += size
		n++
		sc.counters.addLetter(r, c)
	}
	w.to, w.end = int32(len(sc.wordBytes)), int32(i)
	sc.wordBytes = append(sc.wordBytes, ' ')
	return w
}

// asciiRun returns how many ASCII letters and digits t begins with, and how many of
// them are digits.
func asciiRun(t []byte) (n, digits int) {
	for ; n < len(t) && t[n] < utf8.RuneSelf; n++ {
		switch charclass.ASCII(t[n]) {
		case charclass.Latin:
		case charclass.Digit:
			digits++
		default:
			return n, digits
		}
	}
	return n, digits
}

// lettersAt counts at most three letters at i.
func lettersAt(t []byte, i, end int) int {
	n := 0
	for n < 3 && i < end {
		r, size := utf8.DecodeRune(t[i:])
		if !charclass.Of(r).IsLetter() {
			break
		}
		n++
		i += size
	}
	return n
}
