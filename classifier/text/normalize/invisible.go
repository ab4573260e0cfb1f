package normalize

import "winnow/classifier/text/charclass"

// isInvisible reports whether r is not drawn: format characters, fillers, variation
// selectors and tags.
func isInvisible(r rune) bool {
	switch {
	case r < 0x20, r >= 0x7F && r < 0xA0 && r != 0x85:
		return true
	case r < 0xAD:
		return false
	case r == 0xAD, r == 0x34F, r == 0x61C, r == 0x115F, r == 0x1160, r == 0x17B4, r == 0x17B5,
		r >= 0x180B && r <= 0x180F, r >= 0x200B && r <= 0x200F, r >= 0x202A && r <= 0x202E,
		r >= 0x2060 && r <= 0x206F, r == 0x3164, r >= 0xFE00 && r <= 0xFE0F, r == 0xFEFF, r == 0xFFA0,
		r >= 0xFFF0 && r <= 0xFFFB, r >= 0x1BCA0 && r <= 0x1BCA3, r >= 0x1D173 && r <= 0x1D17A, r >= 0xE0000 && r <= 0xE0FFF:
		return true
	}
	return false
}

// invisibleRun is a run of invisible characters, or of inline HTML tags, between
// two emitted characters.
type invisibleRun struct {
	count       int  // how many characters
	first       rune // the first of them
	at          int32
	hasJoiner   bool // one of them is a zero width joiner
	hasOverride bool // one of them overrides the direction of writing
}

// skipInvisible adds a character to the current run instead of emitting it.
func (t *Text) skipInvisible(r rune, at int) {
	if t.invisible.count == 0 {
		t.invisible.first, t.invisible.at = r, int32(at)
	}
	t.invisible.count++
	t.invisible.hasJoiner = t.invisible.hasJoiner || r == charclass.ZWJ
	t.invisible.hasOverride = t.invisible.hasOverride || r == 0x202D || r == 0x202E
}

// endInvisibleRun ends the current run before a character of class next and
// returns the flag Hidden when the run splits a word. A joiner between two emoji
// is emitted again.
func (t *Text) endInvisibleRun(next charclass.Class) flags {
	g := t.invisible
	t.invisible = invisibleRun{}
	n := len(t.chars)
	switch {
	case g.hasOverride && next.IsAlnum():
		return flagOf(Hidden)
	case n == 0:
		return 0
	}
	before := t.chars[n-1].class
	if before == charclass.Emoji && next == charclass.Emoji {
		if g.hasJoiner {
			t.chars = append(t.chars, char{r: charclass.ZWJ, at: g.at, class: charclass.Emoji})
		}
		return 0
	}
	if !(before.IsAlphabetic() || before == charclass.Digit) || !(next.IsAlphabetic() || next == charclass.Digit) {
		return 0
	}
	if g.first == 0xFE0F && g.count == 1 {
		return 0 // the variation selector for the coloured form
	}
	if g.first == 0xAD && g.count == 1 && n >= 2 && t.chars[n-2].class.IsAlphabetic() && t.chars[n-2].flags&flagOf(Hidden) == 0 {
		return 0 // one soft hyphen, where a line may break
	}
	return flagOf(Hidden)
}
