package features

import "unicode/utf8"

// openPhrase is the beginning of a phrase, which the next word may continue.
type openPhrase struct {
	node  uint32
	start int32 // in the text
	first int32 // number of its first word
}

// matchPhrases continues the open phrases with a word, begins those that start
// with it, and records the intents of those that end with it. A word that does
// not follow the one before directly only begins phrases.
func (sc *Scanner) matchPhrases(w wordSpan, adjacent bool) {
	if !adjacent {
		sc.openPhrases = sc.openPhrases[:0]
	}
	word := sc.wordBytes[w.from:w.to]
	candidates := append(sc.openPhrases, openPhrase{0, w.start, int32(sc.counters.words)})
	sc.openPhrases = candidates[:0] // written behind the place that is read
	for _, p := range candidates {
		at, in, address := p.node, intentNone, uint16(0)
		if at != 0 {
			if at = sc.phrases.next(at, ' '); at == 0 {
				continue
			}
		}
		if at, in, address = sc.phrases.matchWord(at, word); at != 0 && sc.phrases[at].symbols != 0 {
			sc.openPhrases = append(sc.openPhrases, openPhrase{at, p.start, p.first})
		}
		sc.recordIntent(in, p.start, w.end)
		if address != 0 && len(sc.addressHits) < maxAddressHits {
			sc.addressHits = append(sc.addressHits, addressHit{
				first: p.first, last: int32(sc.counters.words), start: p.start, end: w.end,
				set: address, sentence: int32(sc.counters.sentences), quoted: sc.counters.quoted,
			})
		}
	}
}

// matchInside records the intents of the phrases anywhere in a run of a script that does
// not separate words.
func (sc *Scanner) matchInside(w wordSpan) {
	sc.counters.unspaced = true
	defer func() { sc.counters.unspaced = false }()
	run := sc.wordBytes[w.from:min(int(w.to), int(w.from)+maxRunBytes)]
	for i := 0; i < len(run); i++ {
		if !utf8.RuneStart(run[i]) {
			continue
		}
		at := uint32(0)
		for j := i; j < len(run); j++ {
			if at = sc.phrases.next(at, run[j]); at == 0 {
				break
			}
			sc.recordIntent(sc.phrases[at].intent, w.start+int32(i), w.start+int32(j+1))
		}
	}
	sc.openPhrases = sc.openPhrases[:0]
}

// maxRunBytes is how much of a run without spaces is searched.
const maxRunBytes = 4096
