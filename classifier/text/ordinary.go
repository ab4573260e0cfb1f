package text

import (
	"slices"
	"unicode/utf8"
)

// What folding of ordinary text tells apart. Whatever else there is may be
// part of a trick.
const (
	byteUnusual byte = iota
	byteLower
	byteUpper
	byteDigit
	byteSpace
	bytePunctuation // signs that do no more than point
	byteFullStop
	byteExclamation
	byteDollar
	byteParenthesis
	byteSlash
	byteTypographic // the first byte of quotes and dashes
)

var byteKinds = func() (t [256]byte) {
	for c := range t[:utf8.RuneSelf] {
		switch asciiClass[c] {
		case classSpace:
			t[c] = byteSpace
		case classDigit:
			t[c] = byteDigit
		case classLatin:
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

// plainFold is one text that has, up to here, nothing to undo.
type fastPath struct {
	s        string
	out     []byte
	origin   []int32
	capitals int
	singles  int  // letters and digits alone, one after the other
	afterFullStop  bool // a full stop was the last sign
	ascii    bool
}

// foldOrdinary folds a text that uses letters, digits and signs of ASCII and
// the quotes and dashes of typography as most people do, and so has nothing to
// undo. It does in one pass what the way over cells does in six. Where that
// way might find a trick, it returns false, and nothing has happened: it would
// rather be wrong about an ordinary text than about another.
func (f *Text) normalizeFast(s string) bool {
	p := fastPath{s: s, out: slices.Grow(f.Bytes, len(s)), origin: slices.Grow(f.origin, len(s)+1), ascii: true}
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
	f.Bytes, f.origin = p.out, append(p.origin, int32(len(s)))
	f.Capitals, f.ascii = p.capitals, p.ascii
	return true
}

func (p *fastPath) emit(c byte, at int) {
	p.out = append(p.out, c)
	p.origin = append(p.origin, int32(at))
}

// next returns what there is at i.
func (p *fastPath) kindAt(i int) byte {
	if i >= len(p.s) {
		return byteSpace
	}
	return byteKinds[p.s[i]]
}

// word and its like take in what is at i and return its length, 0 when it may
// be part of a trick.
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
		if c == last && (c == before || c == 'x') { // drawn out, or hxxp
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

// blanks writes one blank, or one line feed where there is one.
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

// isBracketed tells how "dot", "d0t" and "at" begin.
func startsDotOrAt(a, b byte) bool { return a == 'd' && (b == 'o' || b == '0') || a == 'a' && b == 't' }
