package normalize

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/publicsuffix"

	"winnow/classifier/text/charclass"
	"winnow/classifier/text/lexicon"
)

// isLinkChunk reports whether a chunk holds a link or an e-mail address.
func (t *Text) isLinkChunk(c []char) bool {
	mail := false
	for i := range c {
		switch c[i].r {
		case ':':
			if i+2 < len(c) && c[i+1].r == '/' && c[i+2].r == '/' && i > 0 {
				return true
			}
		case '@':
			mail = i > 0
		case '.':
			if i > 0 && i+1 < len(c) && c[i-1].class.IsAlnum() && c[i+1].class.IsAlnum() && t.isHostAround(c, i, mail) {
				return true
			}
		}
	}
	return false
}

// maxHost bounds the characters before a dot that are looked at, so that a flood of
// dots costs time in proportion to its length.
const maxHost = 80

// isHostAround reports whether the dot at i stands before the top-level domain of a
// host. A scheme, "www", a path, or the @ of an e-mail address decides it when there
// is any such domain.
func (t *Text) isHostAround(c []char, dot int, mail bool) bool {
	end := dot + 1
	for end < len(c) && c[end].class.IsAlphabetic() {
		end++
	}
	start := dot
	for start > 0 && dot-start < maxHost && isHostChar(c[start-1]) {
		start--
	}
	if end-dot-1 > longestDomain {
		return false
	}
	var buf [(maxHost + 1 + longestDomain) * utf8.UTFMax]byte
	name := buf[:0]
	for i := start; i < end; i++ {
		name = utf8.AppendRune(name, c[i].r)
	}
	after, next := runeOf(c, end), runeOf(c, end+1)
	_, known := kindOfDomain(name)
	switch {
	case !known || isHostChar(char{r: after, class: charclass.Of(after)}) && after != '.' && after != '-':
		return false
	case mail, after == '/', (after == '?' || after == '#' || after == ':') && charclass.Of(next).IsAlnum(), bytes.HasPrefix(name, []byte("www.")):
		return true
	case (after == '.' || after == '-' || after == '\'' || after == '’') && charclass.Of(next).IsAlnum():
		return after == '.' && topLevelDomains[string(name[bytes.LastIndexByte(name, '.')+1:])]
	}
	return isBareHost(name, c[dot+1].flags&flagUpper != 0 && c[min(dot+2, len(c)-1)].flags&flagUpper == 0 && c[start].flags&flagUpper == 0)
}

func runeOf(c []char, i int) rune {
	if i >= len(c) {
		return ' '
	}
	return c[i].r
}

// isHostChar reports whether a character may be part of a host. Scripts without
// spaces may stand directly before or after one.
func isHostChar(c char) bool {
	return c.class.IsAlnum() && c.class != charclass.Other || c.r == '.' || c.r == '-' || c.r == '_'
}

// IsBareHost reports whether t.Bytes[from:to], letters, digits, dots and hyphens, is
// a host without a scheme and not the end of a sentence whose space is missing
// before the next. The same names are links to the model.
func (t *Text) IsBareHost(from, to int) bool {
	name := t.Bytes[from:to]
	dot := bytes.LastIndexByte(name, '.')
	if dot <= 0 || dot+1 == len(name) {
		return false
	}
	upper := func(i int) bool {
		at := int(t.origin[from+min(i, len(name)-1)])
		return at < len(t.source) && t.source[at] >= 'A' && t.source[at] <= 'Z'
	}
	return isBareHost(name, upper(dot+1) && !upper(dot+2) && !upper(0))
}

// isBareHost decides by the top-level domain and by the label before it. A name
// under a domain that is a word is none when that label is a plain word: "He did not
// win.live with it". capital tells that only the domain begins with a capital, as the
// next sentence does.
func isBareHost(name []byte, capital bool) bool {
	kind, known := kindOfDomain(name)
	if !known {
		return false
	}
	label, deep := name[:bytes.LastIndexByte(name, '.')], false
	if dot := bytes.LastIndexByte(label, '.'); dot >= 0 {
		deep = dot > 1 && len(label)-dot > 2
		label = label[dot+1:]
	}
	switch {
	case kind == plainDomain:
		return true
	case capital, utf8.RuneCount(label) < 2, isPlainLabel(string(label)):
		return false
	}
	letter, digit := lettersAndDigits(label)
	return letter && (kind == wordDomain || deep || digit)
}

// domainKind is how much a top-level domain tells of the name before it.
type domainKind uint8

const (
	plainDomain domainKind = iota // no word: the name is a host
	wordDomain                    // also a word
	shortDomain                   // a short word that begins many sentences
)

// kindOfDomain returns the kind of the top-level domain of a name, and whether it is
// one: the public suffix list says so.
func kindOfDomain(name []byte) (domainKind, bool) {
	domain := name[bytes.LastIndexByte(name, '.')+1:]
	switch {
	case len(domain) < 2 || len(domain) > longestDomain:
		return 0, false
	case topLevelDomains[string(domain)]:
		return plainDomain, true
	case shortDomains[string(domain)]:
		return shortDomain, true
	}
	suffix, listed := publicsuffix.PublicSuffix(string(domain))
	return wordDomain, listed && suffix == string(domain)
}

// IsPlainWord reports whether a normalized word is one of the common English words that
// end sentences, or a form of one.
func IsPlainWord(w []byte) bool { return isPlainWord(string(w)) }

// longestDomain is the longest top-level domain that is also looked up, in bytes.
const longestDomain = 18

// isPlainLabel reports whether all parts of a label are plain words, or forms of them.
func isPlainLabel(label string) bool {
	for label != "" {
		part, rest, _ := strings.Cut(label, "-")
		if part != "" && !commonWords[part] && !isPlainWord(part) {
			return false
		}
		label = rest
	}
	return true
}

func isPlainWord(w string) bool {
	if plainWords[w] {
		return true
	}
	for _, ending := range [...]string{"s", "es", "d", "ed", "r", "er", "st", "est", "ing", "ly", "n", "ies", "ied", "ier"} {
		stem, ok := strings.CutSuffix(w, ending)
		if !ok || len(stem) < 3 {
			continue
		}
		last := len(stem) - 1
		if plainWords[stem] || plainWords[stem+"e"] || ending[0] == 'i' && plainWords[stem+"y"] ||
			stem[last] == stem[last-1] && plainWords[stem[:last]] { // stopped
			return true
		}
	}
	return false
}

func lettersAndDigits(b []byte) (letter, digit bool) {
	for _, c := range b {
		letter = letter || c >= utf8.RuneSelf || charclass.ASCII(c) == charclass.Latin
		digit = digit || charclass.ASCII(c) == charclass.Digit
	}
	return letter, digit
}

// commonWords are the short words of every text, in any language.
var (
	topLevelDomains = lexicon.Set(lexicon.TopLevelDomains)
	shortDomains    = lexicon.Set(lexicon.AmbiguousTopLevelDomains)
	plainWords      = lexicon.Set(lexicon.PlainWords)
	commonWords     = lexicon.Set(lexicon.CommonWords, lexicon.FunctionWords)
)
