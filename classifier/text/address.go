package text

import (
	"bytes"
	"unicode/utf8"
)

// isLink tells whether a chunk is a link or an e-mail address.
func isLinkChunk(c []char) bool {
	dot, at := -1, false
	for i := range c {
		switch c[i].r {
		case ':':
			if i+2 < len(c) && c[i+1].r == '/' && c[i+2].r == '/' && i > 0 {
				return true
			}
		case '@':
			at = i > 0
		case '.':
			if i > 0 && i+1 < len(c) && c[i-1].class.isAlnum() && c[i+1].class.isAlnum() {
				dot = i
			}
		case '/', '?', '#':
			if dot > 0 {
				return hasTopLevelDomain(c, dot, true)
			}
		}
	}
	return dot > 0 && hasTopLevelDomain(c, dot, at || hasWWW(c))
}

func hasWWW(c []char) bool {
	return len(c) > 4 && c[0].r == 'w' && c[1].r == 'w' && c[2].r == 'w' && c[3].r == '.'
}

// domainAt tells whether a top-level domain follows the dot.
func hasTopLevelDomain(c []char, dot int, sure bool) bool {
	var name [12]byte
	n := 0
	for i := dot + 1; i < len(c) && n < len(name) && c[i].class == classLatin && c[i].r < 0x80; i++ {
		name[n] = byte(c[i].r)
		n++
	}
	if end := dot + 1 + n; n < 2 || end < len(c) && c[end].class.isAlnum() {
		return false
	}
	return topLevelDomains[string(name[:n])] || sure && ambiguousDomains[string(name[:n])]
}

// link adds what there is to say of the link or e-mail address in the chunk
// from i to end, and returns where it starts and stops.
func (sc *Scanner) scanLink(t []byte, i, end int) (int, int) {
	start, host := i, i
	if at := bytes.Index(t[i:end], []byte("://")); at > 0 {
		start, host = i+at, i+at+3
		for start > i && asciiClass[t[start-1]&0x7F] == classLatin && t[start-1] < 0x80 {
			start--
		}
	} else {
		for start < end && !isHostByte(t[start]) {
			start++
		}
		host = start
	}
	stop := host
	for stop < end && isHostByte(t[stop]) {
		stop++
	}
	if at := bytes.LastIndexByte(t[host:stop], '@'); at > 0 {
		sc.emitEmail(t, start, host+at+1, stop)
		return start, stop
	}
	name := trimDots(t[host:stop])
	path := stop
	if stop < end && t[stop] == ':' || stop < end && (t[stop] == '/' || t[stop] == '?' || t[stop] == '#') {
		for stop < end && isPathByte(t[stop]) {
			stop++
		}
	}
	sc.counters.links++
	sc.counters.linkBytes += stop - start
	if sc.counters.links <= maxOthers/8 {
		sc.emitHost(LinkPart, name, int32(start), int32(stop))
		sc.emitPath(t[path:stop], int32(path))
	}
	return start, stop
}

// isHostByte lets letters of any script pass: hosts may have them.
func isHostByte(c byte) bool {
	return c >= 0x80 || asciiClass[c].isAlnum() || c == '.' || c == '-' || c == '_' || c == '@' || c == '+'
}

func isPathByte(c byte) bool {
	return c < 0x80 && c > ' ' && c != '"' && c != '\'' && c != '<' && c != '>' && c != ')' && c != ']'
}

func trimDots(b []byte) []byte { return bytes.Trim(b, ".-_@") }

func (sc *Scanner) emitEmail(t []byte, start, host, stop int) {
	if sc.counters.others++; sc.counters.others > maxOthers {
		return
	}
	sc.counters.emails++
	sc.emit(Reference, "email", "", int32(start), int32(stop))
	sc.emitHost(Reference, trimDots(t[host:stop]), int32(host), int32(stop))
}

// host adds a host, its domain and its end, and what is known of it.
func (sc *Scanner) emitHost(k Kind, name []byte, start, end int32) {
	name = bytes.TrimPrefix(name, []byte("www."))
	if len(name) == 0 {
		return
	}
	sc.emitBytes(k, "host", name, start, end)
	dot := bytes.LastIndexByte(name, '.')
	if dot < 0 {
		return
	}
	if asciiClass[name[len(name)-1]&0x7F] == classDigit {
		sc.emit(k, "ip", "", start, end)
		return
	}
	sc.emitBytes(k, "tld", name[dot+1:], start, end)
	if second := bytes.LastIndexByte(name[:dot], '.'); second >= 0 {
		sc.emitBytes(k, "domain", name[second+1:], start, end)
	}
	switch {
	case shorteners[string(name)]:
		sc.emit(k, "shortener", "", start, end)
	case messengers[string(name)]:
		sc.emit(k, "messenger", "", start, end)
	}
	if bytes.Contains(name, []byte("xn--")) {
		sc.emit(k, "punycode", "", start, end)
	}
	// The words of a host are seldom apart: casinobonus-online.
	from := int32(len(sc.wordBytes))
	sc.wordBytes = append(append(sc.wordBytes, name[:min(dot, maxWordBytes)]...), ' ')
	sc.emitNGrams(wordSpan{from: from, to: int32(len(sc.wordBytes)) - 1, start: start, end: end}, 1, 4, 5)
}

// path adds the words of what follows the host.
func (sc *Scanner) emitPath(p []byte, at int32) {
	if len(p) < 2 {
		return
	}
	sc.emit(LinkPart, "path", "", at, at+int32(len(p)))
	for i, n := 0, 0; i < len(p) && n < 8; n++ {
		for i < len(p) && !asciiClass[p[i]].isAlnum() {
			if p[i] == '?' {
				sc.emit(LinkPart, "query", "", at, at+int32(len(p)))
			}
			i++
		}
		start := i
		for i < len(p) && asciiClass[p[i]].isAlnum() {
			i++
		}
		if i > start+1 {
			sc.emitBytes(LinkPart, "path", p[start:i], at+int32(start), at+int32(i))
		}
	}
}

// mayMark tells the bytes that marks looks for.
var startsReference = func() (t [256]bool) {
	for _, c := range "@#[0123456789" {
		t[c] = true
	}
	return t
}()

// marks adds mentions, hashtags, numbers and amounts of a chunk.
func (sc *Scanner) scanReferences(t []byte, i, end int) {
	for at := i; at < end && sc.counters.others < maxOthers; at++ {
		c := t[at]
		switch {
		case (c == '@' || c == '#') && (at == i || !asciiClass[t[at-1]&0x7F].isAlnum()) && at+1 < end && isHostByte(t[at+1]) && t[at+1] != c:
			stop := at + 1
			for stop < end && isHostByte(t[stop]) && t[stop] != '@' {
				stop++
			}
			sc.counters.others++
			what := "mention"
			if c == '#' {
				what = "hashtag"
				sc.counters.hashtags++
			} else {
				sc.counters.mentions++
			}
			sc.emitBytes(Reference, what, t[at+1:stop], int32(at), int32(stop))
			at = stop - 1
		case c >= '0' && c <= '9' && (at == i || t[at-1] < '0' || t[at-1] > '9'):
			sc.counters.others++
			at = sc.scanNumber(t, i, at, end) - 1
		case c == '[' && at+4 < end && string(t[at:at+4]) == "[url":
			sc.emit(LinkPart, "bbcode", "", int32(at), int32(end))
		}
	}
}

var bucketNames = [...]string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16"}

func bucket(n int) string { return bucketNames[min(max(n, 0), len(bucketNames)-1)] }

// number adds the shape of the digits at i and returns their end.
func (sc *Scanner) scanNumber(t []byte, chunk, i, end int) int {
	stop, digits := i, 0
	for stop < end && (asciiClass[t[stop]&0x7F] == classDigit && t[stop] < 0x80 ||
		(t[stop] == '.' || t[stop] == ',') && stop+1 < end && asciiClass[t[stop+1]&0x7F] == classDigit && t[stop+1] < 0x80) {
		if t[stop] >= '0' {
			digits++
		}
		stop++
	}
	start := int32(i)
	if digits > 4 {
		sc.emit(Number, "digits", bucket(digits), start, int32(stop))
	}
	if r, size := utf8.DecodeLastRune(t[chunk:i]); isCurrencySign(r) {
		sc.emitMoney(digits, start-int32(size), int32(stop))
	} else if isFollowedByCurrency(t, stop) {
		sc.emitMoney(digits, start, int32(stop))
	}
	if stop < end && t[stop] == '%' {
		sc.emit(Number, "percent", "", start, int32(stop+1))
	}
	if i >= sc.counters.phoneUntil {
		sc.scanPhone(t, chunk, i)
	}
	return max(stop, i+1)
}

func (sc *Scanner) emitMoney(digits int, start, end int32) {
	sc.counters.money++
	sc.emit(Number, "money", "", start, end)
	sc.emit(Number, "money", bucket(digits), start, end)
}

func isCurrencySign(r rune) bool {
	switch r {
	case '$', '€', '£', '¥', '₽', '₴', '₹', '₩', '₺', '₿', '¢':
		return true
	}
	return false
}

// isAmount tells whether a currency follows a number.
func isFollowedByCurrency(t []byte, i int) bool {
	if i < len(t) && t[i] == ' ' {
		i++
	}
	if i >= len(t) {
		return false
	}
	if r, _ := utf8.DecodeRune(t[i:]); isCurrencySign(r) {
		return true
	}
	end := i
	for end < len(t) && end < i+14 && (t[end] >= 0x80 || asciiClass[t[end]] == classLatin) {
		end++
	}
	return currencies[string(t[i:end])]
}

// phone looks for a telephone number that begins at or just before i, over
// blanks and signs.
func (sc *Scanner) scanPhone(t []byte, chunk, i int) {
	start := i
	for start > chunk && (t[start-1] == '+' || t[start-1] == '(') {
		start--
	}
	stop, digits, gap, groups := i, 0, 0, 1
	for at := i; at < len(t) && digits < 18; at++ {
		c := t[at]
		if c >= '0' && c <= '9' {
			if gap > 0 {
				groups++
			}
			digits++
			gap = 0
			stop = at + 1
			continue
		}
		if gap++; gap > 2 || c != ' ' && c != '-' && c != '(' && c != ')' && c != '.' && c != '/' {
			break
		}
	}
	sc.counters.phoneUntil = stop
	called := start < i || t[i] == '0' || t[i] == '8' && digits == 11 || digits > 9 && groups < 5
	if digits < 9 || digits > 15 || !called {
		return
	}
	sc.counters.phones++
	sc.emit(Number, "phone", "", int32(start), int32(stop))
}
