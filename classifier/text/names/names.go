// Package names says which names of authors are the same to the eye, and how a name is
// shown. Bans, records, reserved names and duplicates compare names by Fold, so that a
// reader cannot become another one by a change that nobody sees.
//
// It imports only the text packages of the classifier and models: no storage, no HTTP.
package names

import (
	"cmp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"winnow/classifier/text/charclass"
	"winnow/classifier/text/normalize"
	"winnow/models"
)

// Fold returns the form in which names are compared: without case (Unicode case folding),
// compatibility forms (NFKC), characters that are not drawn and marks that compose with no
// letter, with look-alikes of Latin letters as these, and with one space for white space.
// It is empty for a name that shows nothing. Fold(Fold(s)) is Fold(s).
func Fold(name string) string {
	if folded, ok := foldSimple(name); ok {
		return folded
	}
	return foldFully(name)
}

// FoldText returns the form in which the texts of two comments are compared: that of Fold,
// or the text itself when it shows nothing.
func FoldText(body string) string { return cmp.Or(Fold(body), body) }

func foldFully(name string) string {
	name = Clean(name)
	if isPlain(name) {
		return strings.ToLower(name)
	}
	for range maxFolds {
		folded := fold(name)
		if folded == name {
			break
		}
		name = folded
	}
	return name
}

// maxFolds bounds how often a name is folded. Once is enough for most, but what one step
// changes may be of another word or script to the next.
const maxFolds = 8

func fold(name string) string {
	var b strings.Builder
	for word := range strings.FieldsSeq(visible(norm.NFKC.String(Clean(name)))) {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		hasLatin := strings.IndexFunc(word, func(r rune) bool { return charclass.Of(r) == charclass.Latin }) >= 0
		for _, r := range word {
			b.WriteRune(normalize.Latin(r, hasLatin))
		}
	}
	// What composes with its letter is part of it; what is left belongs to no spelling.
	return strings.Map(func(r rune) rune {
		if normalize.IsDiacritic(r) {
			return -1
		}
		return r
	}, norm.NFKC.String(cases.Fold().String(b.String())))
}

// visible removes what is not drawn.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if models.Invisible(r) {
			return -1
		}
		return r
	}, s)
}

// Likeness is a coarser form than Fold, in which a name is compared with one that only the
// newsroom may use: without accents and anything but letters and digits, and the same for
// the letters and digits that are taken for each other (l, i, 1 and o, 0).
func Likeness(name string) string {
	letters := strings.Map(func(r rune) rune {
		c := charclass.Of(r)
		switch {
		case r == '|' || r == '!':
			return 'l'
		case c.IsAlnum() || c == charclass.Mark && !normalize.IsDiacritic(r):
			return r
		}
		return -1
	}, norm.NFD.String(Fold(name)))
	return likeLetters.Replace(Fold(letters)) // again: letters look Latin without their accents
}

var likeLetters = strings.NewReplacer("i", "l", "1", "l", "0", "o")

// maxMarks is how many combining marks in a row are shown: more would be drawn over the
// lines above and below. No living language needs more.
const maxMarks = 4

// Clean returns a name as it is stored and shown: models.Clean on one line, composed (NFC),
// with one space for white space, and without marks that stand on nothing, piles of marks and
// characters that are not drawn. Joiners and variation selectors stay in emoji and in scripts
// that are written with them.
func Clean(name string) string {
	name = models.Clean(name)
	if isPlain(name) {
		return name
	}
	return strings.Join(strings.Fields(shown(norm.NFC.String(name))), " ")
}

// isPlain reports whether Clean has nothing to do: printable ASCII, and no two spaces in a row.
func isPlain(name string) bool {
	for i := range len(name) {
		if c := name[i]; c < ' ' || c > '~' || c == ' ' && i > 0 && name[i-1] == ' ' {
			return false
		}
	}
	return true
}

func shown(s string) string {
	var b strings.Builder
	var last rune // that is drawn and no mark; 0: none since the last white space
	marks := 0
	for i, r := range s {
		switch {
		case models.Invisible(r):
			if !isJoining(r) || !joins(last) || i+utf8.RuneLen(r) == len(s) && r == charclass.ZWJ {
				continue
			}
		case unicode.IsMark(r):
			if marks++; last == 0 || marks > maxMarks {
				continue
			}
		case unicode.IsSpace(r):
			last, marks = 0, 0
		default:
			last, marks = r, 0
		}
		b.WriteRune(r)
	}
	return b.String()
}

func isJoining(r rune) bool { return r == 0x200C || r == charclass.ZWJ || r == 0xFE0E || r == 0xFE0F }

// joins reports whether a joiner or variation selector after r may change how it is drawn.
func joins(r rune) bool {
	c := charclass.Of(r)
	return c == charclass.Emoji || c == charclass.Other || r >= 0x2100 && r < 0x2C00
}
