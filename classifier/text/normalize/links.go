package normalize

import "winnow/classifier/text/charclass"

// restoreLinks writes links in their usual form when they are written so that
// filters do not see them: hxxp, [.], (dot), "dot com", " . com".
func (t *Text) restoreLinks() {
	found := false
	for i := range t.chars {
		switch t.chars[i].r {
		case 'x':
			if t.matchesAt(i-1, "hxxp") && !t.classAt(i-2).IsAlnum() && (t.matchesAt(i+3, ":") || t.matchesAt(i+3, "s:")) {
				for _, c := range []*char{&t.chars[i], &t.chars[i+1]} {
					c.r, c.flags = 't', c.flags|flagOf(Link)
				}
			}
		case '[', '(', '{':
			found = t.joinBracketedDot(i) || found
		case 'd':
			found = t.joinDotWord(i) || found
		case '.', '·', '•', '∙', '。', '⋅', '‧':
			found = t.joinSpacedDot(i) || found
		}
	}
	if found {
		t.compactChars()
	}
}

// joinBracketedDot replaces "[.]", "(dot)" and "[at]" between two words, where i
// is the place of the bracket.
func (t *Text) joinBracketedDot(i int) bool {
	j := t.skipSpaces(i+1, 1)
	sign := '.'
	switch {
	case t.matchesAt(j, "."):
		j++
	case t.matchesAt(j, "dot"), t.matchesAt(j, "d0t"):
		j += 3
	case t.matchesAt(j, "@"):
		sign = '@'
		j++
	case t.matchesAt(j, "at"):
		sign = '@'
		j += 2
	default:
		return false
	}
	j = t.skipSpaces(j, 1)
	if c := t.runeAt(j); c != ']' && c != ')' && c != '}' {
		return false
	}
	before, after := t.skipSpaces(i-1, -1), t.skipSpaces(j+1, 1)
	if !t.classAt(before).IsAlnum() || !t.classAt(after).IsAlnum() {
		return false
	}
	t.replaceChars(before+1, after, sign)
	return true
}

// joinDotWord replaces the "dot" at i in "example dot com".
func (t *Text) joinDotWord(i int) bool {
	if !t.matchesAt(i, "dot") && !t.matchesAt(i, "d0t") || t.classAt(i-1) != charclass.Space || t.classAt(i+3) != charclass.Space {
		return false
	}
	before, after := t.skipSpaces(i-1, -1), t.skipSpaces(i+3, 1)
	if !t.classAt(before).IsAlnum() || t.topLevelDomainEnd(after) == 0 {
		return false
	}
	// "the dot com bubble" is no link.
	for start := before; before-start < 4; start-- {
		if t.classAt(start-1) == charclass.Space {
			return false
		}
	}
	t.replaceChars(before+1, after, '.')
	return true
}

// joinSpacedDot removes the spaces around the dot at i in "example .com" and
// "example . com".
func (t *Text) joinSpacedDot(i int) bool {
	unusualDot := t.chars[i].r != '.'
	before, after := t.skipSpaces(i-1, -1), t.skipSpaces(i+1, 1)
	if !unusualDot && before == i-1 || t.classAt(before) != charclass.Latin && t.classAt(before) != charclass.Digit {
		return false
	}
	if t.matchesAt(before-2, "www") && !t.classAt(before-3).IsAlnum() && t.classAt(after).IsAlnum() {
		t.replaceChars(before+1, after, '.')
		return true
	}
	if t.topLevelDomainEnd(after) == 0 || after == i+1 && t.matchesAt(after, "net") { // the name .NET
		return false
	}
	t.replaceChars(before+1, after, '.')
	return true
}

// topLevelDomainEnd returns the end of the top-level domain that stands at i as a
// word of its own, 0 when there is none.
func (t *Text) topLevelDomainEnd(i int) int {
	var name [8]byte
	n := 0
	for n < len(name) && t.classAt(i+n) == charclass.Latin && t.chars[i+n].r < 0x80 {
		name[n] = byte(t.chars[i+n].r)
		n++
	}
	if n < 2 || t.classAt(i+n).IsAlnum() || !topLevelDomains[string(name[:n])] {
		return 0
	}
	return i + n
}
