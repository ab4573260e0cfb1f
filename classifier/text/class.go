package text

import "unicode"

// class is what folding and scanning need to know of a character.
type class uint8

const (
	classSign  class = iota // punctuation and symbols
	classSpace              // white space
	classDigit
	classLatin // a Latin letter
	classLatinLike // a letter of an alphabet that shares shapes with Latin: Cyrillic, Greek …
	classOther // a letter of any other script
	classMark  // a combining mark that belongs to its script
	classEmoji
)

func (c class) isLetter() bool { return c == classLatin || c == classLatinLike || c == classOther }
func (c class) isAlnum() bool  { return c >= classDigit && c <= classOther }

// alphabetic tells letters of alphabets, where disguise is an issue at all.
func (c class) isAlphabetic() bool { return c == classLatin || c == classLatinLike }

var asciiClass = func() (t [128]class) {
	for c := range t {
		switch r := rune(c); {
		case r == ' ' || r >= '\t' && r <= '\r':
			t[c] = classSpace
		case r >= '0' && r <= '9':
			t[c] = classDigit
		case r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z':
			t[c] = classLatin
		}
	}
	return t
}()

// classOf puts the common blocks first; the rest asks the Unicode tables.
func classOf(r rune) class {
	switch {
	case r < 0x80:
		return asciiClass[r]
	case r < 0xC0:
		if r == 0xA0 || r == 0x85 {
			return classSpace
		}
		if r == 0xAA || r == 0xB5 || r == 0xBA {
			return classLatin
		}
		return classSign
	case r < 0x2B0:
		if r == 0xD7 || r == 0xF7 {
			return classSign
		}
		return classLatin
	case r >= 0x370 && r < 0x590:
		return alphabet(r)
	case r >= 0x1E00 && r < 0x1F00, r >= 0x2C60 && r < 0x2C80, r >= 0xA722 && r < 0xA788, r >= 0xAB30 && r < 0xAB5B:
		return classLatin
	case r >= 0x3041 && r < 0x3097, r >= 0x30A1 && r < 0x30FB, r >= 0x3131 && r < 0x318F,
		r >= 0x3400 && r < 0x4DC0, r >= 0x4E00 && r < 0xA000, r >= 0xAC00 && r < 0xD7A4:
		return classOther
	case isEmoji(r):
		return classEmoji
	}
	return rareClass(r)
}

func alphabet(r rune) class {
	switch {
	case r >= 0x400 && r < 0x482, r >= 0x48A && r < 0x530, r >= 0x386 && r < 0x3F6 && r != 0x387:
		return classLatinLike
	case unicode.IsLetter(r):
		return classLatinLike
	case unicode.IsMark(r):
		return classMark
	}
	return classSign
}

func rareClass(r rune) class {
	switch {
	case unicode.IsLetter(r):
		if r >= 0x13A0 && r < 0x1680 || r >= 0x1F00 && r < 0x2000 || r >= 0x2C80 && r < 0x2D00 ||
			r >= 0xA4D0 && r < 0xA500 || r >= 0xA640 && r < 0xA6A0 || r >= 0xAB70 && r < 0xABC0 || r >= 0x1C80 && r < 0x1C90 {
			return classLatinLike
		}
		return classOther
	case unicode.IsNumber(r):
		return classDigit
	case unicode.IsMark(r):
		return classMark
	case unicode.IsSpace(r):
		return classSpace
	}
	return classSign
}

func isEmoji(r rune) bool {
	return r >= 0x1F000 && r < 0x1FB00 || r >= 0x2600 && r < 0x27C0 || r >= 0x2B00 && r < 0x2C00 ||
		r >= 0x231A && r < 0x2400
}

const joiner = 0x200D // zero width joiner, which makes one emoji of several

func isRegionalIndicator(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }

// isEastAsian tells scripts whose keyboards offer fullwidth letters.
func isEastAsian(r rune) bool {
	return r >= 0x1100 && r < 0x1200 || r >= 0x3041 && r < 0xA000 || r >= 0xAC00 && r < 0xD7A4 || r >= 0xF900 && r < 0xFB00
}

// isInvisible tells characters that take no room: format characters, fillers,
// variation selectors and tags.
func isInvisible(r rune) bool {
	switch {
	case r < 0x20, r >= 0x7F && r < 0xA0 && r != 0x85:
		return true
	case r < 0xAD:
		return false
	case r == 0xAD, r == 0x34F, r == 0x61C, r == 0x115F, r == 0x1160, r == 0x17B4, r == 0x17B5,
		r >= 0x180B && r <= 0x180F, r >= 0x200B && r <= 0x200F, r >= 0x202A && r <= 0x202E,
		r >= 0x2060 && r <= 0x206F, r == 0x3164, r >= 0xFE00 && r <= 0xFE0F, r == 0xFEFF, r == 0xFFA0,
		r >= 0xFFF0 && r <= 0xFFFB, r >= 0x1BCA0 && r <= 0x1BCA3, r >= 0x1D173 && r <= 0x1D17A, r >= 0xE0000 && r <= 0xE0FFF:
		return true
	}
	return false
}

// isDiacritic tells marks that may sit on any letter and belong to no script.
func isDiacritic(r rune) bool {
	return r >= 0x300 && r < 0x370 || r >= 0x483 && r < 0x48A || r >= 0x1AB0 && r < 0x1B00 || r >= 0x1DC0 && r < 0x1E00 ||
		r >= 0x20D0 && r < 0x2100 || r >= 0xFE20 && r < 0xFE30
}

// writing tells how the words of a script are told apart.
type segmentation uint8

const (
	bySpaces    segmentation = iota // by blanks
	ideographic                // not at all; one character is nearly a word
	hangulSyllables                   // by blanks, and a syllable is nearly a word
	unspaced                 // not at all: Thai, Lao, Khmer, Burmese
)

func segmentationOf(r rune) segmentation {
	switch {
	case r < 0xE00:
		return bySpaces
	case r < 0xF00, r >= 0x1000 && r < 0x10A0, r >= 0x1780 && r < 0x1800, r >= 0x1950 && r < 0x1A00:
		return unspaced
	case r >= 0x1100 && r < 0x1200, r >= 0x3131 && r < 0x3190, r >= 0xAC00 && r < 0xD800:
		return hangulSyllables
	case r >= 0x3005 && r < 0xA000, r >= 0xF900 && r < 0xFB00, r >= 0x20000 && r < 0x32000:
		return ideographic
	}
	return bySpaces
}
