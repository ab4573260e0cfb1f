package normalize

import (
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"winnow/classifier/text/charclass"
)

// smallCapitals are phonetic letters that look like capitals, in alphabetical
// order, with a dot where there is none.
const smallCapitals = "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡ.ʏᴢ"

// styledLetter returns the ordinary letter of styles that NFKC does not cover:
// squared and circled capitals, small capitals.
func styledLetter(r rune) (rune, bool) {
	switch {
	case r >= 0x1F150 && r <= 0x1F169:
		return 'a' + r - 0x1F150, true
	case r >= 0x1F170 && r <= 0x1F189:
		return 'a' + r - 0x1F170, true
	case r >= 0x1D00 && r <= 0x1D22, r >= 0x262 && r <= 0x29F, r >= 0xA730 && r <= 0xA7AF:
		n := 0
		for _, c := range smallCapitals {
			if c == r {
				return 'a' + rune(n), true
			}
			n++
		}
	}
	return r, false
}

// countCapital returns 1 when a styled letter was a capital, and 0 otherwise.
func countCapital(r rune) int {
	if r >= 0x1F000 {
		return 1
	}
	return 0
}

// isStyleVariant reports whether r differs only in style from the letter to which it
// decomposes.
func isStyleVariant(r rune) bool {
	return r >= 0x1D400 && r < 0x1D800 || r >= 0x249C && r < 0x24EA || r >= 0x1F110 && r < 0x1F150 ||
		r >= 0x2B0 && r < 0x2B9 || r >= 0x2E0 && r < 0x2E5 || r >= 0x1D2C && r < 0x1D6B || r >= 0x1D9B && r < 0x1DC0 ||
		r >= 0x2071 && r < 0x209D || r >= 0x2100 && r < 0x2140 && r != 0x2122 && r != 0x2120 && r != 0x2116
}

// hasCompatibilityForm reports whether NFKC decomposes a character. Left out are
// fractions, single Korean letters and the trade mark signs.
func hasCompatibilityForm(r rune) bool {
	switch {
	case r < 0x1D2C:
		return r == 0xAA || r == 0xBA || r == 0xB2 || r == 0xB3 || r == 0xB9 || r == 0x17F || r >= 0x1C4 && r <= 0x1CC ||
			r >= 0x1F1 && r <= 0x1F3 || r >= 0x2B0 && r < 0x2B9 || r >= 0x2E0 && r < 0x2E5
	case r < 0x2000:
		return r < 0x1DC0
	case r == 0x2122, r == 0x2120, r >= 0x2150 && r < 0x2160, r == 0x2189, r >= 0x3130 && r < 0x3190, r >= 0xFFA0 && r < 0xFFE0:
		return false
	case r < 0x2030:
		return r == 0x2026 || r == 0x2025 || r == 0x2024
	}
	return r >= 0x2070 && r < 0x2190 || r >= 0x2460 && r < 0x2500 || r >= 0x3200 && r < 0x3400 ||
		r >= 0xF900 && r < 0xFB50 || r >= 0xFB50 && r < 0xFE00 || r >= 0xFE10 && r < 0xFFF0 ||
		r >= 0x1D400 && r < 0x1D800 || r >= 0x1EE00 && r < 0x1EF00 || r >= 0x1F100 && r < 0x1F150 || r >= 0x1FBF0 && r < 0x1FBFA
}

// plainPunctuation returns the ASCII form of quotes and dashes, and the Greek
// letter for the micro sign.
func plainPunctuation(r rune) (rune, bool) {
	switch r {
	case 'µ':
		return 'μ', true
	case '‘', '’', '‚', '‛', 'ʼ', '′', '´':
		return '\'', true
	case '“', '”', '„', '‟', '″':
		return '"', true
	case '‐', '‑', '‒', '–', '—', '―', '−':
		return '-', true
	}
	return r, false
}

// windows1252 gives what the control characters from 0x80 mean in texts that
// were converted from Windows-1252 as if it was Latin-1.
var windows1252 = [32]rune{
	0x00: '€', 0x02: '\'', 0x05: '\n', 0x11: '\'', 0x12: '\'', 0x13: '"', 0x14: '"', 0x15: '•', 0x16: '-', 0x17: '-', 0x19: '™',
}

// decodeCompatibility emits a character that may be a variant of a simpler one.
func (t *Text) decodeCompatibility(r rune, at int) {
	if p, ok := plainPunctuation(r); ok {
		t.emit(p, at, 0)
		return
	}
	if l, ok := styledLetter(r); ok {
		t.Capitals += countCapital(r)
		t.emit(l, at, flagStyled)
		return
	}
	if r >= 0x1161 && r <= 0x11C2 && t.composeHangul(r) {
		return
	}
	if hasCompatibilityForm(r) {
		t.decompose(r, at)
		return
	}
	switch charclass.Of(r) {
	case charclass.Space:
		if r == 0x2028 || r == 0x2029 || r == 0x85 {
			t.emit('\n', at, 0)
		} else {
			t.emit(' ', at, 0)
		}
	case charclass.Mark:
		t.emitScriptMark(r, at)
	default:
		t.decodeLetter(r, at)
	}
}

// decompose emits the compatibility decomposition (Unicode NFKD) of a character.
func (t *Text) decompose(r rune, at int) {
	var buf [utf8.UTFMax]byte
	d := norm.NFKD.Properties(buf[:utf8.EncodeRune(buf[:], r)]).Decomposition()
	if len(d) == 0 {
		t.decodeLetter(r, at)
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
		case IsDiacritic(x):
			t.combineMark(x)
		case n == flagStyled && (x == '(' || x == ')' || x == ','):
			// The brackets of a letter in brackets: ⒜.
		case x < utf8.RuneSelf && charclass.ASCII(byte(x)) == charclass.Latin:
			m := n
			if x <= 'Z' {
				t.Capitals++
				m |= flagUpper
			}
			t.emit(x|0x20, at, m)
		case x >= 0x1161 && x <= 0x11C2 && t.composeHangul(x):
		default:
			t.decodeLetter(x, at)
		}
	}
}
