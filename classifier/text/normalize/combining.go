package normalize

import (
	"slices"

	"winnow/classifier/text/charclass"
)

// IsDiacritic reports whether r is a combining mark that may stand on any letter and
// belongs to no script.
func IsDiacritic(r rune) bool {
	return r >= 0x300 && r < 0x370 || r >= 0x483 && r < 0x48A || r >= 0x1AB0 && r < 0x1B00 || r >= 0x1DC0 && r < 0x1E00 ||
		r >= 0x20D0 && r < 0x2100 || r >= 0xFE20 && r < 0xFE30
}

// combineMark composes a mark with the letter before it, and drops it when there
// is no such letter in Unicode.
func (t *Text) combineMark(m rune) {
	n := len(t.chars)
	if n == 0 {
		return
	}
	c := &t.chars[n-1]
	if c.flags&flagMarked == 0 {
		if p, ok := composed[letterMark{c.r, m}]; ok {
			c.r = p
			return
		}
	}
	switch {
	case !c.class.IsAlnum(), m == 0x20E3:
		// A mark on no letter, or the enclosing keycap.
	case c.flags&flagMarked != 0 || !isCommonMark(m):
		c.flags |= flagMarked | flagOf(Combining)
	default:
		c.flags |= flagMarked
	}
}

// isCommonMark reports whether r is a mark that dictionaries and tonal languages put
// on letters with which it does not compose.
func isCommonMark(m rune) bool {
	return m <= 0x304 || m == 0x306 || m == 0x308 || m == 0x30C || m == 0x323 || m == 0x331
}

// emitScriptMark emits the marks of a script, at most four on one letter.
func (t *Text) emitScriptMark(r rune, at int) {
	const most = 4
	n := len(t.chars)
	if n > most && !slices.ContainsFunc(t.chars[n-most:], func(c char) bool { return c.class != charclass.Mark }) {
		t.chars[n-1].flags |= flagOf(Combining)
		return
	}
	t.emit(r, at, 0)
}

// composeHangul composes a vowel or a final consonant with the Korean letters
// before it (Unicode, section 3.12).
func (t *Text) composeHangul(r rune) bool {
	if len(t.chars) == 0 || t.invisible.count > 0 {
		return false
	}
	c := &t.chars[len(t.chars)-1]
	switch {
	case r <= 0x1175 && c.r >= 0x1100 && c.r <= 0x1112:
		c.r = 0xAC00 + (c.r-0x1100)*588 + (r-0x1161)*28
	case r >= 0x11A8 && c.r >= 0xAC00 && c.r < 0xD7A4 && (c.r-0xAC00)%28 == 0:
		c.r += r - 0x11A7
	default:
		return false
	}
	return true
}
