package normalize

import (
	"unicode"
	"unicode/utf8"

	"winnow/classifier/text/charclass"
)

// decode turns s, which begins at the byte offset base of the source, into
// characters: lower case, HTML resolved, invisible characters left out.
func (t *Text) decode(s string, base int) {
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c >= utf8.RuneSelf:
			r, size := utf8.DecodeRuneInString(s[i:])
			t.decodeRune(r, base+i)
			i += size
		case c == '<':
			if n := t.decodeTag(s[i:], base+i); n > 0 {
				i += n
			} else {
				t.emit('<', base+i, 0)
				i++
			}
		case c == '&':
			r, n := decodeEntity(s[i:])
			if n == 0 {
				r, n = '&', 1
			}
			if n > 1 && isASCIIAlnum(r) {
				// An entity for an ordinary letter has no purpose but to hide it.
				t.emit(unicode.ToLower(r), base+i, flagOf(Hidden))
			} else {
				t.decodeRune(r, base+i)
			}
			i += n
		case c >= 'A' && c <= 'Z':
			t.Capitals++
			t.emit(rune(c)+'a'-'A', base+i, flagUpper)
			i++
		case c == '`':
			t.emit('\'', base+i, 0)
			i++
		case c == 0x7F || c < ' ' && charclass.ASCII(c) != charclass.Space:
			t.skipInvisible(rune(c), base+i)
			i++
		default:
			t.emit(rune(c), base+i, 0)
			i++
		}
	}
}

// emit appends a character and ends the run of invisible characters before it.
func (t *Text) emit(r rune, at int, f flags) {
	c := char{r: r, at: int32(at), flags: f, class: charclass.Of(r)}
	if t.invisible.count > 0 {
		c.flags |= t.endInvisibleRun(c.class)
	}
	switch c.class {
	case charclass.Latin:
		t.latinLetters++
		if r < 'a' || r > 'z' || cyrillicLookalikes[r-'a'] == 0 {
			t.latinOnly++
		}
	case charclass.LatinLike:
		if _, like := latinLookalike(r); like == dissimilar || like == decorative {
			t.nonLatinOnly++
		}
	case charclass.Other:
		if charclass.IsEastAsian(r) {
			t.eastAsian++
		}
	}
	t.chars = append(t.chars, c)
}

// decodeRune emits a character that is not ASCII or that an entity stands for.
func (t *Text) decodeRune(r rune, at int) {
	switch {
	case r < utf8.RuneSelf:
		if charclass.ASCII(byte(r)) == charclass.Latin && r < 'a' {
			t.Capitals++
			t.emit(r+'a'-'A', at, flagUpper)
			return
		}
		t.emit(r, at, 0)
	case r < 0xA0:
		if p := windows1252[r-0x80]; p != 0 {
			t.emit(p, at, 0)
		} else {
			t.skipInvisible(r, at)
		}
	case isInvisible(r):
		t.skipInvisible(r, at)
	case IsDiacritic(r):
		t.combineMark(r)
	case r >= 0x410 && r < 0x430: // Cyrillic capitals: the most frequent ones that are not Latin
		t.Capitals++
		t.emit(r+0x20, at, flagUpper)
	case r >= 0x430 && r < 0x460:
		t.emit(r, at, 0)
	case r >= 0x400 && r < 0x410 || r >= 0x4E00 && r < 0xA000 || r >= 0xAC00 && r < 0xD7A4:
		t.decodeLetter(r, at)
	case charclass.IsRegionalIndicator(r):
		t.hasRegional = true
		t.emit(r, at, 0)
	default:
		t.decodeCompatibility(r, at)
	}
}

// decodeLetter emits a letter in lower case.
func (t *Text) decodeLetter(r rune, at int) {
	if l := toLower(r); l != r {
		t.Capitals++
		t.emit(l, at, flagUpper)
		return
	}
	t.emit(r, at, 0)
}

// toLower is unicode.ToLower with two exceptions: Cherokee, whose capitals are
// the usual letters, and the final sigma, which becomes an ordinary one.
func toLower(r rune) rune {
	switch {
	case r >= 0xAB70 && r < 0xABC0:
		return r - 0xAB70 + 0x13A0
	case r >= 0x13A0 && r < 0x1400:
		return r
	case r == 'ς':
		return 'σ'
	}
	return unicode.ToLower(r)
}

func isASCIIAlnum(r rune) bool { return r < utf8.RuneSelf && charclass.ASCII(byte(r)).IsAlnum() }
