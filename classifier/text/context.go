package text

import (
	"bytes"
	"unicode/utf8"
)

// scanArticle tells how many of the title's longer words the comment has, and
// whether it links to the article's own site.
func (sc *Scanner) scanArticle(title, address string) {
	shared, known := 0, 0
	sc.field.Normalize(title)
	sc.eachFieldWord(func(from, to int) {
		if runeCount(sc.wordBytes[from:to]) < 4 {
			return
		}
		known++
		if sc.has(hashName(Word, sc.wordBytes[from:to])) {
			shared++
		}
	})
	if known > 0 {
		sc.emit(Article, "shared", bucket(min(shared, 4)), -1, -1)
	}
	sc.field.Normalize(address)
	if host := hostOf(sc.field.Bytes); len(host) > 0 && sc.counters.links > 0 {
		from := len(sc.nameBytes)
		sc.nameBytes = append(append(sc.nameBytes, "host:"...), host[:min(len(host), maxWordBytes)]...)
		if sc.has(hashName(LinkPart, sc.nameBytes[from:])) {
			sc.emit(Article, "link", "own", -1, -1)
		}
	}
}

// scanAuthor adds the words and the look of the author's name, the domain of
// the e-mail address and the host of the home page.
func (sc *Scanner) scanAuthor(name, mail, home string) {
	if name != "" {
		sc.field.Normalize(name)
		words, digits := 0, 0
		sc.eachFieldWord(func(from, to int) {
			for _, c := range sc.wordBytes[from:to] {
				if c >= '0' && c <= '9' {
					digits++
				}
			}
			if words++; words <= 8 {
				sc.emitBytes(AuthorField, "name", sc.wordBytes[from:to], -1, -1)
			}
		})
		sc.emit(AuthorField, "words", bucket(min(words, 5)), -1, -1)
		sc.emit(AuthorField, "digits", bucket(min(digits, 4)), -1, -1)
		if len(sc.field.Links) > 0 {
			sc.emit(AuthorField, "link", "", -1, -1)
		}
		if sc.field.Evidence.Total() > 0 {
			sc.emit(AuthorField, "disguised", "", -1, -1)
		}
	}
	if mail != "" {
		sc.field.Normalize(mail)
		at := bytes.LastIndexByte(sc.field.Bytes, '@')
		sc.emitAuthorHost("mail", sc.field.Bytes[at+1:])
	}
	if home != "" {
		sc.field.Normalize(home)
		sc.emitAuthorHost("home", hostOf(sc.field.Bytes))
	}
}

// end adds a host of the author, and its top-level domain.
func (sc *Scanner) emitAuthorHost(what string, host []byte) {
	sc.emitBytes(AuthorField, what, host, -1, -1)
	if dot := bytes.LastIndexByte(host, '.'); dot >= 0 {
		sc.emitBytes(AuthorField, what+":tld", host[dot+1:], -1, -1)
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
	t := sc.field.Bytes
	counts := sc.counters // these are not the body's
	for i, n := 0, 0; i < len(t) && n < 64; {
		r, size := utf8.DecodeRune(t[i:])
		if c := classOf(r); !c.isAlnum() {
			i += size
			continue
		}
		w := sc.readWord(t, i, len(t), segmentationOf(r))
		do(int(w.from), min(int(w.to), int(w.from)+maxWordBytes))
		i = int(w.end)
		n++
	}
	sc.counters = counts
}
