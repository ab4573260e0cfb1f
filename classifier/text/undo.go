package text

// relink puts links together again: hxxp, [.], (dot), "dot com", " . com".
func (f *Folded) relink() {
	found := false
	for i := range f.cells {
		switch f.cells[i].r {
		case 'x':
			if f.is(i-1, "hxxp") && !f.class(i-2).alnum() && (f.is(i+3, ":") || f.is(i+3, "s:")) {
				for _, c := range []*cell{&f.cells[i], &f.cells[i+1]} {
					c.r, c.note = 't', c.note|trick(Link)
				}
			}
		case '[', '(', '{':
			found = f.bracketed(i) || found
		case 'd':
			found = f.dotWord(i) || found
		case '.', '·', '•', '∙', '。', '⋅', '‧':
			found = f.loneDot(i) || found
		}
	}
	if found {
		f.compact()
	}
}

func (f *Folded) rune(i int) rune {
	if i < 0 || i >= len(f.cells) {
		return ' '
	}
	return f.cells[i].r
}

func (f *Folded) class(i int) class {
	if i < 0 || i >= len(f.cells) {
		return space
	}
	return f.cells[i].class
}

func (f *Folded) is(i int, s string) bool {
	for _, r := range s {
		if f.rune(i) != r {
			return false
		}
		i++
	}
	return true
}

// skip passes at most two blanks from i in the direction of step.
func (f *Folded) skip(i, step int) int {
	for n := 0; n < 2 && f.class(i) == space; n++ {
		i += step
	}
	return i
}

// replace writes r for the cells from start to end.
func (f *Folded) replace(start, end int, r rune) {
	f.cells[start].r, f.cells[start].class = r, sign
	f.cells[start].note |= trick(Link)
	for i := start + 1; i < end; i++ {
		f.cells[i].r = gone
	}
}

// bracketed undoes "[.]", "(dot)", "[at]".
func (f *Folded) bracketed(i int) bool {
	j := f.skip(i+1, 1)
	r := '.'
	switch {
	case f.is(j, "."):
		j++
	case f.is(j, "dot"), f.is(j, "d0t"):
		j += 3
	case f.is(j, "@"):
		r = '@'
		j++
	case f.is(j, "at"):
		r = '@'
		j += 2
	default:
		return false
	}
	j = f.skip(j, 1)
	if c := f.rune(j); c != ']' && c != ')' && c != '}' {
		return false
	}
	before, after := f.skip(i-1, -1), f.skip(j+1, 1)
	if !f.class(before).alnum() || !f.class(after).alnum() {
		return false
	}
	f.replace(before+1, after, r)
	return true
}

// dotWord undoes "example dot com".
func (f *Folded) dotWord(i int) bool {
	if !f.is(i, "dot") && !f.is(i, "d0t") || f.class(i-1) != space || f.class(i+3) != space {
		return false
	}
	before, after := f.skip(i-1, -1), f.skip(i+3, 1)
	if !f.class(before).alnum() || f.domainEnd(after) == 0 {
		return false
	}
	// "the dot com bubble" is no link.
	for start := before; before-start < 4; start-- {
		if f.class(start-1) == space {
			return false
		}
	}
	f.replace(before+1, after, '.')
	return true
}

// loneDot undoes "example .com" and "example . com".
func (f *Folded) loneDot(i int) bool {
	odd := f.cells[i].r != '.'
	before, after := f.skip(i-1, -1), f.skip(i+1, 1)
	if !odd && before == i-1 || f.class(before) != latin && f.class(before) != digit {
		return false
	}
	if f.is(before-2, "www") && !f.class(before-3).alnum() && f.class(after).alnum() {
		f.replace(before+1, after, '.')
		return true
	}
	if f.domainEnd(after) == 0 || after == i+1 && f.is(after, "net") { // .NET is something else
		return false
	}
	f.replace(before+1, after, '.')
	return true
}

// domainEnd returns the end of the well-known top-level domain that stands at
// i as a word of its own, 0 when there is none.
func (f *Folded) domainEnd(i int) int {
	var name [8]byte
	n := 0
	for n < len(name) && f.class(i+n) == latin && f.cells[i+n].r < 0x80 {
		name[n] = byte(f.cells[i+n].r)
		n++
	}
	if n < 2 || f.class(i+n).alnum() || !plainDomains[string(name[:n])] {
		return 0
	}
	return i + n
}

// gather joins letters that were set apart by the same sign or blank each:
// "v i a g r a", "v.i.a.g.r.a", "c_l_i_c_k".
func (f *Folded) gather() {
	found := false
	for i := 0; i < len(f.cells); i++ {
		if !f.cells[i].class.alphabetic() || !f.single(i) {
			continue
		}
		width := f.separator(i)
		if width == 0 {
			continue
		}
		last := i
		for f.single(last+width+1) && f.sameSeparator(i, last, width) {
			last += width + 1
		}
		if f.spelt(i, last, width) {
			for j := i; j < last; j += width + 1 {
				for k := j + 1; k <= j+width; k++ {
					f.cells[k].r = gone
				}
			}
			f.cells[i].note |= trick(Spaced)
			found = true
		}
		i = last
	}
	if found {
		f.compact()
	}
}

// single tells a letter or digit that stands alone.
func (f *Folded) single(i int) bool {
	c := f.class(i)
	return (c.alphabetic() || c == digit) && !f.joined(i-1) && !f.joined(i+1)
}

func (f *Folded) joined(i int) bool {
	c := f.class(i)
	return c.alnum() || c == mark
}

// separator returns how many cells part i from the next letter, 0 when it is
// none or too many.
func (f *Folded) separator(i int) int {
	for n := 1; n <= 4; n++ {
		if i+n >= len(f.cells) {
			return 0
		}
		if f.joined(i + n) {
			return n - 1
		}
	}
	return 0
}

func (f *Folded) sameSeparator(first, i, width int) bool {
	if f.separator(i) != width {
		return false
	}
	for k := 1; k <= width; k++ {
		a, b := f.cells[first+k], f.cells[i+k]
		if a.r != b.r && (a.class != emoji || b.class != emoji) {
			return false
		}
	}
	return true
}

// spelt tells whether the single letters from first to last are a word, and
// not initials, an abbreviation, a list or the alphabet.
func (f *Folded) spelt(first, last, width int) bool {
	var n, digits, vowels, capitals, grades, same, steps, words int
	before := rune(0)
	for i := first; i <= last; i += width + 1 {
		c := f.cells[i]
		n++
		switch {
		case c.class == digit:
			digits++
		case isVowel(c.r):
			vowels++
		}
		if c.note&upper != 0 {
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
	switch s := f.cells[first+1]; s.r {
	case '.':
		return capitals < n || n > 5
	case ' ':
		return width == 1 || f.cells[first+2].class == space || f.cells[first+2].class == emoji
	case ',', ';', '/', '|', '+', '=', '\n', '&':
		return width == 1 && n > 4 && s.r != '/' && s.r != '+'
	}
	return true
}
