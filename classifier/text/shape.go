package text

import "math/bits"

// shapes adds what the comment is like as a whole.
func (sc *Scanner) shapes() {
	n := &sc.count
	length := runes(sc.Body.Text)
	sc.shape("length", bits.Len(uint(length)))
	sc.shape("words", bits.Len(uint(n.words)))
	sc.shape("lines", bits.Len(uint(n.lines)))
	sc.shape("links", min(n.links, 4))
	sc.shape("emails", min(n.mails, 2))
	sc.shape("phones", min(n.phones, 2))
	sc.shape("amounts", min(n.money, 3))
	sc.shape("mentions", min(n.mentions, 3))
	sc.shape("hashtags", min(n.tags, 4))
	sc.shape("emoji", bits.Len(uint(n.emoji)))
	sc.shape("exclamations", min(n.exclaims, 4))
	sc.shape("questions", min(n.asks, 3))
	sc.shape("capitals", share(sc.Body.capitals, n.letters))
	sc.shape("digits", share(n.digits, length))
	sc.shape("signs", share(n.signs, length))
	if n.links > 0 {
		sc.shape("linkshare", share(n.linkBytes, len(sc.Body.Text)))
	}
	if n.words > 7 {
		sc.shape("wordlength", (n.letters+n.digits)/n.words)
		sc.shape("repetition", share(n.words-n.distinct, n.words))
	}
	sc.scripts()
	sc.tricks()
	sc.sayCalls()
}

// runes is utf8.RuneCount for valid text, without its copy.
func runes(b []byte) int {
	n := 0
	for _, c := range b {
		if c&0xC0 != 0x80 {
			n++
		}
	}
	return n
}

func (sc *Scanner) shape(name string, n int) { sc.say(Shape, name, bucket(n), -1, -1) }

// share puts a part of a whole into one of seven steps, finer near nothing.
func share(part, whole int) int {
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
func (sc *Scanner) scripts() {
	n := &sc.count
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
		sc.say(Shape, "script", "none", -1, -1)
		return
	}
	sc.say(Shape, "script", scriptNames[most], -1, -1)
	if second*5 >= n.letters {
		sc.say(Shape, "script", "mixed", -1, -1)
	}
}

// tricks adds the evidence of the folding, at the first place of each.
func (sc *Scanner) tricks() {
	e := &sc.Body.Evidence
	for t := range tricks {
		if e[t] == 0 {
			continue
		}
		start, end := int32(-1), int32(-1)
		for _, s := range sc.Body.Spots {
			if s.Trick == t {
				start, end = s.Start, s.End
				break
			}
		}
		sc.say(Fold, t.String(), "", start, end)
		if e[t] > 2 {
			sc.say(Fold, t.String(), "many", start, end)
		}
	}
	sc.shape("tricks", min(e.Total(), 4))
}

// counts is what shapes are made of.
type counts struct {
	words, distinct, grams, lines, emoji, links, others int
	letters, digits, signs, exclaims, asks              int
	mails, tags, mentions, money, phones                int
	linkBytes, phoneUntil                               int
	calls                                               uint32 // a bit for each
	first                                               int    // the last word such as "my", counted from 1
	scripts                                             [4]int // Latin, other alphabets, East Asian, the rest
}

// plain counts letters and digits of ASCII.
func (n *counts) plain(letters, digits int) {
	n.letters += letters
	n.scripts[0] += letters
	n.digits += digits
}

func (n *counts) letter(r rune, c class) {
	switch c {
	case digit:
		n.digits++
	case latin:
		n.letters++
		n.scripts[0]++
	case cased:
		n.letters++
		n.scripts[1]++
	case other:
		n.letters++
		if isEastAsian(r) {
			n.scripts[2]++
		} else {
			n.scripts[3]++
		}
	}
}

func (n *counts) sign(r rune) {
	n.signs++
	switch r {
	case '!':
		n.exclaims++
	case '?':
		n.asks++
	}
}
