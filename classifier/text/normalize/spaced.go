package normalize

import "winnow/classifier/text/charclass"

// joinSpacedLetters joins letters that are separated by the same sign or space
// each: "v i a g r a", "v.i.a.g.r.a", "c_l_i_c_k".
func (t *Text) joinSpacedLetters() {
	found := false
	for i := 0; i < len(t.chars); i++ {
		if !t.chars[i].class.IsAlphabetic() || !t.isSingle(i) {
			continue
		}
		width := t.separatorWidth(i)
		if width == 0 {
			continue
		}
		last := i
		for t.isSingle(last+width+1) && t.sameSeparator(i, last, width) {
			last += width + 1
		}
		if t.isSpeltWord(i, last, width) {
			for j := i; j < last; j += width + 1 {
				for k := j + 1; k <= j+width; k++ {
					t.chars[k].r = deleted
				}
			}
			t.chars[i].flags |= flagOf(Spaced)
			found = true
		}
		i = last
	}
	if found {
		t.compactChars()
	}
}

// isSingle reports whether the letter or digit at i has no other beside it.
func (t *Text) isSingle(i int) bool {
	c := t.classAt(i)
	return (c.IsAlphabetic() || c == charclass.Digit) && !t.isWordChar(i-1) && !t.isWordChar(i+1)
}

func (t *Text) isWordChar(i int) bool {
	c := t.classAt(i)
	return c.IsAlnum() || c == charclass.Mark
}

// separatorWidth returns how many characters separate i from the next letter: at
// most three, 0 when there are none or more.
func (t *Text) separatorWidth(i int) int {
	for n := 1; n <= 4; n++ {
		if i+n >= len(t.chars) {
			return 0
		}
		if t.isWordChar(i + n) {
			return n - 1
		}
	}
	return 0
}

// sameSeparator reports whether the separator after i equals the one after first.
// Any two emoji are equal.
func (t *Text) sameSeparator(first, i, width int) bool {
	if t.separatorWidth(i) != width {
		return false
	}
	for k := 1; k <= width; k++ {
		a, b := t.chars[first+k], t.chars[i+k]
		if a.r != b.r && (a.class != charclass.Emoji || b.class != charclass.Emoji) {
			return false
		}
	}
	return true
}

// isSpeltWord reports whether the single letters from first to last spell a word,
// and are not initials, an abbreviation, a list, a row of grades or the alphabet.
func (t *Text) isSpeltWord(first, last, width int) bool {
	var n, digits, vowels, capitals, grades, repeats, successors, words int
	before := rune(0)
	for i := first; i <= last; i += width + 1 {
		c := t.chars[i]
		n++
		switch {
		case c.class == charclass.Digit:
			digits++
		case isVowel(c.r):
			vowels++
		}
		if c.flags&flagUpper != 0 {
			capitals++
			if c.r >= 'a' && c.r <= 'g' {
				grades++
			}
		}
		switch c.r {
		case 'а', 'в', 'и', 'к', 'о', 'с', 'у', 'я': // Russian words of one letter
			words++
		}
		if c.r == before {
			repeats++
		}
		if c.r == before+1 {
			successors++
		}
		before = c.r
	}
	if n-digits < 4 || digits*2 > n || repeats >= n-2 || successors >= n-2 || grades == n || words == n-digits || vowels == 0 && n < 6 {
		return false
	}
	switch s := t.chars[first+1]; s.r {
	case '.':
		return capitals < n || n > 5
	case ' ':
		return width == 1 || t.chars[first+2].class == charclass.Space || t.chars[first+2].class == charclass.Emoji
	case ',', ';', '/', '|', '+', '=', '\n', '&':
		return width == 1 && n > 4 && s.r != '/' && s.r != '+'
	}
	return true
}
