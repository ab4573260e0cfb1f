package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// gap is what stood between two cells and is not seen.
type invisibleRun struct {
	count      int  // how many characters
	first      rune // the first of them
	at     int32
	hasJoiner bool // one of them joins emoji
	hasOverride bool // one of them turns the direction of letters by force
}

// read turns s, which begins at base in the source, into cells.
func (f *Text) decode(s string, base int) {
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c >= utf8.RuneSelf:
			r, size := utf8.DecodeRuneInString(s[i:])
			f.decodeRune(r, base+i)
			i += size
		case c == '<':
			if n := f.decodeTag(s[i:], base+i); n > 0 {
				i += n
			} else {
				f.emit('<', base+i, 0)
				i++
			}
		case c == '&':
			r, n := decodeEntity(s[i:])
			if n == 0 {
				r, n = '&', 1
			}
			if n > 1 && asciiClassOf(r).isAlnum() {
				// Nobody needs an entity for a plain letter.
				f.emit(unicode.ToLower(r), base+i, flagOf(Hidden))
			} else {
				f.decodeRune(r, base+i)
			}
			i += n
		case c >= 'A' && c <= 'Z':
			f.Capitals++
			f.emit(rune(c)+'a'-'A', base+i, flagUpper)
			i++
		case c == '`':
			f.emit('\'', base+i, 0)
			i++
		case c == 0x7F || c < ' ' && asciiClass[c] != classSpace:
			f.skipInvisible(rune(c), base+i)
			i++
		default:
			f.emit(rune(c), base+i, 0)
			i++
		}
	}
}

func asciiClassOf(r rune) class {
	if r < 0x80 {
		return asciiClass[r]
	}
	return classSign
}

// put appends a cell, and judges what was invisible before it.
func (f *Text) emit(r rune, at int, n flags) {
	c := char{r: r, at: int32(at), flags: n, class: classOf(r)}
	if f.invisible.count > 0 {
		n = f.endInvisibleRun(c.class)
		c.flags |= n
	}
	switch c.class {
	case classLatin:
		f.latinLetters++
		if r < 'a' || r > 'z' || cyrillicLookalikes[r-'a'] == 0 {
			f.latinOnly++
		}
	case classLatinLike:
		if _, like := latinLookalike(r); like == dissimilar || like == decorative {
			f.nonLatinOnly++
		}
	case classOther:
		if isEastAsian(r) {
			f.eastAsian++
		}
	}
	f.chars = append(f.chars, c)
}

func (f *Text) skipInvisible(r rune, at int) {
	if f.invisible.count == 0 {
		f.invisible.first, f.invisible.at = r, int32(at)
	}
	f.invisible.count++
	f.invisible.hasJoiner = f.invisible.hasJoiner || r == joiner
	f.invisible.hasOverride = f.invisible.hasOverride || r == 0x202D || r == 0x202E
}

// judgeGap tells whether invisible characters split a word before a cell of
// class next. A joiner inside an emoji is put back.
func (f *Text) endInvisibleRun(next class) flags {
	g := f.invisible
	f.invisible = invisibleRun{}
	n := len(f.chars)
	switch {
	case g.hasOverride && next.isAlnum():
		return flagOf(Hidden)
	case n == 0:
		return 0
	}
	before := f.chars[n-1].class
	if before == classEmoji && next == classEmoji {
		if g.hasJoiner {
			f.chars = append(f.chars, char{r: joiner, at: g.at, class: classEmoji})
		}
		return 0
	}
	if !(before.isAlphabetic() || before == classDigit) || !(next.isAlphabetic() || next == classDigit) {
		return 0
	}
	if g.first == 0xFE0F && g.count == 1 {
		return 0 // asks for the colourful form
	}
	if g.first == 0xAD && g.count == 1 && n >= 2 && f.chars[n-2].class.isAlphabetic() && f.chars[n-2].flags&flagOf(Hidden) == 0 {
		return 0 // a place to break the line
	}
	return flagOf(Hidden)
}

// see reads one character that is not plain ASCII, or came from an entity.
func (f *Text) decodeRune(r rune, at int) {
	switch {
	case r < 0x80:
		if asciiClass[r] == classLatin && r < 'a' {
			f.Capitals++
			f.emit(r+'a'-'A', at, flagUpper)
			return
		}
		f.emit(r, at, 0)
	case r >= 0x80 && r < 0xA0:
		if p := windows1252[r-0x80]; p != 0 {
			f.emit(p, at, 0)
		} else {
			f.skipInvisible(r, at)
		}
	case isInvisible(r):
		f.skipInvisible(r, at)
	case isDiacritic(r):
		f.combineMark(r)
	case r >= 0x410 && r < 0x430: // most capitals that are not Latin
		f.Capitals++
		f.emit(r+0x20, at, flagUpper)
	case r >= 0x430 && r < 0x460:
		f.emit(r, at, 0)
	case r >= 0x400 && r < 0x410 || r >= 0x4E00 && r < 0xA000 || r >= 0xAC00 && r < 0xD7A4:
		f.decodeLetter(r, at)
	case isRegionalIndicator(r):
		f.hasRegional = true
		f.emit(r, at, 0)
	default:
		f.decodeCompatibility(r, at)
	}
}

func (f *Text) decodeLetter(r rune, at int) {
	if l := toLower(r); l != r {
		f.Capitals++
		f.emit(l, at, flagUpper)
		return
	}
	f.emit(r, at, 0)
}

// lower is unicode.ToLower, except for Cherokee, whose capitals are the usual
// letters, and the final sigma.
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

// odd reads what may be another way to write something plain.
func (f *Text) decodeCompatibility(r rune, at int) {
	if p, ok := plainPunctuation(r); ok {
		f.emit(p, at, 0)
		return
	}
	if l, ok := styledLetter(r); ok {
		f.Capitals += countCapital(r)
		f.emit(l, at, flagStyled)
		return
	}
	if r >= 0x1161 && r <= 0x11C2 && f.composeHangul(r) {
		return
	}
	if !hasCompatibilityForm(r) {
		if classOf(r) == classSpace {
			if r == 0x2028 || r == 0x2029 || r == 0x85 {
				r = '\n'
			} else {
				r = ' '
			}
		}
		if classOf(r) == classMark {
			f.emitScriptMark(r, at)
			return
		}
		f.decodeLetter(r, at)
		return
	}
	var buf [utf8.UTFMax]byte
	d := norm.NFKD.Properties(buf[:utf8.EncodeRune(buf[:], r)]).Decomposition()
	if len(d) == 0 {
		f.decodeLetter(r, at)
		return
	}
	var n flags
	switch {
	case r >= 0xFF01 && r <= 0xFF5E:
		n = flagFullwidth
	case isStyleVariant(r):
		n = flagStyled
	}
	for len(d) > 0 {
		x, size := utf8.DecodeRune(d)
		d = d[size:]
		switch {
		case isDiacritic(x):
			f.combineMark(x)
		case n == flagStyled && (x == '(' || x == ')' || x == ','):
			// A letter in brackets, as one character.
		case asciiClassOf(x) == classLatin:
			m := n
			if x <= 'Z' {
				f.Capitals++
				m |= flagUpper
			}
			f.emit(x|0x20, at, m)
		case x >= 0x1161 && x <= 0x11C2 && f.composeHangul(x):
		default:
			f.decodeLetter(x, at)
		}
	}
}

// diacritic composes a mark with the letter before it, or takes it off.
func (f *Text) combineMark(m rune) {
	n := len(f.chars)
	if n == 0 {
		return
	}
	c := &f.chars[n-1]
	if c.flags&flagMarked == 0 {
		if p, ok := composed[letterMark{c.r, m}]; ok {
			c.r = p
			return
		}
	}
	switch {
	case !c.class.isAlnum(), m == 0x20E3:
		// A mark on nothing, or a keycap.
	case c.flags&flagMarked != 0 || !isCommonMark(m):
		c.flags |= flagMarked | flagOf(Combining)
	default:
		c.flags |= flagMarked
	}
}

// usualMark tells the marks that dictionaries and tone languages put on
// letters with which they do not compose.
func isCommonMark(m rune) bool {
	return m <= 0x304 || m == 0x306 || m == 0x308 || m == 0x30C || m == 0x323 || m == 0x331
}

// scriptMark keeps the marks of a script, but not a pile of them.
func (f *Text) emitScriptMark(r rune, at int) {
	const pile = 4
	n := len(f.chars)
	if n > pile && f.chars[n-pile].class == classMark && f.chars[n-1].class == classMark && f.chars[n-2].class == classMark && f.chars[n-3].class == classMark {
		f.chars[n-1].flags |= flagOf(Combining)
		return
	}
	f.emit(r, at, 0)
}

// jamo composes a vowel or a final consonant with the Korean letters before
// it (Unicode, section 3.12).
func (f *Text) composeHangul(r rune) bool {
	if len(f.chars) == 0 || f.invisible.count > 0 {
		return false
	}
	c := &f.chars[len(f.chars)-1]
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

// tag reads a tag or a comment of HTML at the start of s and returns its
// length, 0 when it is none. The target of a link is kept.
func (f *Text) decodeTag(s string, at int) int {
	if strings.HasPrefix(s, "<!--") && !f.noCommentEnd {
		end := strings.Index(s, "-->")
		if end < 0 {
			f.noCommentEnd = true
			return 0
		}
		f.skipInvisible('<', at)
		return end + len("-->")
	}
	name := 1
	if len(s) > 1 && s[1] == '/' {
		name = 2
	}
	i := name
	for i < len(s) && i < name+10 && asciiClassOf(rune(s[i])).isAlnum() {
		i++
	}
	kind := tagKindOf(s[name:i])
	if kind == notTag {
		return 0
	}
	// The next "<" ends the search, so that no byte is looked at twice.
	end := strings.IndexAny(s[i:min(len(s), i+2048)], "<>")
	if end < 0 || s[i+end] != '>' || end > 0 && s[i] != ' ' && s[i] != '/' && s[i] != '\n' && s[i] != '\t' {
		return 0
	}
	switch kind {
	case blockTag:
		f.emit('\n', at, 0)
	case inlineTag:
		f.skipInvisible('<', at)
	}
	if name == 1 {
		f.decodeHref(s[i:i+end], at+i)
	}
	return i + end + 1
}

// target writes the address that the attributes of a tag point to.
func (f *Text) decodeHref(attributes string, at int) {
	i := strings.Index(attributes, "href=")
	if i < 0 {
		return
	}
	i += len("href=")
	value := strings.TrimLeft(attributes[i:], `"'`)
	i = len(attributes) - len(value)
	if end := strings.IndexAny(value, "\"' \n\t"); end >= 0 {
		value = value[:end]
	}
	f.emit(' ', at+i, 0)
	f.decode(value, at+i)
	f.emit(' ', at+i+len(value), 0)
}
