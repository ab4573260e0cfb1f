package rules

import (
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// appendFolded appends a segment of a normalized text in the form in which entries
// and texts are compared. Beyond normalization, letters that people write for each
// other are the same: ß and ss, ı, ï and i, both forms of a Greek sigma, the forms of
// the Arabic alef; Arabic and Hebrew vowel signs and emoji modifiers are dropped; and
// Japanese sound marks are part of their letter.
func appendFolded(to, segment []byte) []byte {
	voiced := false
	from := len(to)
	for i := 0; i < len(segment); {
		if c := segment[i]; c < utf8.RuneSelf {
			to = append(to, c)
			i++
			continue
		}
		r, size := utf8.DecodeRune(segment[i:])
		i += size
		switch {
		case r == 'ß' || r == 'ẞ':
			to = append(to, "ss"...)
		case r == 'ı' || r == 'ï' || r == 'İ':
			to = append(to, 'i')
		case r == 'ς':
			to = utf8.AppendRune(to, 'σ')
		case r == 'أ' || r == 'إ' || r == 'آ' || r == 'ٱ':
			to = utf8.AppendRune(to, 'ا')
		case isDropped(r):
		default:
			voiced = voiced || r == 0x3099 || r == 0x309A
			to = utf8.AppendRune(to, r)
		}
	}
	if voiced {
		to = append(to[:from], norm.NFC.Bytes(to[from:])...)
	}
	return to
}

// isDropped reports whether r is not compared: an Arabic or Hebrew vowel sign, the
// Arabic tatweel, the dot above that is left of a Turkish İ, a variation selector, or
// a skin tone.
func isDropped(r rune) bool {
	return 0x064B <= r && r <= 0x065F || r == 0x0670 || r == 0x0640 || 0x0591 <= r && r <= 0x05C7 && r != 0x05BE ||
		r == 0x0307 || r == 0xFE0E || r == 0xFE0F || 0x1F3FB <= r && r <= 0x1F3FF
}
