package features

import (
	"bytes"
	"unicode/utf8"

	"winnow/classifier/text/charclass"
)

// scanAuthor emits the words and the look of the author's name, the domain of the
// e-mail address and the host of the home page.
func (sc *Scanner) scanAuthor(name, mail, homePage string) {
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
				sc.emitBytes(Author, "name", sc.wordBytes[from:to], -1, -1)
			}
		})
		sc.emit(Author, "words", bucket(min(words, 5)), -1, -1)
		sc.emit(Author, "digits", bucket(min(digits, 4)), -1, -1)
		if len(sc.field.Links) > 0 {
			sc.emit(Author, "link", "", -1, -1)
		}
		if sc.field.Evidence.Total() > 0 {
			sc.emit(Author, "disguised", "", -1, -1)
		}
	}
	if mail != "" {
		sc.field.Normalize(mail)
		at := bytes.LastIndexByte(sc.field.Bytes, '@')
		sc.emitAuthorHost("mail", sc.field.Bytes[at+1:])
	}
	if homePage != "" {
		sc.field.Normalize(homePage)
		sc.emitAuthorHost("home", hostOf(sc.field.Bytes))
	}
}

// emitAuthorHost emits a host of the author, and its top-level domain.
func (sc *Scanner) emitAuthorHost(what string, host []byte) {
	sc.emitBytes(Author, what, host, -1, -1)
	if dot := bytes.LastIndexByte(host, '.'); dot >= 0 {
		sc.emitBytes(Author, what+":tld", host[dot+1:], -1, -1)
	}
}

// hostOf returns the host of a normalized address, without "www.".
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

// eachFieldWord copies at most 64 words of the current field into wordBytes and
// calls do for each.
func (sc *Scanner) eachFieldWord(do func(from, to int)) {
	t := sc.field.Bytes
	counted := sc.counters // words of the body only
	for i, n := 0, 0; i < len(t) && n < 64; {
		r, size := utf8.DecodeRune(t[i:])
		if c := charclass.Of(r); !c.IsAlnum() {
			i += size
			continue
		}
		w := sc.readWord(t, i, len(t), charclass.SegmentationOf(r))
		do(int(w.from), min(int(w.to), int(w.from)+maxWordBytes))
		i = int(w.end)
		n++
	}
	sc.counters = counted
}
