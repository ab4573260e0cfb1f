package rules

import (
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// segment is a word, one character of a script without spaces with its marks, or a
// sign: one grapheme that is neither, such as an emoji with its modifiers.
type segment struct {
	start, end int
	kind       segmentKind
}

type segmentKind uint8

const (
	word      segmentKind = iota
	character             // of a script without spaces between words
	sign
)

// nextSegment returns the first word or character of t at or after i, or an empty
// segment at the end.
func nextSegment(t []byte, i int) segment {
	for i < len(t) {
		r, size := utf8.DecodeRune(t[i:])
		switch {
		case !isWord(r):
			i += size
		case isUnspaced(r):
			return segment{i, characterEnd(t, i), character}
		default:
			return segment{i, wordEnd(t, i), word}
		}
	}
	return segment{start: i, end: i}
}

// nextWithSigns returns the first segment of t at or after i, signs included, and
// whether white space stands before it. At the end the segment is empty.
func nextWithSigns(t []byte, i int) (s segment, spaced bool) {
	for i < len(t) {
		r, size := utf8.DecodeRune(t[i:])
		switch {
		case unicode.IsSpace(r):
			spaced = true
			i += size
		case !isWord(r):
			return segment{i, signEnd(t, i), sign}, spaced
		case isUnspaced(r):
			return segment{i, characterEnd(t, i), character}, spaced
		default:
			return segment{i, wordEnd(t, i), word}, spaced
		}
	}
	return segment{start: i, end: i}, spaced
}

// characterEnd returns the end of the character at i with its vowel and tone marks.
func characterEnd(t []byte, i int) int {
	_, size := utf8.DecodeRune(t[i:])
	for i += size; i < len(t); i += size {
		var r rune
		if r, size = utf8.DecodeRune(t[i:]); !unicode.IsMark(r) {
			break
		}
	}
	return i
}

func wordEnd(t []byte, i int) int {
	for i < len(t) {
		if c := t[i]; c < utf8.RuneSelf { // most bytes
			if !isWord(rune(c)) {
				break
			}
			i++
			continue
		}
		r, size := utf8.DecodeRune(t[i:])
		if !isWord(r) && !unicode.IsMark(r) || isUnspaced(r) {
			break
		}
		i += size
	}
	return i
}

// signEnd returns the end of the sign at i: of the whole emoji or flag.
func signEnd(t []byte, i int) int {
	if t[i] < utf8.RuneSelf && (i+1 == len(t) || t[i+1] < utf8.RuneSelf) {
		return i + 1
	}
	cluster, _, _, _ := uniseg.FirstGraphemeCluster(t[i:], -1)
	return i + len(cluster)
}

func isWord(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || 'A' <= r && r <= 'Z'
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

// isUnspaced reports whether r is a letter of a script without spaces between words.
func isUnspaced(r rune) bool {
	if r < 0x0E00 || 0xAC00 <= r && r <= 0xD7A3 { // the second range: Korean syllables
		return false
	}
	return r == 'ー' || unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana,
		unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}
