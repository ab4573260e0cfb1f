package text

import (
	"bytes"
	"unicode/utf8"
)

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
