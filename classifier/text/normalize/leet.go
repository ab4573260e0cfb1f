package normalize

import "winnow/classifier/text/charclass"

// leetSign returns the letter that a sign stands for inside a word, 0 when there
// is none.
func leetSign(r rune) rune {
	switch r {
	case '@':
		return 'a'
	case '$':
		return 's'
	case '!', '|', '¡':
		return 'i'
	case '€':
		return 'e'
	case '¢':
		return 'c'
	}
	return 0
}

// leetDigit is leetSign for a digit in a Latin word.
func leetDigit(r rune) rune {
	switch r {
	case '0':
		return 'o'
	case '1':
		return 'i'
	case '3':
		return 'e'
	case '4':
		return 'a'
	case '5':
		return 's'
	case '7':
		return 't'
	}
	return 0
}

// cyrillicDigit is leetSign for a digit in a Cyrillic word.
func cyrillicDigit(r rune) rune {
	switch r {
	case '0':
		return 'о'
	case '1':
		return 'і'
	case '3':
		return 'з'
	case '4':
		return 'ч'
	}
	return 0
}

// decodeLeet replaces the digits and signs of a word by the letters that they
// stand for, when the result can be pronounced and the digits have no meaning of
// their own. With strict unset the text has other leet words, and weaker
// evidence is enough.
func (t *Text) decodeLeet(w []char, strict bool) {
	for len(w) > 0 && w[len(w)-1].class == charclass.Sign && !isTrailingLetterSign(w, strict) {
		w = w[:len(w)-1]
	}
	for len(w) > 0 && w[0].class == charclass.Sign && w[0].r != '$' && (strict || w[0].r != '@' || !hasSignOrDigit(w[1:])) {
		w = w[1:]
	}
	if len(w) < 3 || len(w) > 20 {
		return
	}
	l := leetWord{end: len(w), class: charclass.Latin}
	if !l.count(w) || strict && !l.isCertain(w) || !strict && !l.isLikely(w) || l.class == charclass.Latin && !l.isPronounceable(w[:l.end], strict) {
		return
	}
	t.leetWords++
	for i := range w[:l.end] {
		if r := l.decode(w, i); r != 0 {
			w[i].r, w[i].class = r, l.class
			w[i].flags |= flagOf(Leet)
		}
	}
}

// hasSignOrDigit reports whether a word has signs or digits.
func hasSignOrDigit(w []char) bool {
	for i := range w {
		if w[i].class == charclass.Digit || w[i].class == charclass.Sign {
			return true
		}
	}
	return false
}

// isTrailingLetterSign reports whether the sign at the end of a word may stand for
// a letter.
func isTrailingLetterSign(w []char, strict bool) bool {
	if r := w[len(w)-1].r; len(w) < 2 || r != '$' && r != '€' || w[len(w)-2].class != charclass.Latin {
		return false
	}
	return !strict || len(w) > 4 && w[len(w)-2].flags&flagUpper == 0
}

// leetWord counts what a word is made of.
type leetWord struct {
	class                                    charclass.Class // Latin or LatinLike, of its letters
	letters, digits, signs, capitals, vowels int
	tailStart                                int // where its last digits begin
	end                                      int // where the part to be decoded ends
}

// decode returns the letter that the sign or digit at i stands for, 0 when there
// is none or i is a letter.
func (l *leetWord) decode(w []char, i int) rune {
	r := w[i].r
	switch {
	case w[i].class == charclass.Sign:
		return leetSign(r)
	case w[i].class != charclass.Digit:
		return 0
	case l.class == charclass.LatinLike:
		return cyrillicDigit(r)
	case r == '1' && i+1 < len(w) && (w[i+1].r == 'i' || i == 0 && isVowel(w[1].r)):
		return 'l'
	}
	return leetDigit(r)
}

// count fills in the counts and reports whether the word has digits or signs, and
// only those that stand for letters.
func (l *leetWord) count(w []char) bool {
	for i := range w {
		switch c := &w[i]; c.class {
		case charclass.Latin, charclass.LatinLike:
			l.letters++
			l.class = c.class
			if c.flags&flagUpper != 0 {
				l.capitals++
			}
			if isVowel(c.r) {
				l.vowels++
			}
			l.tailStart = i + 1
		case charclass.Sign:
			l.signs++
			l.tailStart = i + 1
		case charclass.Digit:
			l.digits++
		default:
			return false
		}
	}
	for i := range w {
		if w[i].class == charclass.Digit && l.decode(w, i) == 0 {
			return false
		}
	}
	return l.digits+l.signs > 0 && l.letters > 0 && !startsWithKnownName(w) && !isHexNumber(w, l.digits)
}

// isCertain reports whether the word is leet in any text.
func (l *leetWord) isCertain(w []char) bool {
	for i := range w {
		if w[i].class == charclass.Sign && !signStandsForLetter(w, i) {
			return false
		}
	}
	inner, mixed := l.innerDigits(w[:l.tailStart])
	tail := len(w) - l.tailStart
	switch {
	case l.letters < l.digits+l.signs, l.letters < 2, l.letters == 2 && len(w) > 4: // too few letters
		return false
	case inner < 0, w[0].class == charclass.Digit && !l.mayStartWithDigit(w), mixed && inner+l.signs < 3 && tail == 0:
		return false
	case inner+l.signs == 0: // casin0, fr33
		zero := tail == 1 && w[l.tailStart].r == '0' && l.letters > 3 && l.vowels > 0 && !isVowel(w[l.tailStart-1].r)
		three := tail == 2 && w[l.tailStart].r == '3' && w[l.tailStart+1].r == '3' && l.vowels == 0
		return zero || three
	case len(w) == 3: // s3x, p0t, but not h1n
		return l.capitals == 0 && (l.signs > 0 || l.vowels == 0 && (w[1].r == '3' || w[1].r == '0'))
	}
	l.trimNumber(w)
	return true
}

// isLikely reports whether the word is leet in a text that has more of it.
func (l *leetWord) isLikely(w []char) bool {
	head := 0
	for head < len(w) && w[head].class == charclass.Digit {
		head++
	}
	inner, _ := l.innerDigits(w[:l.tailStart])
	th := w[0].r == '7' && w[1].r == 'h'
	switch {
	case inner < 0, len(w) > 4 && l.letters*2 < l.digits+l.signs:
		return false
	case head > 1, head == 1 && inner+l.signs < 2 && len(w) < 5 && !th: // 12hrs, 5th, but 7his
		return false
	}
	l.trimNumber(w)
	return true
}

// trimNumber leaves out the digits at the end when they are a number.
func (l *leetWord) trimNumber(w []char) {
	if tail := w[l.tailStart:]; len(tail) > 2 || len(tail) == 2 && (tail[0].r != tail[1].r || tail[0].r == '7') {
		l.end = l.tailStart
	}
}

// innerDigits counts the digits before the end of a word. It returns -1 when they
// separate two words, as in Justice4All; mixed is true when different digits
// stand side by side.
func (l *leetWord) innerDigits(w []char) (n int, mixed bool) {
	for i := range w {
		if w[i].class != charclass.Digit {
			continue
		}
		n++
		if i == 0 || i+1 == len(w) {
			continue
		}
		before, after := w[i-1], w[i+1]
		switch {
		case before.class == charclass.Digit && (before.r != w[i].r || w[i].r == '1' || w[i].r == '7'):
			mixed = true
		case before.class.IsLetter() && after.class.IsLetter() && before.flags&flagUpper == 0 && after.flags&flagUpper != 0:
			return -1, false
		case i+2 == len(w) && (after.r == 'd' || after.r == 'u' || after.r == 'k' || after.r == 'g') && n == 1:
			return -1, false // 4d, 4u, 5k
		}
	}
	return n, mixed
}

// mayStartWithDigit reports whether a leet word may begin with this digit: 0 in
// 0nline, and any digit when more follow.
func (l *leetWord) mayStartWithDigit(w []char) bool {
	if l.class == charclass.LatinLike {
		return w[0].r == '3' && l.letters > 4 && w[1].class != charclass.Digit
	}
	if w[0].r == '0' && l.letters > 4 && w[1].class != charclass.Digit {
		return true
	}
	for i := 2; i+1 < len(w); i++ {
		if w[i].class == charclass.Digit && w[1].class != charclass.Digit {
			return true
		}
	}
	return false
}

// signStandsForLetter reports whether the sign at i stands for a letter and does not
// have its usual meaning: wow!that, amig@s, Leser@innen, US$.
func signStandsForLetter(w []char, i int) bool {
	left, right := i, len(w)-1-i
	switch w[i].r {
	case '$':
		if left == 0 {
			return right > 1 && w[1].class == charclass.Latin && w[1].flags&flagUpper == 0 && (isVowel(w[1].r) || w[1].r == 'p' || w[1].r == 'l')
		}
		return right == 0 || w[i-1].class != charclass.Digit && (w[i-1].flags&flagUpper == 0 || left+right > 3)
	case '@':
		ending := right == 1 || w[i+1].r == 'i' && w[i+2].r == 'n'
		return left > 0 && right > 0 && !ending && min(left, right) < 3
	case '€', '¢':
		return left > 0 && w[i-1].class == charclass.Latin
	}
	if left == 0 || right == 0 {
		return false
	}
	for _, c := range w[:i] {
		if isVowel(c.r) {
			return false
		}
	}
	return left < 4
}

// isPronounceable reports whether the decoded word could be a word: with enough
// vowels, and without a long run of consonants or vowels.
func (l *leetWord) isPronounceable(w []char, strict bool) bool {
	vowels, consonantRun, vowelRun := 0, 0, 0
	for i := range w {
		r := w[i].r
		if x := l.decode(w, i); x != 0 {
			r = x
		}
		if isVowel(r) {
			vowels++
			consonantRun = 0
			if vowelRun++; vowelRun > 3 {
				return false
			}
			continue
		}
		vowelRun = 0
		if consonantRun++; consonantRun > 4 || consonantRun == i+1 && consonantRun > 3 {
			return false
		}
	}
	if strict && l.capitals > 1 && l.digits > 0 {
		return vowels*3 >= len(w) // otherwise the number of a product
	}
	return vowels*6 >= len(w)
}

// startsWithKnownName reports whether a word begins with a name that contains digits.
func startsWithKnownName(w []char) bool {
	for _, name := range [...]string{"mp3", "mp4", "ps3", "ps4", "ps5", "web3", "top5", "top10", "co2", "h1n1", "h5n1", "r2d2", "c3po", "day1", "x11", "0x"} {
		if len(w) >= len(name) && hasPrefix(w, name) {
			return true
		}
	}
	return false
}

// isHexNumber reports whether a word is a hexadecimal number.
func isHexNumber(w []char, digits int) bool {
	for i := range w {
		if r := w[i].r; !(r >= '0' && r <= '9') && (r < 'a' || r > 'f') {
			return false
		}
	}
	return digits > 2
}

func hasPrefix(w []char, s string) bool {
	for i := range len(s) {
		if w[i].r != rune(s[i]) {
			return false
		}
	}
	return true
}
