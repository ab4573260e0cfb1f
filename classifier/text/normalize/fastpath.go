package normalize

import (
	"slices"
	"unicode/utf8"

	"winnow/classifier/text/charclass"
)

// The kinds of bytes that the fast path tells apart. All others are unusual: they
// may be part of an obfuscation.
const (
	byteUnusual byte = iota
	byteLower
	byteUpper
	byteDigit
	byteSpace
	bytePunctuation // signs without a second meaning
	byteFullStop
	byteExclamation
	byteDollar
	byteParenthesis
	byteSlash
	byteTypographic // the first byte of quotes and dashes
)

var byteKinds = func() (t [256]byte) {
	for c := range t[:utf8.RuneSelf] {
		switch charclass.ASCII(byte(c)) {
		case charclass.Space:
			t[c] = byteSpace
		case charclass.Digit:
			t[c] = byteDigit
		case charclass.Latin:
			t[c] = byteUpper
			if c >= 'a' {
				t[c] = byteLower
			}
		}
	}
	for _, c := range ",;:?'\"-)+%#=_" {
		t[c] = bytePunctuation
	}
	t['.'], t['!'], t['$'], t['('], t['/'], t[0xE2] = byteFullStop, byteExclamation, byteDollar, byteParenthesis, byteSlash, byteTypographic
	return t
}()

// fastPath is the state of normalizeFast.
type fastPath struct {
	s             string
	out           []byte
	origin        []int32
	capitals      int
	singles       int  // successive words of one letter or digit
	afterFullStop bool // the last sign was a full stop
	ascii         bool
}

// normalizeFast normalizes ordinary text: letters, digits and signs of ASCII, and
// typographic quotes and dashes, with nothing to undo. It does in one pass what
// normalizeFully does in six. Where normalizeFully might find an obfuscation it
// returns false and leaves t as it was: to give up on an ordinary text costs only
// time.
func (t *Text) normalizeFast(s string) bool {
	p := fastPath{s: s, out: slices.Grow(t.Bytes, len(s)), origin: slices.Grow(t.origin, len(s)+1), ascii: true}
	for i := 0; i < len(s); {
		n := 0
		switch byteKinds[s[i]] {
		case byteLower, byteUpper:
			n = p.word(i)
		case byteDigit:
			n = p.number(i)
		case byteSpace:
			n = p.spaces(i)
		case byteUnusual:
			return false
		default:
			n = p.sign(i)
		}
		if n == 0 {
			return false
		}
		i += n
	}
	t.Bytes, t.origin = p.out, append(p.origin, int32(len(s)))
	t.Capitals, t.ascii = p.capitals, p.ascii
	return true
}

func (p *fastPath) emit(c byte, at int) {
	p.out = append(p.out, c)
	p.origin = append(p.origin, int32(at))
}

// kindAt returns the kind of the byte at i; the end counts as a space.
func (p *fastPath) kindAt(i int) byte {
	if i >= len(p.s) {
		return byteSpace
	}
	return byteKinds[p.s[i]]
}

// word reads the word at i and returns its length, 0 when it may be part of an
// obfuscation. So do number, spaces and sign.
func (p *fastPath) word(i int) int {
	start, from, end := i, len(p.out), i
	var before, last byte
	for ; end < len(p.s); end++ {
		kind := byteKinds[p.s[end]]
		if kind != byteLower && kind != byteUpper {
			if kind == byteDigit {
				return 0
			}
			break
		}
		c := p.s[end] | 0x20
		if c == last && (c == before || c == 'x') { // repeated letters, or hxxp
			return 0
		}
		before, last = last, c
		p.capitals += int(kind - byteLower)
		p.emit(c, end)
	}
	if p.countSingle(end - start); p.singles > 3 { // v i a g r a
		return 0
	}
	if n := end - start; n < 9 {
		word := p.out[from:]
		if string(word) == "dot" || p.afterFullStop && topLevelDomains[string(word)] {
			return 0
		}
	}
	p.afterFullStop = false
	return end - start
}

// countSingle counts a word of n letters or digits.
func (p *fastPath) countSingle(n int) {
	if p.singles++; n > 1 {
		p.singles = 0
	}
}

func (p *fastPath) number(i int) int {
	end := i
	for ; p.kindAt(end) == byteDigit && end < len(p.s); end++ {
		p.emit(p.s[end], end)
	}
	if p.countSingle(end - i); p.singles > 3 || p.kindAt(end) == byteLower || p.kindAt(end) == byteUpper { // c4s1no
		return 0
	}
	p.afterFullStop = false
	return end - i
}

// spaces writes one space, or one line feed where there was one.
func (p *fastPath) spaces(i int) int {
	end, at := i, i
	for ; end < len(p.s) && byteKinds[p.s[end]] == byteSpace; end++ {
		if p.s[end] == '\n' && p.s[at] != '\n' {
			at = end
		}
	}
	if len(p.out) > 0 && end < len(p.s) {
		p.emit(byte(spaceOrNewline(rune(p.s[at]))), at)
	}
	return end - i
}

func (p *fastPath) sign(i int) int {
	c, size := p.s[i], 1
	after := p.kindAt(i + 1)
	switch byteKinds[c] {
	case byteFullStop: // a.com
		if (after == byteLower || after == byteUpper) && (i == 0 || p.s[i-1] != '.') {
			return 0
		}
	case byteExclamation: // k!ll
		if after == byteLower || after == byteUpper || after == byteDigit || after == byteDollar {
			return 0
		}
	case byteDollar: // ca$h
		if after != byteDigit || i > 0 && byteKinds[p.s[i-1]] != byteSpace && p.s[i-1] != '(' {
			return 0
		}
	case byteParenthesis: // (dot), (at), ( . )
		if after == byteSpace || after == byteFullStop || i+2 < len(p.s) && startsDotOrAt(p.s[i+1]|0x20, p.s[i+2]|0x20) {
			return 0
		}
	case byteSlash: // http://
		if i > 0 && p.s[i-1] == ':' {
			return 0
		}
	case byteTypographic:
		r, n := utf8.DecodeRuneInString(p.s[i:])
		plain, ok := plainPunctuation(r)
		if !ok {
			return 0
		}
		c, size, p.ascii = byte(plain), n, false
	}
	if n := len(p.out); n > 2 && p.out[n-1] == c && p.out[n-2] == c && p.out[n-3] == c {
		return 0
	}
	p.afterFullStop = c == '.'
	p.emit(c, i)
	return size
}

// startsDotOrAt reports whether "dot", "d0t" or "at" may begin with a and b.
func startsDotOrAt(a, b byte) bool { return a == 'd' && (b == 'o' || b == '0') || a == 'a' && b == 't' }
