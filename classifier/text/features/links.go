package features

import (
	"bytes"
	"strings"

	"winnow/classifier/text/charclass"
	"winnow/classifier/text/lexicon"
)

// scanLink emits the tokens of the link or e-mail address in the chunk from i to
// end, and returns where it starts and ends.
func (sc *Scanner) scanLink(in Doc, t []byte, i, end int) (int, int) {
	start, host := i, i
	if at := bytes.Index(t[i:end], []byte("://")); at > 0 {
		start, host = i+at, i+at+3
		for start > i && charclass.ASCII(t[start-1]) == charclass.Latin {
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
	if sc.isTrusted(in, name, host) {
		sc.counters.trusted++
		sc.emit(Intent, "link", "trusted", int32(start), int32(stop))
		return start, stop
	}
	if isReference(name, t[path:stop]) {
		sc.counters.references++
	} else if isPromoted(name) {
		sc.counters.promoted++
	} else if host == start && path == stop && isNamed(name) {
		sc.counters.named++
	}
	sc.counters.links++
	sc.counters.linkBytes += stop - start
	if sc.counters.links <= maxOthers/8 {
		sc.emitHost(Link, name, int32(start), int32(stop))
		sc.emitPath(t[path:stop], int32(path))
	}
	return start, stop
}

// isTrusted reports whether a host, whose chunk of the text begins at start, is one
// that the site trusts. It must be written exactly: others normalize to the same.
func (sc *Scanner) isTrusted(in Doc, host []byte, start int) bool {
	if in.Trusts == nil || len(host) == 0 {
		return false
	}
	at := bytes.Index(sc.Body.Bytes[start:], host) + start
	return strings.EqualFold(sc.Body.Written(at, at+len(host)), string(host)) && in.trusts(string(host))
}

// isReference reports whether a link cites a page, as texts of substance do, rather
// than sends readers to a site: it leads to an article and not to a home page, or to a
// public body, and neither host nor path advertise.
func isReference(host, path []byte) bool {
	host = bytes.TrimPrefix(host, []byte("www."))
	dot := bytes.LastIndexByte(host, '.')
	if dot < 0 || shorteners[string(host)] || messengers[string(host)] {
		return false
	}
	for rest := host; ; { // en.wikipedia.org, wikipedia.org, org
		if referenceDomains[string(rest)] {
			return true
		}
		next := bytes.IndexByte(rest, '.')
		if next < 0 {
			break
		}
		rest = rest[next+1:]
	}
	if second := bytes.LastIndexByte(host[:dot], '.'); len(host)-dot == 3 && referenceDomains[string(host[second+1:dot])] {
		return true // gov.uk, edu.au
	}
	const article = 12 // bytes of a path
	return len(path) >= article && bytes.IndexByte(path, '?') < 0 && !promotionalDomains[string(host[dot+1:])] && !namesCommerce(host) && !namesCommerce(path)
}

// isPromoted reports whether a host is like those of advertisements.
func isPromoted(host []byte) bool {
	return promotionalDomains[string(host[bytes.LastIndexByte(host, '.')+1:])] || namesCommerce(host)
}

// isNamed reports whether a host without scheme and path may be the name of a company
// or a product: Amazon.com, ASP.NET.
func isNamed(host []byte) bool {
	dot := bytes.IndexByte(host, '.')
	return dot > 0 && namingDomains[string(host[dot+1:])] && !messengers[string(host)] && !shorteners[string(host)]
}

var namingDomains = map[string]bool{"com": true, "net": true, "org": true, "co.uk": true, "de": true, "fr": true, "nl": true, "at": true, "ch": true, "es": true, "it": true, "pl": true}

// isHostByte accepts letters of any script, which hosts may have.
func isHostByte(c byte) bool {
	return c >= 0x80 || charclass.ASCII(c).IsAlnum() || c == '.' || c == '-' || c == '_' || c == '@' || c == '+'
}

func isPathByte(c byte) bool {
	return c < 0x80 && c > ' ' && c != '"' && c != '\'' && c != '<' && c != '>' && c != ')' && c != ']'
}

func trimDots(b []byte) []byte { return bytes.Trim(b, ".-_@") }

// emitHost emits a host, its domain, its top-level domain, and what is known of it.
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
	if charclass.ASCII(name[len(name)-1]&0x7F) == charclass.Digit {
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
	// Hosts seldom separate their words: casinobonus-online.
	from := int32(len(sc.wordBytes))
	sc.wordBytes = append(append(sc.wordBytes, name[:min(dot, maxWordBytes)]...), ' ')
	sc.emitNGrams(wordSpan{from: from, to: int32(len(sc.wordBytes)) - 1, start: start, end: end}, 1, 4, 5)
}

// emitPath emits the words of what follows the host.
func (sc *Scanner) emitPath(p []byte, at int32) {
	if len(p) < 2 {
		return
	}
	sc.emit(Link, "path", "", at, at+int32(len(p)))
	for i, n := 0, 0; i < len(p) && n < 8; n++ {
		for i < len(p) && !charclass.ASCII(p[i]).IsAlnum() {
			if p[i] == '?' {
				sc.emit(Link, "query", "", at, at+int32(len(p)))
			}
			i++
		}
		start := i
		for i < len(p) && charclass.ASCII(p[i]).IsAlnum() {
			i++
		}
		if i > start+1 {
			sc.emitBytes(Link, "path", p[start:i], at+int32(start), at+int32(i))
		}
	}
}

// shorteners are hosts that hide where a link leads, messengers are hosts that
// lead readers away into a private conversation.
var (
	shorteners = lexicon.Set(lexicon.Shorteners)
	messengers = lexicon.Set(lexicon.Messengers)
)
