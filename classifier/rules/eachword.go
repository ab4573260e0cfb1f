package rules

// EachWord calls f for each word of a text, and for each character of a script without
// spaces between words, in the form in which word lists are compared with texts. The text
// is in lower case, normalized or not. f must not keep the word.
func EachWord(text []byte, f func(word []byte, isCharacter bool)) {
	var folded []byte
	for seg := nextSegment(text, 0); seg.end > seg.start; seg = nextSegment(text, seg.end) {
		folded = appendFolded(folded[:0], text[seg.start:seg.end])
		f(folded, seg.kind == character)
	}
}
