package text

import (
	"slices"
	"unicode/utf8"
)

// What folding of ordinary text tells apart. Whatever else there is may be
// part of a trick.
const (
	strange byte = iota
	small
	capital
	figure
	blanks
	point // signs that do no more than point
	stop
	shout
	money
	bracket
	slash
	typographic // the first byte of quotes and dashes
)

var ordinary = func() (t [256]byte) {
	for c := range t[:utf8.RuneSelf] {
		switch asciiClass[c] {
		case space:
			t[c] = blanks
		case digit:
			t[c] = figure
		case latin:
			t[c] = capital
			if c >= 'a' {
				t[c] = small
			}
		}
	}
	for _, c := range ",;:?'\"-)+%#=_" {
		t[c] = point
	}
	t['.'], t['!'], t['$'], t['('], t['/'], t[0xE2] = stop, shout, money, bracket, slash, typographic
	return t
}()

// plainFold is one text that has, up to here, nothing to undo.
type plainFold struct {
	s        string
	text     []byte
	origin   []int32
	capitals int
	singles  int  // letters and digits alone, one after the other
	stopped  bool // a full stop was the last sign
	ascii    bool
}

// foldOrdinary folds a text that uses letters, digits and signs of ASCII and
// the quotes and dashes of typography as most people do, and so has nothing to
// undo. It does in one pass what the way over cells does in six. Where that
// way might find a trick, it returns false, and nothing has happened: it would
// rather be wrong about an ordinary text than about another.
func (f *Folded) foldOrdinary(s string) bool {
	p := plainFold{s: s, text: slices.Grow(f.Text, len(s)), origin: slices.Grow(f.origin, len(s)+1), ascii: true}
	for i := 0; i < len(s); {
		n := 0
		switch ordinary[s[i]] {
		case small, capital:
			n = p.word(i)
		case figure:
			n = p.number(i)
		case blanks:
			n = p.blanks(i)
		case strange:
			return false
		default:
			n = p.sign(i)
		}
		if n == 0 {
			return false
		}
		i += n
	}
	f.Text, f.origin = p.text, append(p.origin, int32(len(s)))
	f.capitals, f.ascii = p.capitals, p.ascii
	return true
}

func (p *plainFold) put(c byte, at int) {
	p.text = append(p.text, c)
	p.origin = append(p.origin, int32(at))
}

// next returns what there is at i.
func (p *plainFold) next(i int) byte {
	if i >= len(p.s) {
		return blanks
	}
	return ordinary[p.s[i]]
}

// word and its like take in what is at i and return its length, 0 when it may
// be part of a trick.
func (p *plainFold) word(i int) int {
	start, from, end := i, len(p.text), i
	var before, last byte
	for ; end < len(p.s); end++ {
		kind := ordinary[p.s[end]]
		if kind != small && kind != capital {
			if kind == figure {
				return 0
			}
			break
		}
		c := p.s[end] | 0x20
		if c == last && (c == before || c == 'x') { // drawn out, or hxxp
			return 0
		}
		before, last = last, c
		p.capitals += int(kind - small)
		p.put(c, end)
	}
	if p.alone(end - start); p.singles > 3 { // v i a g r a
		return 0
	}
	if n := end - start; n < 9 {
		word := p.text[from:]
		if string(word) == "dot" || p.stopped && plainDomains[string(word)] {
			return 0
		}
	}
	p.stopped = false
	return end - start
}

func (p *plainFold) alone(n int) {
	if p.singles++; n > 1 {
		p.singles = 0
	}
}

func (p *plainFold) number(i int) int {
	end := i
	for ; p.next(end) == figure && end < len(p.s); end++ {
		p.put(p.s[end], end)
	}
	if p.alone(end - i); p.singles > 3 || p.next(end) == small || p.next(end) == capital { // c4s1no
		return 0
	}
	p.stopped = false
	return end - i
}

// blanks writes one blank, or one line feed where there is one.
func (p *plainFold) blanks(i int) int {
	end, at := i, i
	for ; end < len(p.s) && ordinary[p.s[end]] == blanks; end++ {
		if p.s[end] == '\n' && p.s[at] != '\n' {
			at = end
		}
	}
	if len(p.text) > 0 && end < len(p.s) {
		p.put(byte(blank(rune(p.s[at]))), at)
	}
	return end - i
}

func (p *plainFold) sign(i int) int {
	c, size := p.s[i], 1
	after := p.next(i + 1)
	switch ordinary[c] {
	case stop: // a.com
		if (after == small || after == capital) && (i == 0 || p.s[i-1] != '.') {
			return 0
		}
	case shout: // k!ll
		if after == small || after == capital || after == figure || after == money {
			return 0
		}
	case money: // ca$h
		if after != figure || i > 0 && ordinary[p.s[i-1]] != blanks && p.s[i-1] != '(' {
			return 0
		}
	case bracket: // (dot), (at), ( . )
		if after == blanks || after == stop || i+2 < len(p.s) && isBracketed(p.s[i+1]|0x20, p.s[i+2]|0x20) {
			return 0
		}
	case slash: // http://
		if i > 0 && p.s[i-1] == ':' {
			return 0
		}
	case typographic:
		r, n := utf8.DecodeRuneInString(p.s[i:])
		plain, ok := plainSign(r)
		if !ok {
			return 0
		}
		c, size, p.ascii = byte(plain), n, false
	}
	if n := len(p.text); n > 2 && p.text[n-1] == c && p.text[n-2] == c && p.text[n-3] == c {
		return 0
	}
	p.stopped = c == '.'
	p.put(c, i)
	return size
}

// isBracketed tells how "dot", "d0t" and "at" begin.
func isBracketed(a, b byte) bool { return a == 'd' && (b == 'o' || b == '0') || a == 'a' && b == 't' }
