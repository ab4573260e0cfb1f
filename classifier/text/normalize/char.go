package normalize

import "winnow/classifier/text/charclass"

// char is one character between the source and the normalized text.
type char struct {
	r     rune  // or deleted
	at    int32 // byte offset in the source
	flags flags
	class charclass.Class
}

// deleted takes the place of a character that is not to be written.
const deleted rune = -1

// flags has a bit for each Obfuscation that was undone at a character, and above
// them properties that only many characters together make an obfuscation.
type flags uint16

const (
	flagUpper     flags = 1 << (numObfuscations + iota)
	flagMarked          // had a combining mark with which it does not compose
	flagStyled          // was a letter of another style
	flagFullwidth       // was fullwidth
	flagLink            // begins a chunk that holds a link
)

const obfuscationFlags = flags(1)<<numObfuscations - 1

func flagOf(o Obfuscation) flags { return 1 << o }

// eachChunk calls do for each chunk: a run of characters without white space.
func (t *Text) eachChunk(do func([]char)) {
	for i := 0; i < len(t.chars); i++ {
		if t.chars[i].class == charclass.Space {
			continue
		}
		start := i
		for i < len(t.chars) && t.chars[i].class != charclass.Space {
			i++
		}
		do(t.chars[start:i])
	}
}

func (t *Text) compactChars() { t.chars = t.chars[:compact(t.chars)] }

// compact moves the characters that are not deleted to the front and returns
// their number.
func compact(chars []char) int {
	n := 0
	for _, c := range chars {
		if c.r != deleted {
			chars[n] = c
			n++
		}
	}
	return n
}

// runeAt returns the character at i, or a space outside of the text.
func (t *Text) runeAt(i int) rune {
	if i < 0 || i >= len(t.chars) {
		return ' '
	}
	return t.chars[i].r
}

// classAt is the class of runeAt.
func (t *Text) classAt(i int) charclass.Class {
	if i < 0 || i >= len(t.chars) {
		return charclass.Space
	}
	return t.chars[i].class
}

// matchesAt reports whether the text at i begins with s.
func (t *Text) matchesAt(i int, s string) bool {
	for _, r := range s {
		if t.runeAt(i) != r {
			return false
		}
		i++
	}
	return true
}

// skipSpaces passes at most two spaces from i in the direction of step.
func (t *Text) skipSpaces(i, step int) int {
	for n := 0; n < 2 && t.classAt(i) == charclass.Space; n++ {
		i += step
	}
	return i
}

// replaceChars replaces the characters from start to end by a sign of a link.
func (t *Text) replaceChars(start, end int, r rune) {
	t.chars[start].r, t.chars[start].class = r, charclass.Sign
	t.chars[start].flags |= flagOf(Link)
	for i := start + 1; i < end; i++ {
		t.chars[i].r = deleted
	}
}
