package text

// leetSign returns the letter that a sign stands for inside a word, 0 when
// it stands for none.
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

// unleet reads the digits and signs of a word as letters when the result can
// be spoken and digits are not there by right. In a text that has shown
// elsewhere that it writes so, sure is false and less will do.
func (f *Text) decodeLeet(w []char, sure bool) {
	for len(w) > 0 && w[len(w)-1].class == classSign && !isTrailingLetterSign(w, sure) {
		w = w[:len(w)-1]
	}
	for len(w) > 0 && w[0].class == classSign && w[0].r != '$' && (sure || w[0].r != '@' || !hasSignOrDigit(w[1:])) {
		w = w[1:]
	}
	if len(w) < 3 || len(w) > 20 {
		return
	}
	l := leetWord{end: len(w), class: classLatin}
	if !l.count(w) || sure && !l.isCertain(w) || !sure && !l.isLikely(w) || l.class == classLatin && !l.isPronounceable(w[:l.end], sure) {
		return
	}
	f.leetWords++
	for i := range w[:l.end] {
		if r := l.decode(w, i); r != 0 {
			w[i].r, w[i].class = r, l.class
			w[i].flags |= flagOf(Leet)
		}
	}
}

// disguised tells whether a word has signs or digits inside.
func hasSignOrDigit(w []char) bool {
	for i := range w {
		if w[i].class == classDigit || w[i].class == classSign {
			return true
		}
	}
	return false
}

func isTrailingLetterSign(w []char, sure bool) bool {
	if r := w[len(w)-1].r; len(w) < 2 || r != '$' && r != '€' || w[len(w)-2].class != classLatin {
		return false
	}
	return !sure || len(w) > 4 && w[len(w)-2].flags&flagUpper == 0
}

// leet counts what a word is made of.
type leetWord struct {
	class                                    class // of its letters
	letters, digits, signs, capitals, vowels int
	tailStart                                     int // where its last digits begin
	end                                      int // up to where to read it as letters
}

// letter returns the letter that the sign or digit at i stands for, 0 for
// letters.
func (l *leetWord) decode(w []char, i int) rune {
	r := w[i].r
	switch {
	case w[i].class == classSign:
		return leetSign(r)
	case w[i].class != classDigit:
		return 0
	case l.class == classLatinLike:
		return cyrillicDigit(r)
	case r == '1' && i+1 < len(w) && (w[i+1].r == 'i' || i == 0 && isVowel(w[1].r)):
		return 'l'
	}
	return leetDigit(r)
}

// count tells whether the word has digits or signs, and only such as stand
// for letters.
func (l *leetWord) count(w []char) bool {
	for i := range w {
		switch c := &w[i]; c.class {
		case classLatin, classLatinLike:
			l.letters++
			l.class = c.class
			if c.flags&flagUpper != 0 {
				l.capitals++
			}
			if isVowel(c.r) {
				l.vowels++
			}
			l.tailStart = i + 1
		case classSign:
			l.signs++
			l.tailStart = i + 1
		case classDigit:
			l.digits++
		default:
			return false
		}
	}
	for i := range w {
		if w[i].class == classDigit && l.decode(w, i) == 0 {
			return false
		}
	}
	return l.digits+l.signs > 0 && l.letters > 0 && !startsWithKnownName(w) && !isHexNumber(w, l.digits)
}

// sure accepts what is leet in any text.
func (l *leetWord) isCertain(w []char) bool {
	for i := range w {
		if w[i].class == classSign && !signStandsForLetter(w, i) {
			return false
		}
	}
	inner, mixed := l.innerDigits(w[:l.tailStart])
	tail := len(w) - l.tailStart
	switch {
	case l.letters < l.digits+l.signs, l.letters < 2, l.letters == 2 && len(w) > 4: // too few letters
		return false
	case inner < 0, w[0].class == classDigit && !l.mayStartWithDigit(w), mixed && inner+l.signs < 3 && tail == 0:
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

// likely accepts what is leet in a text that has more of it.
func (l *leetWord) isLikely(w []char) bool {
	head := 0
	for head < len(w) && w[head].class == classDigit {
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

// trim leaves out the digits at the end that are a number.
func (l *leetWord) trimNumber(w []char) {
	if tail := w[l.tailStart:]; len(tail) > 2 || len(tail) == 2 && (tail[0].r != tail[1].r || tail[0].r == '7') {
		l.end = l.tailStart
	}
}

// inner counts the digits before the end of a word, -1 when they part two
// words, as in Justice4All; mixed tells that different ones stand together.
func (l *leetWord) innerDigits(w []char) (n int, mixed bool) {
	for i := range w {
		if w[i].class != classDigit {
			continue
		}
		n++
		if i == 0 || i+1 == len(w) {
			continue
		}
		before, after := w[i-1], w[i+1]
		switch {
		case before.class == classDigit && (before.r != w[i].r || w[i].r == '1' || w[i].r == '7'):
			mixed = true
		case before.class.isLetter() && after.class.isLetter() && before.flags&flagUpper == 0 && after.flags&flagUpper != 0:
			return -1, false
		case i+2 == len(w) && (after.r == 'd' || after.r == 'u' || after.r == 'k' || after.r == 'g') && n == 1:
			return -1, false // 4d, 4u, 5k
		}
	}
	return n, mixed
}

// leading tells whether a digit may begin a disguised word: 0nline, and any
// digit when more follow.
func (l *leetWord) mayStartWithDigit(w []char) bool {
	if l.class == classLatinLike {
		return w[0].r == '3' && l.letters > 4 && w[1].class != classDigit
	}
	if w[0].r == '0' && l.letters > 4 && w[1].class != classDigit {
		return true
	}
	for i := 2; i+1 < len(w); i++ {
		if w[i].class == classDigit && w[1].class != classDigit {
			return true
		}
	}
	return false
}

// signInside tells signs that stand for a letter from those that do a sign's
// work: wow!that, amig@s, Leser@innen, US$.
func signStandsForLetter(w []char, i int) bool {
	left, right := i, len(w)-1-i
	switch w[i].r {
	case '$':
		if left == 0 {
			return right > 1 && w[1].class == classLatin && w[1].flags&flagUpper == 0 && (isVowel(w[1].r) || w[1].r == 'p' || w[1].r == 'l')
		}
		return right == 0 || w[i-1].class != classDigit && (w[i-1].flags&flagUpper == 0 || left+right > 3)
	case '@':
		ending := right == 1 || w[i+1].r == 'i' && w[i+2].r == 'n'
		return left > 0 && right > 0 && !ending && min(left, right) < 3
	case '€', '¢':
		return left > 0 && w[i-1].class == classLatin
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

// spoken tells whether the word could be one when its signs are read as
// letters: with a vowel, and no long heap of consonants.
func (l *leetWord) isPronounceable(w []char, sure bool) bool {
	vowels, run, runOfVowels := 0, 0, 0
	for i := range w {
		r := w[i].r
		if x := l.decode(w, i); x != 0 {
			r = x
		}
		if isVowel(r) {
			vowels++
			run = 0
			if runOfVowels++; runOfVowels > 3 {
				return false
			}
			continue
		}
		runOfVowels = 0
		if run++; run > 4 || run == i+1 && run > 3 {
			return false
		}
	}
	if sure && l.capitals > 1 && l.digits > 0 {
		return vowels*3 >= len(w) // not the number of a product
	}
	return vowels*6 >= len(w)
}

// hasDigits tells words that begin with a name that has digits by right.
func startsWithKnownName(w []char) bool {
	for _, name := range [...]string{"mp3", "mp4", "ps3", "ps4", "ps5", "web3", "top5", "top10", "co2", "h1n1", "h5n1", "r2d2", "c3po", "day1", "x11", "0x"} {
		if len(w) >= len(name) && hasPrefix(w, name) {
			return true
		}
	}
	return false
}

// isHex tells numbers to the base of sixteen.
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

func isVowel(r rune) bool {
	switch BaseLetter(r) {
	case 'a', 'e', 'i', 'o', 'u', 'y', 'а', 'е', 'ё', 'и', 'о', 'у', 'ы', 'э', 'ю', 'я', 'і', 'є':
		return true
	}
	return false
}
