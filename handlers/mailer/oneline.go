package mailer

import (
	"strings"
	"unicode"
)

// OneLine makes a text fit for a header: no line breaks or other invisible characters, and at
// most some characters.
func OneLine(s string, most int) string {
	s = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, ""), func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsGraphic(r) }), " ")
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}
