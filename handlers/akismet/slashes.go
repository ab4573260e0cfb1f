package akismet

import "strings"

// slashed are the fields to which WordPress adds slashes when a reader posts. It sends them
// plain in submits and re-checks.
var slashed = []string{"comment_content", "comment_author", "comment_author_email", "comment_author_url"}

// slashes removes what addslashes of PHP adds.
var slashes = strings.NewReplacer(`\'`, `'`, `\"`, `"`, `\\`, `\`, `\0`, "\x00")

// unslash removes one level of slashes, so that a comment is the same text in all calls. It
// does so only when each character that addslashes would escape is escaped, in all fields:
// otherwise the client has not added any. It works on bytes as addslashes does, so before
// another encoding is converted, of which a backslash may be a part.
func unslash(form map[string]string) {
	for _, name := range slashed {
		if !isSlashed(form[name]) {
			return
		}
	}
	for _, name := range slashed {
		if s, ok := form[name]; ok {
			form[name] = slashes.Replace(s)
		}
	}
}

// isSlashed reports whether a text may be a result of addslashes.
func isSlashed(s string) bool {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\'', '"', 0:
			return false
		case '\\':
			if i++; i == len(s) || !strings.ContainsRune(`'"\0`, rune(s[i])) {
				return false
			}
		}
	}
	return true
}
