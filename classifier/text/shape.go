package text

import "math/bits"

// shapes adds what the comment is like as a whole.
func (sc *Scanner) emitShapes() {
	n := &sc.counters
	length := runeCount(sc.Body.Bytes)
	sc.emitShape("length", bits.Len(uint(length)))
	sc.emitShape("words", bits.Len(uint(n.words)))
	sc.emitShape("lines", bits.Len(uint(n.lines)))
	sc.emitShape("links", min(n.links, 4))
	sc.emitShape("emails", min(n.emails, 2))
	sc.emitShape("phones", min(n.phones, 2))
	sc.emitShape("amounts", min(n.money, 3))
	sc.emitShape("mentions", min(n.mentions, 3))
	sc.emitShape("hashtags", min(n.hashtags, 4))
	sc.emitShape("emoji", bits.Len(uint(n.emoji)))
	sc.emitShape("exclamations", min(n.exclamations, 4))
	sc.emitShape("questions", min(n.questions, 3))
	sc.emitShape("capitals", shareBucket(sc.Body.Capitals, n.letters))
	sc.emitShape("digits", shareBucket(n.digits, length))
	sc.emitShape("signs", shareBucket(n.signs, length))
	if n.links > 0 {
		sc.emitShape("linkshare", shareBucket(n.linkBytes, len(sc.Body.Bytes)))
	}
	if n.words > 7 {
		sc.emitShape("wordlength", (n.letters+n.digits)/n.words)
		sc.emitShape("repetition", shareBucket(n.words-n.distinct, n.words))
	}
	sc.emitScripts()
	sc.emitObfuscations()
	sc.emitIntents()
}

// runes is utf8.RuneCount for valid text, without its copy.
func runeCount(b []byte) int {
	n := 0
	for _, c := range b {
		if c&0xC0 != 0x80 {
			n++
		}
	}
	return n
}

func (sc *Scanner) emitShape(name string, n int) { sc.emit(Shape, name, bucket(n), -1, -1) }

// share puts a part of a whole into one of seven steps, finer near nothing.
func shareBucket(part, whole int) int {
	if part == 0 || whole == 0 {
		return 0
	}
	p := part * 100 / whole
	for i, step := range [...]int{3, 8, 15, 30, 60} {
		if p < step {
			return i + 1
		}
	}
	return 6
}

var scriptNames = [...]string{"latin", "alphabet", "eastasian", "other"}

// scripts names the script of most letters, and tells when another has a
// fifth of them.
func (sc *Scanner) emitScripts() {
	n := &sc.counters
	most, second := 0, 0
	for i, c := range n.scripts {
		if c > n.scripts[most] {
			most = i
		}
	}
	for i, c := range n.scripts {
		if i != most {
			second = max(second, c)
		}
	}
	if n.letters == 0 {
		sc.emit(Shape, "script", "none", -1, -1)
		return
	}
	sc.emit(Shape, "script", scriptNames[most], -1, -1)
	if second*5 >= n.letters {
		sc.emit(Shape, "script", "mixed", -1, -1)
	}
}

// tricks adds the evidence of the folding, at the first place of each.
func (sc *Scanner) emitObfuscations() {
	e := &sc.Body.Evidence
	for t := range numObfuscations {
		if e[t] == 0 {
			continue
		}
		start, end := int32(-1), int32(-1)
		for _, s := range sc.Body.Spans {
			if s.Kind == t {
				start, end = s.Start, s.End
				break
			}
		}
		sc.emit(Obfuscated, t.String(), "", start, end)
		if e[t] > 2 {
			sc.emit(Obfuscated, t.String(), "many", start, end)
		}
	}
	sc.emitShape("tricks", min(e.Total(), 4))
}

// counts is what shapes are made of.
type counters struct {
	words, distinct, ngrams, lines, emoji, links, others int
	letters, digits, signs, exclamations, questions              int
	emails, hashtags, mentions, money, phones                int
	linkBytes, phoneUntil                               int
	intents                                               uint32 // a bit for each
	lastPossessive                                               int    // the last word such as "my", counted from 1
	scripts                                             [4]int // Latin, other alphabets, East Asian, the rest
}

// plain counts letters and digits of ASCII.
func (n *counters) addASCII(letters, digits int) {
	n.letters += letters
	n.scripts[0] += letters
	n.digits += digits
}

func (n *counters) addLetter(r rune, c class) {
	switch c {
	case classDigit:
		n.digits++
	case classLatin:
		n.letters++
		n.scripts[0]++
	case classLatinLike:
		n.letters++
		n.scripts[1]++
	case classOther:
		n.letters++
		if isEastAsian(r) {
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
	case '?':
		n.questions++
	}
}
