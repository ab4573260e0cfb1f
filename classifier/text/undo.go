package text

// relink puts links together again: hxxp, [.], (dot), "dot com", " . com".
func (f *Text) restoreLinks() {
	found := false
	for i := range f.chars {
		switch f.chars[i].r {
		case 'x':
			if f.matchesAt(i-1, "hxxp") && !f.classAt(i-2).isAlnum() && (f.matchesAt(i+3, ":") || f.matchesAt(i+3, "s:")) {
				for _, c := range []*char{&f.chars[i], &f.chars[i+1]} {
					c.r, c.flags = 't', c.flags|flagOf(Link)
				}
			}
		case '[', '(', '{':
			found = f.joinBracketedDot(i) || found
		case 'd':
			found = f.joinDotWord(i) || found
		case '.', '·', '•', '∙', '。', '⋅', '‧':
			found = f.joinSpacedDot(i) || found
		}
	}
	if found {
		f.compactChars()
	}
}

func (f *Text) runeAt(i int) rune {
	if i < 0 || i >= len(f.chars) {
		return ' '
	}
	return f.chars[i].r
}

func (f *Text) classAt(i int) class {
	if i < 0 || i >= len(f.chars) {
		return classSpace
	}
	return f.chars[i].class
}

func (f *Text) matchesAt(i int, s string) bool {
	for _, r := range s {
		if f.runeAt(i) != r {
			return false
		}
		i++
	}
	return true
}

// skip passes at most two blanks from i in the direction of step.
func (f *Text) skipSpaces(i, step int) int {
	for n := 0; n < 2 && f.classAt(i) == classSpace; n++ {
		i += step
	}
	return i
}

// replace writes r for the cells from start to end.
func (f *Text) replaceChars(start, end int, r rune) {
	f.chars[start].r, f.chars[start].class = r, classSign
	f.chars[start].flags |= flagOf(Link)
	for i := start + 1; i < end; i++ {
		f.chars[i].r = deleted
	}
}

// bracketed undoes "[.]", "(dot)", "[at]".
func (f *Text) joinBracketedDot(i int) bool {
	j := f.skipSpaces(i+1, 1)
	r := '.'
	switch {
	case f.matchesAt(j, "."):
		j++
	case f.matchesAt(j, "dot"), f.matchesAt(j, "d0t"):
		j += 3
	case f.matchesAt(j, "@"):
		r = '@'
		j++
	case f.matchesAt(j, "at"):
		r = '@'
		j += 2
	default:
		return false
	}
	j = f.skipSpaces(j, 1)
	if c := f.runeAt(j); c != ']' && c != ')' && c != '}' {
		return false
	}
	before, after := f.skipSpaces(i-1, -1), f.skipSpaces(j+1, 1)
	if !f.classAt(before).isAlnum() || !f.classAt(after).isAlnum() {
		return false
	}
	f.replaceChars(before+1, after, r)
	return true
}

// dotWord undoes "example dot com".
func (f *Text) joinDotWord(i int) bool {
	if !f.matchesAt(i, "dot") && !f.matchesAt(i, "d0t") || f.classAt(i-1) != classSpace || f.classAt(i+3) != classSpace {
		return false
	}
	before, after := f.skipSpaces(i-1, -1), f.skipSpaces(i+3, 1)
	if !f.classAt(before).isAlnum() || f.topLevelDomainEnd(after) == 0 {
		return false
	}
	// "the dot com bubble" is no link.
	for start := before; before-start < 4; start-- {
		if f.classAt(start-1) == classSpace {
			return false
		}
	}
	f.replaceChars(before+1, after, '.')
	return true
}

// loneDot undoes "example .com" and "example . com".
func (f *Text) joinSpacedDot(i int) bool {
	odd := f.chars[i].r != '.'
	before, after := f.skipSpaces(i-1, -1), f.skipSpaces(i+1, 1)
	if !odd && before == i-1 || f.classAt(before) != classLatin && f.classAt(before) != classDigit {
		return false
	}
	if f.matchesAt(before-2, "www") && !f.classAt(before-3).isAlnum() && f.classAt(after).isAlnum() {
		f.replaceChars(before+1, after, '.')
		return true
	}
	if f.topLevelDomainEnd(after) == 0 || after == i+1 && f.matchesAt(after, "net") { // .NET is something else
		return false
	}
	f.replaceChars(before+1, after, '.')
	return true
}

// domainEnd returns the end of the well-known top-level domain that stands at
// i as a word of its own, 0 when there is none.
func (f *Text) topLevelDomainEnd(i int) int {
	var name [8]byte
	n := 0
	for n < len(name) && f.classAt(i+n) == classLatin && f.chars[i+n].r < 0x80 {
		name[n] = byte(f.chars[i+n].r)
		n++
	}
	if n < 2 || f.classAt(i+n).isAlnum() || !topLevelDomains[string(name[:n])] {
		return 0
	}
	return i + n
}

// gather joins letters that were set apart by the same sign or blank each:
// "v i a g r a", "v.i.a.g.r.a", "c_l_i_c_k".
func (f *Text) joinSpacedLetters() {
	found := false
	for i := 0; i < len(f.chars); i++ {
		if !f.chars[i].class.isAlphabetic() || !f.isSingle(i) {
			continue
		}
		width := f.separatorWidth(i)
		if width == 0 {
			continue
		}
		last := i
		for f.isSingle(last+width+1) && f.sameSeparator(i, last, width) {
			last += width + 1
		}
		if f.isSpeltWord(i, last, width) {
			for j := i; j < last; j += width + 1 {
				for k := j + 1; k <= j+width; k++ {
					f.chars[k].r = deleted
				}
			}
			f.chars[i].flags |= flagOf(Spaced)
			found = true
		}
		i = last
	}
	if found {
		f.compactChars()
	}
}

// single tells a letter or digit that stands alone.
func (f *Text) isSingle(i int) bool {
	c := f.classAt(i)
	return (c.isAlphabetic() || c == classDigit) && !f.isWordChar(i-1) && !f.isWordChar(i+1)
}

func (f *Text) isWordChar(i int) bool {
	c := f.classAt(i)
	return c.isAlnum() || c == classMark
}

// separator returns how many cells part i from the next letter, 0 when it is
// none or too many.
func (f *Text) separatorWidth(i int) int {
	for n := 1; n <= 4; n++ {
		if i+n >= len(f.chars) {
			return 0
		}
		if f.isWordChar(i + n) {
			return n - 1
		}
	}
	return 0
}

func (f *Text) sameSeparator(first, i, width int) bool {
	if f.separatorWidth(i) != width {
		return false
	}
	for k := 1; k <= width; k++ {
		a, b := f.chars[first+k], f.chars[i+k]
		if a.r != b.r && (a.class != classEmoji || b.class != classEmoji) {
			return false
		}
	}
	return true
}

// spelt tells whether the single letters from first to last are a word, and
// not initials, an abbreviation, a list or the alphabet.
func (f *Text) isSpeltWord(first, last, width int) bool {
	var n, digits, vowels, capitals, grades, same, steps, words int
	before := rune(0)
	for i := first; i <= last; i += width + 1 {
		c := f.chars[i]
		n++
		switch {
		case c.class == classDigit:
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
		case 'а', 'в', 'и', 'к', 'о', 'с', 'у', 'я':
			words++
		}
		if c.r == before {
			same++
		}
		if c.r == before+1 {
			steps++
		}
		before = c.r
	}
	if n-digits < 4 || digits*2 > n || same >= n-2 || steps >= n-2 || grades == n || words == n-digits || vowels == 0 && n < 6 {
		return false
	}
	switch s := f.chars[first+1]; s.r {
	case '.':
		return capitals < n || n > 5
	case ' ':
		return width == 1 || f.chars[first+2].class == classSpace || f.chars[first+2].class == classEmoji
	case ',', ';', '/', '|', '+', '=', '\n', '&':
		return width == 1 && n > 4 && s.r != '/' && s.r != '+'
	}
	return true
}
