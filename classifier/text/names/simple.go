package names

import (
	"strings"
	"sync"
	"unicode"
)

// simpleRunes are the characters that most texts in the languages of western and central
// Europe have: ASCII, letters with accents, quotes and dashes.
var simpleRunes = [...][2]rune{{0, 0x180}, {0x2010, 0x2030}}

// simpleFolds has what Fold makes of each of simpleRunes, the second range after the first;
// "" for those where it depends on the characters beside it, or that are left out.
var simpleFolds = sync.OnceValue(func() []string {
	var folds []string
	for _, part := range simpleRunes {
		for r := part[0]; r < part[1]; r++ {
			alone := foldFully(string(r))
			if foldFully("a"+string(r)+"a") != "a"+alone+"a" || foldFully("."+string(r)+".") != "."+alone+"." {
				alone = ""
			}
			folds = append(folds, alone)
		}
	}
	return folds
})

// foldSimple is Fold for texts of simpleRunes, in one pass: the texts of comments are folded
// as they are posted. It returns false for others.
func foldSimple(s string) (folded string, ok bool) {
	folds := simpleFolds()
	var b strings.Builder
	b.Grow(len(s))
	space := false
	for _, r := range s { // what is not UTF-8 is U+FFFD, which is not simple
		at := r
		switch second := simpleRunes[1]; {
		case r < simpleRunes[0][1]:
		case second[0] <= r && r < second[1]:
			at = simpleRunes[0][1] + r - second[0]
		default:
			return "", false
		}
		if unicode.IsSpace(r) {
			space = true
			continue
		}
		fold := folds[at]
		if fold == "" {
			return "", false
		}
		if space && b.Len() > 0 {
			b.WriteByte(' ')
		}
		space = false
		b.WriteString(fold)
	}
	return b.String(), true
}
