package normalize

import (
	"winnow/classifier/text/charclass"
	"winnow/classifier/text/lexicon"
)

// isLinkChunk reports whether a chunk holds a link or an e-mail address.
func isLinkChunk(c []char) bool {
	dot, at := -1, false
	for i := range c {
		switch c[i].r {
		case ':':
			if i+2 < len(c) && c[i+1].r == '/' && c[i+2].r == '/' && i > 0 {
				return true
			}
		case '@':
			at = i > 0
		case '.':
			if i > 0 && i+1 < len(c) && c[i-1].class.IsAlnum() && c[i+1].class.IsAlnum() {
				dot = i
			}
		case '/', '?', '#':
			if dot > 0 {
				return hasTopLevelDomain(c, dot, true)
			}
		}
	}
	return dot > 0 && hasTopLevelDomain(c, dot, at || hasWWW(c))
}

func hasWWW(c []char) bool {
	return len(c) > 4 && c[0].r == 'w' && c[1].r == 'w' && c[2].r == 'w' && c[3].r == '.'
}

// hasTopLevelDomain reports whether a top-level domain follows the dot. With
// ambiguous set, domains that are also words are accepted.
func hasTopLevelDomain(c []char, dot int, ambiguous bool) bool {
	var name [12]byte
	n := 0
	for i := dot + 1; i < len(c) && n < len(name) && c[i].class == charclass.Latin && c[i].r < 0x80; i++ {
		name[n] = byte(c[i].r)
		n++
	}
	if end := dot + 1 + n; n < 2 || end < len(c) && c[end].class.IsAlnum() {
		return false
	}
	return topLevelDomains[string(name[:n])] || ambiguous && ambiguousDomains[string(name[:n])]
}

// topLevelDomains are the top-level domains that are not also words: a name with
// one of them is a link wherever it stands. ambiguousDomains are also words or
// abbreviations: they make a link only together with a scheme, "www" or a path.
var (
	topLevelDomains  = lexicon.Set(lexicon.TopLevelDomains)
	ambiguousDomains = lexicon.Set(lexicon.AmbiguousTopLevelDomains)
)
