// Package charclass sorts characters into the few classes that normalization
// and feature extraction tell apart, and says how a script separates words.
//
// It imports nothing of this module.
package charclass

import (
	"unicode"
	"unicode/utf8"
)

// Class is the class of a character.
type Class uint8

const (
	Sign      Class = iota // punctuation, symbols and everything else
	Space                  // white space
	Digit                  // a number (Unicode category N, except for ² ³ ¹ ¼ ½ ¾)
	Latin                  // a Latin letter
	LatinLike              // a letter of another script that shares shapes with Latin: Cyrillic, Greek …
	Other                  // a letter of any other script
	Mark                   // a combining mark that belongs to its script
	Emoji
)

// IsLetter reports whether c is a letter of any script.
func (c Class) IsLetter() bool { return c == Latin || c == LatinLike || c == Other }

// IsAlnum reports whether c is a letter or a digit.
func (c Class) IsAlnum() bool { return c >= Digit && c <= Other }

// IsAlphabetic reports whether c is a letter that can be replaced by a look-alike
// of another script.
func (c Class) IsAlphabetic() bool { return c == Latin || c == LatinLike }

var asciiClasses = func() (t [256]Class) {
	for c := range t[:utf8.RuneSelf] {
		switch {
		case c == ' ' || c >= '\t' && c <= '\r':
			t[c] = Space
		case c >= '0' && c <= '9':
			t[c] = Digit
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			t[c] = Latin
		}
	}
	return t
}()

// ASCII returns the class of an ASCII character, and Sign for a byte of a
// longer character.
func ASCII(c byte) Class { return asciiClasses[c] }

// Of returns the class of a character. Frequent blocks come first; the Unicode
// tables are searched for the rest.
func Of(r rune) Class {
	switch {
	case r < utf8.RuneSelf:
		return asciiClasses[r]
	case r < 0xC0:
		if r == 0xA0 || r == 0x85 {
			return Space
		}
		if r == 0xAA || r == 0xB5 || r == 0xBA {
			return Latin
		}
		return Sign
	case r < 0x2B0:
		if r == 0xD7 || r == 0xF7 {
			return Sign
		}
		return Latin
	case r >= 0x370 && r < 0x590:
		return greekCyrillicArmenian(r)
	case r >= 0x1E00 && r < 0x1F00, r >= 0x2C60 && r < 0x2C80, r >= 0xA722 && r < 0xA788, r >= 0xAB30 && r < 0xAB5B:
		return Latin
	case r >= 0x3041 && r < 0x3097, r >= 0x30A1 && r < 0x30FB, r >= 0x3131 && r < 0x318F,
		r >= 0x3400 && r < 0x4DC0, r >= 0x4E00 && r < 0xA000, r >= 0xAC00 && r < 0xD7A4:
		return Other
	case isEmoji(r):
		return Emoji
	}
	return rare(r)
}

// greekCyrillicArmenian is Of for these three blocks.
func greekCyrillicArmenian(r rune) Class {
	switch {
	case r >= 0x400 && r < 0x482, r >= 0x48A && r < 0x530, r >= 0x386 && r < 0x3F6 && r != 0x387:
		return LatinLike
	case unicode.IsLetter(r):
		return LatinLike
	case unicode.IsMark(r):
		return Mark
	}
	return Sign
}

// rare is Of for all other blocks. Cherokee, Canadian syllabics, Runes,
// Coptic, Lisu and the extensions of Greek and Cyrillic are LatinLike.
func rare(r rune) Class {
	switch {
	case unicode.IsLetter(r):
		if r >= 0x13A0 && r < 0x1680 || r >= 0x1F00 && r < 0x2000 || r >= 0x2C80 && r < 0x2D00 ||
			r >= 0xA4D0 && r < 0xA500 || r >= 0xA640 && r < 0xA6A0 || r >= 0xAB70 && r < 0xABC0 || r >= 0x1C80 && r < 0x1C90 {
			return LatinLike
		}
		return Other
	case unicode.IsNumber(r):
		return Digit
	case unicode.IsMark(r):
		return Mark
	case unicode.IsSpace(r):
		return Space
	}
	return Sign
}

func isEmoji(r rune) bool {
	return r >= 0x1F000 && r < 0x1FB00 || r >= 0x2600 && r < 0x27C0 || r >= 0x2B00 && r < 0x2C00 ||
		r >= 0x231A && r < 0x2400
}

// ZWJ is the zero width joiner, which makes one emoji of several.
const ZWJ = 0x200D

// IsRegionalIndicator reports whether r is one of the letters of which two make a flag.
func IsRegionalIndicator(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }

// IsEastAsian reports whether r is of a script whose keyboards offer fullwidth letters.
func IsEastAsian(r rune) bool {
	return r >= 0x1100 && r < 0x1200 || r >= 0x3041 && r < 0xA000 || r >= 0xAC00 && r < 0xD7A4 || r >= 0xF900 && r < 0xFB00
}
