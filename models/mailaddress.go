package models

import (
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ValidMailAddress reports whether mail can be sent to an address: local@domain and nothing
// else, in one line. Addresses with quoted parts, comments, spaces or IP addresses are
// refused: hardly anybody has one, and programs disagree about what they mean.
func ValidMailAddress(s string) bool {
	if len(s) > maxEmail || !utf8.ValidString(s) || strings.ContainsFunc(s, notInAddress) {
		return false
	}
	parsed, err := mail.ParseAddress(s)
	if err != nil || parsed.Address != s {
		return false
	}
	local, domain, _ := strings.Cut(s, "@")
	return len(local) <= maxMailbox && strings.Contains(strings.Trim(domain, "."), ".")
}

// maxMailbox is the longest local part of RFC 5321, section 4.5.3.1.1, in bytes.
const maxMailbox = 64

func notInAddress(r rune) bool {
	return !unicode.IsGraphic(r) || unicode.IsSpace(r) || Invisible(r) || strings.ContainsRune(`"(),:;<>[\]`, r)
}
