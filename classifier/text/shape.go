package text

import (
	"bytes"
	"math/bits"
	"unicode/utf8"
)

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
		_ = c
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

// scanArticle tells how many of the title's longer words the comment has, and
// whether it links to the article's own site.
func (sc *Scanner) scanArticle(title, address string) {
	shared, known := 0, 0
	sc.field.Fold(title)
	sc.eachFieldWord(func(from, to int) {
		if runes(sc.letters[from:to]) < 4 {
			return
		}
		known++
		if sc.has(hash(Word, sc.letters[from:to])) {
			shared++
		}
	})
	if known > 0 {
		sc.say(Article, "shared", bucket(min(shared, 4)), -1, -1)
	}
	sc.field.Fold(address)
	if host := hostOf(sc.field.Text); len(host) > 0 && sc.count.links > 0 {
		from := len(sc.names)
		sc.names = append(append(sc.names, "host:"...), host[:min(len(host), maxLetter)]...)
		if sc.has(hash(Address, sc.names[from:])) {
			sc.say(Article, "link", "own", -1, -1)
		}
	}
}

// scanAuthor adds the words and the look of the author's name, the domain of
// the e-mail address and the host of the home page.
func (sc *Scanner) scanAuthor(name, mail, home string) {
	if name != "" {
		sc.field.Fold(name)
		words, digits := 0, 0
		sc.eachFieldWord(func(from, to int) {
			for _, c := range sc.letters[from:to] {
				if c >= '0' && c <= '9' {
					digits++
				}
			}
			if words++; words <= 8 {
				sc.sayBytes(Writer, "name", sc.letters[from:to], -1, -1)
			}
		})
		sc.say(Writer, "words", bucket(min(words, 5)), -1, -1)
		sc.say(Writer, "digits", bucket(min(digits, 4)), -1, -1)
		if len(sc.field.links) > 0 {
			sc.say(Writer, "link", "", -1, -1)
		}
		if sc.field.Evidence.Total() > 0 {
			sc.say(Writer, "disguised", "", -1, -1)
		}
	}
	if mail != "" {
		sc.field.Fold(mail)
		at := bytes.LastIndexByte(sc.field.Text, '@')
		sc.end("mail", sc.field.Text[at+1:])
	}
	if home != "" {
		sc.field.Fold(home)
		sc.end("home", hostOf(sc.field.Text))
	}
}

// end adds a host of the author, and its top-level domain.
func (sc *Scanner) end(what string, host []byte) {
	sc.sayBytes(Writer, what, host, -1, -1)
	if dot := bytes.LastIndexByte(host, '.'); dot >= 0 {
		sc.sayBytes(Writer, what+":tld", host[dot+1:], -1, -1)
	}
}

// hostOf returns the host of a folded address, without "www.".
func hostOf(address []byte) []byte {
	if at := bytes.Index(address, []byte("://")); at >= 0 {
		address = address[at+3:]
	}
	n := 0
	for n < len(address) && isHostByte(address[n]) {
		n++
	}
	return bytes.TrimPrefix(trimDots(address[:n]), []byte("www."))
}

// eachFieldWord copies the words of the field into letters, at most 64 of
// them, and calls do for each.
func (sc *Scanner) eachFieldWord(do func(from, to int)) {
	t := sc.field.Text
	counts := sc.count // these are not the body's
	for i, n := 0, 0; i < len(t) && n < 64; {
		r, size := utf8.DecodeRune(t[i:])
		if c := classOf(r); !c.alnum() {
			i += size
			continue
		}
		w := sc.word(t, i, len(t), writingOf(r))
		do(int(w.from), min(int(w.to), int(w.from)+maxLetter))
		i = int(w.end)
		n++
	}
	sc.count = counts
}
