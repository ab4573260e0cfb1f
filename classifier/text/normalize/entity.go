package normalize

import (
	"html"
	"strings"
	"unicode/utf8"
)

// decodeEntity decodes an HTML character reference at the start of s, which
// begins with "&", and returns its length, 0 when there is none. "&amp;" before
// another reference comes from a text that was escaped twice.
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

// decodeReference decodes what follows the "&".
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

// decodeNumericReference decodes "#118;" and "#x76;".
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
