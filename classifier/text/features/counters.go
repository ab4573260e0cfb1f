package features

import "winnow/classifier/text/charclass"

// runeCount is utf8.RuneCount for valid text.
func runeCount(b []byte) int {
	n := 0
	for _, c := range b {
		if c&0xC0 != 0x80 {
			n++
		}
	}
	return n
}

// counters count what emitShapes and emitIntents report.
type counters struct {
	words, distinct, ngrams, lines, emoji, links, others int
	letters, digits, signs, exclamations, questions      int
	emails, hashtags, mentions, money, phones            int
	sentences                                            int
	quoted                                               bool // after an odd number of quotation marks
	linkBytes, phoneUntil                                int
	references, trusted                                  int    // links that are cited, see isReference; links to trusted hosts
	intents                                              uint32 // a bit for each intent
	lastPossessive                                       int    // number of the last word such as "my"; 0: none
	pitches, lastPitch                                   int    // phrases of inPitches; number of the last word of one
	pitchEnd                                             int32  // end of that phrase in the text
	unspaced                                             bool   // the phrase is in a run without spaces
	sale, scheme                                         uint8  // see sale.go
	amounts                                              int    // numbers of three to six digits
	titles                                               int    // Mr, Mrs and the like
	promoted                                             int    // links that advertise, see isPromoted
	named                                                int    // hosts without scheme and path, see isNamed
	scripts                                              [4]int // in the order of scriptNames
}

// addASCII counts ASCII letters and digits.
func (n *counters) addASCII(letters, digits int) {
	n.letters += letters
	n.scripts[0] += letters
	n.digits += digits
}

func (n *counters) addLetter(r rune, c charclass.Class) {
	switch c {
	case charclass.Digit:
		n.digits++
	case charclass.Latin:
		n.letters++
		n.scripts[0]++
	case charclass.LatinLike:
		n.letters++
		n.scripts[1]++
	case charclass.Other:
		n.letters++
		if charclass.IsEastAsian(r) {
			n.scripts[2]++
		} else {
			n.scripts[3]++
		}
	}
}

func (n *counters) addSign(r rune) {
	n.signs++
	switch r {
	case '!':
		n.exclamations++
		n.sentences++
	case '?':
		n.questions++
		n.sentences++
	case '.', ';', '…', '؟', '؛', '。':
		n.sentences++
	case '"', '«', '»':
		n.quoted = !n.quoted
	}
}
