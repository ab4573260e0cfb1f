package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// gap is what stood between two cells and is not seen.
type gap struct {
	n      int  // how many characters
	r      rune // the first of them
	at     int32
	joined bool // one of them joins emoji
	turned bool // one of them turns the direction of letters by force
}

// read turns s, which begins at base in the source, into cells.
func (f *Folded) read(s string, base int) {
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c >= utf8.RuneSelf:
			r, size := utf8.DecodeRuneInString(s[i:])
			f.see(r, base+i)
			i += size
		case c == '<':
			if n := f.tag(s[i:], base+i); n > 0 {
				i += n
			} else {
				f.put('<', base+i, 0)
				i++
			}
		case c == '&':
			r, n := entity(s[i:])
			if n == 0 {
				r, n = '&', 1
			}
			if n > 1 && asciiClassOf(r).alnum() {
				// Nobody needs an entity for a plain letter.
				f.put(unicode.ToLower(r), base+i, trick(Hidden))
			} else {
				f.see(r, base+i)
			}
			i += n
		case c >= 'A' && c <= 'Z':
			f.capitals++
			f.put(rune(c)+'a'-'A', base+i, upper)
			i++
		case c == '`':
			f.put('\'', base+i, 0)
			i++
		case c == 0x7F || c < ' ' && asciiClass[c] != space:
			f.unseen(rune(c), base+i)
			i++
		default:
			f.put(rune(c), base+i, 0)
			i++
		}
	}
}

func asciiClassOf(r rune) class {
	if r < 0x80 {
		return asciiClass[r]
	}
	return sign
}

// put appends a cell, and judges what was invisible before it.
func (f *Folded) put(r rune, at int, n note) {
	c := cell{r: r, at: int32(at), note: n, class: classOf(r)}
	if f.gap.n > 0 {
		n = f.judgeGap(c.class)
		c.note |= n
	}
	switch c.class {
	case latin:
		f.latin++
		if r < 'a' || r > 'z' || cyrillicTwins[r-'a'] == 0 {
			f.hardLatin++
		}
	case cased:
		if _, like := lookalike(r); like == unlike || like == faux {
			f.hard++
		}
	case other:
		if isEastAsian(r) {
			f.han++
		}
	}
	f.cells = append(f.cells, c)
}

func (f *Folded) unseen(r rune, at int) {
	if f.gap.n == 0 {
		f.gap.r, f.gap.at = r, int32(at)
	}
	f.gap.n++
	f.gap.joined = f.gap.joined || r == joiner
	f.gap.turned = f.gap.turned || r == 0x202D || r == 0x202E
}

// judgeGap tells whether invisible characters split a word before a cell of
// class next. A joiner inside an emoji is put back.
func (f *Folded) judgeGap(next class) note {
	g := f.gap
	f.gap = gap{}
	n := len(f.cells)
	switch {
	case g.turned && next.alnum():
		return trick(Hidden)
	case n == 0:
		return 0
	}
	before := f.cells[n-1].class
	if before == emoji && next == emoji {
		if g.joined {
			f.cells = append(f.cells, cell{r: joiner, at: g.at, class: emoji})
		}
		return 0
	}
	if !(before.alphabetic() || before == digit) || !(next.alphabetic() || next == digit) {
		return 0
	}
	if g.r == 0xFE0F && g.n == 1 {
		return 0 // asks for the colourful form
	}
	if g.r == 0xAD && g.n == 1 && n >= 2 && f.cells[n-2].class.alphabetic() && f.cells[n-2].note&trick(Hidden) == 0 {
		return 0 // a place to break the line
	}
	return trick(Hidden)
}

// see reads one character that is not plain ASCII, or came from an entity.
func (f *Folded) see(r rune, at int) {
	switch {
	case r < 0x80:
		if asciiClass[r] == latin && r < 'a' {
			f.capitals++
			f.put(r+'a'-'A', at, upper)
			return
		}
		f.put(r, at, 0)
	case r >= 0x80 && r < 0xA0:
		if p := windows1252[r-0x80]; p != 0 {
			f.put(p, at, 0)
		} else {
			f.unseen(r, at)
		}
	case isInvisible(r):
		f.unseen(r, at)
	case isDiacritic(r):
		f.diacritic(r)
	case r >= 0x410 && r < 0x430: // most capitals that are not Latin
		f.capitals++
		f.put(r+0x20, at, upper)
	case r >= 0x430 && r < 0x460:
		f.put(r, at, 0)
	case r >= 0x400 && r < 0x410 || r >= 0x4E00 && r < 0xA000 || r >= 0xAC00 && r < 0xD7A4:
		f.letter(r, at)
	case isRegional(r):
		f.flags = true
		f.put(r, at, 0)
	default:
		f.odd(r, at)
	}
}

func (f *Folded) letter(r rune, at int) {
	if l := lower(r); l != r {
		f.capitals++
		f.put(l, at, upper)
		return
	}
	f.put(r, at, 0)
}

// lower is unicode.ToLower, except for Cherokee, whose capitals are the usual
// letters, and the final sigma.
func lower(r rune) rune {
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
func (f *Folded) odd(r rune, at int) {
	if p, ok := plainSign(r); ok {
		f.put(p, at, 0)
		return
	}
	if l, ok := styledLetter(r); ok {
		f.capitals += capitalOf(r)
		f.put(l, at, styled)
		return
	}
	if r >= 0x1161 && r <= 0x11C2 && f.jamo(r) {
		return
	}
	if !decomposes(r) {
		if classOf(r) == space {
			if r == 0x2028 || r == 0x2029 || r == 0x85 {
				r = '\n'
			} else {
				r = ' '
			}
		}
		if classOf(r) == mark {
			f.scriptMark(r, at)
			return
		}
		f.letter(r, at)
		return
	}
	var buf [utf8.UTFMax]byte
	d := norm.NFKD.Properties(buf[:utf8.EncodeRune(buf[:], r)]).Decomposition()
	if len(d) == 0 {
		f.letter(r, at)
		return
	}
	var n note
	switch {
	case r >= 0xFF01 && r <= 0xFF5E:
		n = wide
	case isStyle(r):
		n = styled
	}
	for len(d) > 0 {
		x, size := utf8.DecodeRune(d)
		d = d[size:]
		switch {
		case isDiacritic(x):
			f.diacritic(x)
		case n == styled && (x == '(' || x == ')' || x == ','):
			// A letter in brackets, as one character.
		case asciiClassOf(x) == latin:
			m := n
			if x <= 'Z' {
				f.capitals++
				m |= upper
			}
			f.put(x|0x20, at, m)
		case x >= 0x1161 && x <= 0x11C2 && f.jamo(x):
		default:
			f.letter(x, at)
		}
	}
}

// diacritic composes a mark with the letter before it, or takes it off.
func (f *Folded) diacritic(m rune) {
	n := len(f.cells)
	if n == 0 {
		return
	}
	c := &f.cells[n-1]
	if c.note&marked == 0 {
		if p, ok := composed[letterMark{c.r, m}]; ok {
			c.r = p
			return
		}
	}
	switch {
	case !c.class.alnum(), m == 0x20E3:
		// A mark on nothing, or a keycap.
	case c.note&marked != 0 || !usualMark(m):
		c.note |= marked | trick(Combining)
	default:
		c.note |= marked
	}
}

// usualMark tells the marks that dictionaries and tone languages put on
// letters with which they do not compose.
func usualMark(m rune) bool {
	return m <= 0x304 || m == 0x306 || m == 0x308 || m == 0x30C || m == 0x323 || m == 0x331
}

// scriptMark keeps the marks of a script, but not a pile of them.
func (f *Folded) scriptMark(r rune, at int) {
	const pile = 4
	n := len(f.cells)
	if n > pile && f.cells[n-pile].class == mark && f.cells[n-1].class == mark && f.cells[n-2].class == mark && f.cells[n-3].class == mark {
		f.cells[n-1].note |= trick(Combining)
		return
	}
	f.put(r, at, 0)
}

// jamo composes a vowel or a final consonant with the Korean letters before
// it (Unicode, section 3.12).
func (f *Folded) jamo(r rune) bool {
	if len(f.cells) == 0 || f.gap.n > 0 {
		return false
	}
	c := &f.cells[len(f.cells)-1]
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
func (f *Folded) tag(s string, at int) int {
	if strings.HasPrefix(s, "<!--") && !f.noComment {
		end := strings.Index(s, "-->")
		if end < 0 {
			f.noComment = true
			return 0
		}
		f.unseen('<', at)
		return end + len("-->")
	}
	name := 1
	if len(s) > 1 && s[1] == '/' {
		name = 2
	}
	i := name
	for i < len(s) && i < name+10 && asciiClassOf(rune(s[i])).alnum() {
		i++
	}
	kind := tagKind(s[name:i])
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
		f.put('\n', at, 0)
	case inlineTag:
		f.unseen('<', at)
	}
	if name == 1 {
		f.target(s[i:i+end], at+i)
	}
	return i + end + 1
}

// target writes the address that the attributes of a tag point to.
func (f *Folded) target(attributes string, at int) {
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
	f.put(' ', at+i, 0)
	f.read(value, at+i)
	f.put(' ', at+i+len(value), 0)
}
