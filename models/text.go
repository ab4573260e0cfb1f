package models

import (
	"strings"
	"unicode"
)

// ValidText replaces invalid UTF-8 and NUL by U+FFFD and removes surrounding white space.
func ValidText(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(s, "\x00", "\uFFFD")
	return strings.TrimSpace(s)
}

// Clean prepares what a stranger writes for storage, comparison and display: it is
// ValidText without controls and without the characters that override the direction of
// writing, with every kind of line end as a line feed.
func Clean(s string) string {
	s = ValidText(s)
	if strings.IndexFunc(s, isCleaned) < 0 {
		return s
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.TrimSpace(strings.Map(cleanRune, s))
}

// isCleaned reports whether cleanRune changes r.
func isCleaned(r rune) bool { return r != '\n' && r != '\t' && cleanRune(r) != r }

// cleanRune returns r as Clean keeps it, -1 when it does not.
func cleanRune(r rune) rune {
	switch {
	case r == '\n' || r == '\t':
		return r
	case r == '\r' || r == '\v' || r == '\f' || r == 0x85 || r == 0x2028 || r == 0x2029:
		return '\n'
	case unicode.IsControl(r), isDirectional(r):
		return -1
	}
	return r
}

// isDirectional reports whether r changes the order in which the text after it is shown:
// embeddings, overrides and isolates. The marks U+200E, U+200F and U+061C do not.
func isDirectional(r rune) bool { return r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 }

// maxBlankLines is how many blank lines in a row a body keeps.
const maxBlankLines = 2

// CleanBody is Clean for a text of many lines: at most two blank lines in a row stay.
func CleanBody(s string) string {
	s = Clean(s)
	if strings.Count(s, "\n") <= maxBlankLines {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	blank := 0
	for line := range strings.Lines(s) {
		if !Blank(line) {
			blank = 0
			b.WriteString(line)
		} else if blank++; blank <= maxBlankLines {
			b.WriteByte('\n')
		}
	}
	return strings.TrimSpace(b.String())
}

// Blank reports whether s shows nothing to a reader: it has only white space, controls,
// characters that are not drawn, and combining marks without a letter.
func Blank(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return !unicode.IsSpace(r) && !unicode.IsMark(r) && !Invisible(r) }) < 0
}

// Invisible reports whether r takes part in a text but is not drawn: controls, format
// characters, what Unicode calls default ignorable, and the blanks that are no white space.
// White space and combining marks are not.
func Invisible(r rune) bool {
	if r < 0x7F {
		return r < ' ' && !unicode.IsSpace(r)
	}
	switch r {
	case 0x2800, 0x1D159: // Braille pattern and note head, both blank
		return true
	}
	return !unicode.IsSpace(r) && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}
