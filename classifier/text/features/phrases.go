package features

// openPhrase is the beginning of a phrase, which the next word may continue.
type openPhrase struct {
	node  uint16
	start int32 // in the text
}

// matchPhrases continues the open phrases with a word, begins those that start
// with it, and records the intents of those that end with it. A word that does
// not follow the one before directly only begins phrases.
func (sc *Scanner) matchPhrases(w wordSpan, adjacent bool) {
	if !adjacent {
		sc.openPhrases = sc.openPhrases[:0]
	}
	word := sc.wordBytes[w.from:w.to]
	candidates := append(sc.openPhrases, openPhrase{0, w.start})
	sc.openPhrases = candidates[:0] // written behind the place that is read
	for _, p := range candidates {
		at, in := p.node, intentNone
		if at != 0 {
			if at = sc.phrases.next(at, ' '); at == 0 {
				continue
			}
		}
		if at, in = sc.phrases.matchWord(at, word); at != 0 && sc.phrases[at].symbols != 0 {
			sc.openPhrases = append(sc.openPhrases, openPhrase{at, p.start})
		}
		sc.recordIntent(in, p.start, w.end)
	}
}
