package text

import (
	"html"
	"strings"
	"unicode/utf8"
)

// entity reads a character reference at the start of s, which begins with
// "&", and returns its length, 0 when it is none. "&amp;" in front of another
// reference is a text that was escaped twice.
func decodeEntity(s string) (rune, int) {
	r, n := decodeReference(s[1:])
	if n == 0 {
		return 0, 0
	}
	n++
	for r == '&' {
		next, m := decodeReference(s[n:])
		if m == 0 {
			break
		}
		r, n = next, n+m
	}
	return r, n
}

// reference reads what follows the "&".
func decodeReference(s string) (rune, int) {
	if len(s) > 2 && s[0] == '#' {
		return decodeNumericReference(s)
	}
	end := strings.IndexByte(s[:min(len(s), 9)], ';')
	if end < 2 {
		return 0, 0
	}
	switch s[:end] {
	case "amp":
		return '&', end + 1
	case "lt":
		return '<', end + 1
	case "gt":
		return '>', end + 1
	case "quot":
		return '"', end + 1
	case "apos":
		return '\'', end + 1
	case "nbsp":
		return ' ', end + 1
	}
	text := html.UnescapeString("&" + s[:end+1])
	r, size := utf8.DecodeRuneInString(text)
	if size != len(text) {
		return 0, 0
	}
	return r, end + 1
}

func decodeNumericReference(s string) (rune, int) {
	base, i := rune(10), 1
	if s[1]|0x20 == 'x' {
		base, i = 16, 2
	}
	first, r := i, rune(0)
	for ; i < len(s) && i < first+8; i++ {
		d := rune(99)
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			d = rune(c - '0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			d = rune(c|0x20-'a') + 10
		}
		if d >= base {
			break
		}
		r = r*base + d
	}
	if i == first {
		return 0, 0
	}
	if i < len(s) && s[i] == ';' {
		i++
	}
	if r == 0 || r > utf8.MaxRune || !utf8.ValidRune(r) {
		r = utf8.RuneError
	}
	return r, i
}

type tagKind uint8

const (
	notTag tagKind = iota
	inlineTag
	blockTag
	raisedTag // what it holds stands apart anyway
)

// tagKind knows the elements that people put into comments; anything else in
// angle brackets is taken for text.
func tagKindOf(name string) tagKind {
	var low [10]byte
	for i := 0; i < len(name) && i < len(low); i++ {
		low[i] = name[i] | 0x20
	}
	switch string(low[:min(len(name), len(low))]) {
	case "a", "b", "i", "u", "s", "em", "font", "span", "strong", "small", "big", "tt", "code", "del", "ins",
		"mark", "abbr", "cite", "q", "strike", "wbr", "kbd", "bdo", "bdi", "center":
		return inlineTag
	case "sub", "sup":
		return raisedTag
	case "br", "p", "div", "img", "hr", "ul", "ol", "li", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "table", "tr", "td",
		"tbody", "th", "iframe", "script", "style", "form", "input", "button", "video", "audio", "body", "html", "head",
		"title", "meta", "link", "object", "embed", "blockquote", "section":
		return blockTag
	}
	return notTag
}
