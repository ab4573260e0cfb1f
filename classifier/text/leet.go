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

// unleet reads digits and signs inside a word as letters, when the result can
// be spoken and the word is not one that has digits by right.
func unleet(w []cell) {
	for len(w) > 0 && w[len(w)-1].class == sign && !trailingSign(w) {
		w = w[:len(w)-1]
	}
	for len(w) > 0 && w[0].class == sign && w[0].r != '$' {
		w = w[1:]
	}
	var l leet
	if len(w) < 3 || len(w) > 20 || !l.read(w) {
		return
	}
	for i := range w[:l.end] {
		if r := l.letter(w, i); r != 0 {
			w[i].r, w[i].class = r, l.class
			w[i].note |= trick(Leet)
		}
	}
}

func trailingSign(w []cell) bool {
	r := w[len(w)-1].r
	return (r == '$' || r == '€') && len(w) > 4 && w[len(w)-2].class == latin && w[len(w)-2].note&upper == 0
}

// leet is what unleet finds out about a word.
type leet struct {
	class class // of its letters
	end   int   // up to where to convert
}

// letter returns the letter for the sign or digit at i, 0 for letters.
func (l *leet) letter(w []cell, i int) rune {
	switch c := w[i]; {
	case c.class == digit && l.class == cased:
		return map[rune]rune{'0': 'о', '3': 'з', '1': 'і', '4': 'ч'}[c.r]
	case c.class == digit:
		return leetDigit(c.r)
	case c.class == sign:
		return leetSign(c.r)
	}
	return 0
}

// read decides whether w is leet.
func (l *leet) read(w []cell) bool {
	var letters, signs, digits, capitals, vowels int
	l.class, l.end = latin, len(w)
	for i := range w {
		switch c := &w[i]; c.class {
		case latin, cased:
			letters++
			l.class = c.class
			if c.note&upper != 0 {
				capitals++
			}
			if isVowel(c.r) {
				vowels++
			}
		case sign:
			if !signInside(w, i) {
				return false
			}
			signs++
		case digit:
			if l.letter(w, i) == 0 {
				return false
			}
			digits++
		default:
			return false
		}
	}
	if digits+signs == 0 || letters < digits+signs || letters < 2 {
		return false
	}
	last := len(w)
	for last > 0 && w[last-1].class == digit {
		last--
	}
	inner, mixed := l.inner(w[:last])
	switch {
	case w[0].class == digit && !l.leading(w, letters), inner < 0, mixed && inner+signs < 3 && last == len(w):
		return false
	case inner+signs == 0:
		zero := len(w)-last == 1 && w[last].r == '0' && letters > 3 && vowels > 0 && !isVowel(w[last-1].r)
		three := len(w)-last == 2 && w[last].r == '3' && w[last+1].r == '3' && vowels == 0
		if !zero && !three {
			return false
		}
	case len(w)-last > 1 && w[last].r != w[last+1].r || len(w)-last > 2 || len(w)-last == 2 && w[last].r == '7':
		l.end = last // a name and its number
	}
	if len(w) == 3 && (signs == 0 && (w[1].r != '3' && w[1].r != '0' || vowels > 0) || capitals > 0) || letters < 3 && len(w) > 4 {
		return false
	}
	return !hasDigits(w) && !isHex(w, digits) && (l.class == cased || l.spoken(w[:l.end], capitals > 1))
}

// inner counts the digits before the end of a word, -1 when they part two
// words, as in Justice4All; mixed tells that different ones stand together.
func (l *leet) inner(w []cell) (n int, mixed bool) {
	for i := range w {
		if w[i].class != digit {
			continue
		}
		n++
		if i == 0 || i+1 == len(w) {
			continue
		}
		before, after := w[i-1], w[i+1]
		switch {
		case before.class == digit && (before.r != w[i].r || w[i].r == '1' || w[i].r == '7'):
			mixed = true
		case before.class.letter() && after.class.letter() && before.note&upper == 0 && after.note&upper != 0:
			return -1, false
		case i+2 == len(w) && (after.r == 'd' || after.r == 'u' || after.r == 'k' || after.r == 'g') && n == 1:
			return -1, false // 4d, 4u, 5k
		}
	}
	return n, mixed
}

// leading tells whether a digit may begin a disguised word: 0nline, and any
// digit when more follow.
func (l *leet) leading(w []cell, letters int) bool {
	if l.class == cased {
		return w[0].r == '3' && letters > 4 && w[1].class != digit
	}
	if w[0].r == '0' && letters > 4 && w[1].class != digit {
		return true
	}
	for i := 2; i+1 < len(w); i++ {
		if w[i].class == digit && w[1].class != digit {
			return true
		}
	}
	return false
}

// signInside tells signs that stand for a letter from those that do a sign's
// work: wow!that, amig@s, Leser@innen, US$.
func signInside(w []cell, i int) bool {
	left, right := i, len(w)-1-i
	switch w[i].r {
	case '$':
		if left == 0 {
			return right > 1 && w[1].class == latin && w[1].note&upper == 0 && (isVowel(w[1].r) || w[1].r == 'p' || w[1].r == 'l')
		}
		return right == 0 || w[i-1].class != digit && (w[i-1].note&upper == 0 || left+right > 3) && w[i+1].class != digit
	case '@':
		ending := right == 1 || w[i+1].r == 'i' && w[i+2].r == 'n'
		return left > 0 && right > 0 && !ending && min(left, right) < 3
	case '€', '¢':
		return left > 0 && w[i-1].class == latin
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
func (l *leet) spoken(w []cell, capitals bool) bool {
	vowels, run, runOfVowels := 0, 0, 0
	for i := range w {
		r := w[i].r
		if x := l.letter(w, i); x != 0 {
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
	if capitals {
		return vowels*3 >= len(w) // not the number of a product
	}
	return vowels*6 >= len(w)
}

// hasDigits tells words that begin with a name that has digits by right.
func hasDigits(w []cell) bool {
	for _, name := range [...]string{"mp3", "mp4", "ps3", "ps4", "ps5", "web3", "top5", "top10", "co2", "h1n1", "h5n1", "r2d2", "c3po", "day1", "x11", "0x"} {
		if len(w) >= len(name) && hasPrefix(w, name) {
			return true
		}
	}
	return false
}

// isHex tells numbers to the base of sixteen.
func isHex(w []cell, digits int) bool {
	for i := range w {
		if r := w[i].r; !(r >= '0' && r <= '9') && (r < 'a' || r > 'f') {
			return false
		}
	}
	return digits > 2
}

func hasPrefix(w []cell, s string) bool {
	for i := range len(s) {
		if w[i].r != rune(s[i]) {
			return false
		}
	}
	return true
}

func isVowel(r rune) bool {
	if r >= 0x80 {
		if b, ok := bare[r]; ok {
			r = b
		}
	}
	switch r {
	case 'a', 'e', 'i', 'o', 'u', 'y', 'а', 'е', 'ё', 'и', 'о', 'у', 'ы', 'э', 'ю', 'я', 'і', 'є':
		return true
	}
	return false
}

// isWedge tells signs that have no business inside a word.
func isWedge(c *cell) bool {
	switch c.r {
	case '*', '|', '~', '¦', '•', '·', '¬', '¤', '§', '°', '¨':
		return true
	case '❤', '♥', '♡', joiner:
		return false
	}
	return c.class == emoji && !isRegional(c.r)
}

// unwedge takes signs out of words and returns how many cells are left.
func unwedge(c []cell) int {
	places := 0
	for i := 1; i+1 < len(c); i++ {
		if isWedge(&c[i]) && c[i-1].class.alphabetic() && c[i+1].class.alphabetic() {
			places++
		}
	}
	again := places > 1
	for i := 1; i+1 < len(c); {
		if !isWedge(&c[i]) || !c[i-1].class.alphabetic() {
			i++
			continue
		}
		end := i + 1
		for end < len(c) && isWedge(&c[end]) {
			end++
		}
		left, right := reach(c, i-1, -1), reach(c, end, 1)
		if right > 0 && left+right > 2 && end-i < 5 {
			wedge(c, i, end, left, right, again)
		}
		i = end
	}
	return compact(c)
}

// reach counts letters from i in the direction of step, to nine.
func reach(c []cell, i, step int) int {
	n := 0
	for n < 9 && i >= 0 && i < len(c) && c[i].class.alphabetic() {
		n++
		i += step
	}
	return n
}

// wedge judges the signs from start to end between so many letters; again
// tells that there are others in the chunk.
func wedge(c []cell, start, end, left, right int, again bool) {
	spoken := false
	for _, x := range c[start-left : start] {
		spoken = spoken || isVowel(x.r)
	}
	switch r := c[start].r; {
	case r == '*' && (end-start > 1 || !isVowel(c[start-1].r) && !isVowel(c[end].r)):
		for i := start + 1; i < end; i++ {
			c[i].r = gone
		}
		c[start].note |= trick(Masked)
		return
	case r == '*' && left > 1 && isGenderEnding(c[end:end+right]):
		return
	case r == '|' && !spoken && left < 4:
		return // an i, says unleet
	case c[start].class == emoji && min(left, right) > 1 && !again:
		return
	case min(left, right) > 2 || left+right < 4:
		return
	}
	for i := start; i < end; i++ {
		c[i].r = gone
	}
	c[start-1].note |= trick(Inserted)
}

// isGenderEnding tells what German puts after a gender star: Leser*innen,
// jede*r.
func isGenderEnding(c []cell) bool {
	if c[0].r == 'i' && len(c) > 1 && c[1].r == 'n' {
		return true
	}
	if len(c) > 2 {
		return false
	}
	for _, x := range c {
		switch x.r {
		case 'r', 'n', 'm', 'e', 's', 'x':
		default:
			return false
		}
	}
	return true
}
