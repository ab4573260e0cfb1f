package mailer

import (
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxAddress is the longest path of RFC 5321, section 4.5.3.1.3, without its angle brackets.
const maxAddress = 254

// ValidAddress reports whether mail can be sent to an address: local@domain and nothing else,
// in one line. Addresses with quoted parts, comments, spaces or IP addresses are refused:
// hardly anybody has one, and programs disagree about what they mean.
func ValidAddress(s string) bool {
	if len(s) > maxAddress || !utf8.ValidString(s) || strings.ContainsFunc(s, notInAddress) {
		return false
	}
	parsed, err := mail.ParseAddress(s)
	if err != nil || parsed.Address != s {
		return false
	}
	local, domain, _ := strings.Cut(s, "@")
	return len(local) <= 64 && strings.Contains(strings.Trim(domain, "."), ".")
}

func notInAddress(r rune) bool {
	return !unicode.IsGraphic(r) || unicode.IsSpace(r) || strings.ContainsRune(`"(),:;<>[\]`, r)
}

// oneLine makes a text fit for a header: no line breaks or other invisible characters, and at
// most some characters.
func oneLine(s string, most int) string {
	s = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, ""), func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsGraphic(r) }), " ")
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}
