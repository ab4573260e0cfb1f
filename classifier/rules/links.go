package rules

import (
	"bytes"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"winnow/classifier/text/features"
	"winnow/classifier/text/normalize"
	"winnow/models"
)

// maxLinks bounds the hosts of a comment that are looked up both normalized and as
// they were written. Further ones are looked up only normalized, have no place and
// count as not allowed.
const maxLinks = 64

// link is a host in a normalized text.
type link struct {
	start, end int  // with scheme and path
	host       span // the host alone, without port and user
	isLink     bool // not an e-mail address or a word with a dot
}

func (s *Set) applyLinks(fired []models.Signal, c Context) []models.Signal {
	if s.rules.Links.Max == nil && len(s.domains) == 0 {
		return fired
	}
	count := 0
	var at [][2]int
	var blocked []models.Signal
	for i, l := range findLinks(c.Body) {
		// Several hosts may normalize to the same, so both forms are looked up: the
		// normalized one finds a blocked domain that is obfuscated, and an allowed
		// domain must be written exactly.
		normalized, written, place := CanonicalHost(string(c.Body.Bytes[l.host.from:l.host.to])), "", noPlace
		if i < maxLinks {
			place = placeOf(c.Body, [2]int{l.host.from, l.host.to})
			written = CanonicalHost(substring(c.Doc.Text, place))
		}
		switch {
		case s.domains.contains(normalized):
			blocked = s.addBlockedDomain(blocked, normalized, place)
		case s.domains.contains(written):
			blocked = s.addBlockedDomain(blocked, written, place)
		}
		if l.isLink && !s.allowed.contains(written) {
			count++
			if i < maxLinks {
				at = append(at, placeOf(c.Body, [2]int{l.start, l.end}))
			}
		}
	}
	for _, host := range authorHosts(c.Doc) {
		if s.domains.contains(host) {
			blocked = s.addBlockedDomain(blocked, host, noPlace)
		}
	}
	fired = append(fired, blocked...)
	if most := s.rules.Links.Max; most != nil && count > *most {
		fired = append(fired, models.Signal{Name: "rule:links", Detail: strconv.Itoa(count), Action: models.Hold, Spans: at})
	}
	return fired
}

// Allows reports whether a host is one of the allowed domains for links, or a
// subdomain of one.
func (s *Set) Allows(host string) bool {
	return s != nil && s.allowed.contains(CanonicalHost(host))
}

// noPlace is the place of a host that is not in the text, or is beyond maxLinks.
var noPlace = [2]int{-1, -1}

// addBlockedDomain adds a blocked domain, or another place of it.
func (s *Set) addBlockedDomain(fired []models.Signal, host string, place [2]int) []models.Signal {
	i := slices.IndexFunc(fired, func(f models.Signal) bool { return f.Detail == host })
	if i < 0 {
		if len(fired) == maxMatches {
			return fired
		}
		i = len(fired)
		fired = append(fired, models.Signal{Name: "rule:blocked-domain", Detail: host, Action: s.rules.BlockedDomains.Action})
	}
	if place != noPlace {
		fired[i].Spans = append(fired[i].Spans, place)
	}
	return fired
}

// authorHosts returns the hosts of the author's home page and e-mail address.
func authorHosts(d features.Doc) []string {
	var hosts []string
	if u, err := url.Parse(d.AuthorURL); err == nil && u.Host != "" {
		hosts = append(hosts, CanonicalHost(u.Hostname()))
	}
	if at := strings.LastIndexByte(d.AuthorEmail, '@'); at >= 0 {
		hosts = append(hosts, CanonicalHost(d.AuthorEmail[at+1:]))
	}
	return hosts
}

// substring returns the part of s between two places in code points.
func substring(s string, place [2]int) string {
	n, from, to := 0, len(s), len(s)
	for i := range s {
		if n == place[0] {
			from = i
		}
		if n == place[1] {
			to = i
			break
		}
		n++
	}
	return s[min(from, to):to]
}

// findLinks returns the hosts in a text, in order.
func findLinks(body *normalize.Text) []link {
	t := body.Bytes
	var found []link
	for i := 0; i < len(t); {
		if after := schemeEnd(t, i); after > i {
			l := linkWithScheme(t, i, after)
			if l.host.to > l.host.from {
				found = append(found, l)
			}
			i = l.end
			continue
		}
		if n := hostLen(t[i:]); n > 0 {
			if l, ok := linkWithoutScheme(body, i, i+n); ok {
				found = append(found, l)
				i = l.end
			} else {
				i += n
			}
			continue
		}
		_, size := utf8.DecodeRune(t[i:])
		i += size
	}
	return found
}

var schemes = [][]byte{[]byte("http:"), []byte("https:"), []byte("ftp:")}

// schemeEnd returns where the authority begins when a scheme stands at i, and i
// otherwise. Browsers accept any number of slashes, in either direction.
func schemeEnd(t []byte, i int) int {
	if t[i] != 'h' && t[i] != 'f' {
		return i
	}
	for _, s := range schemes {
		if bytes.HasPrefix(t[i:], s) {
			j := i + len(s)
			for j < len(t) && (t[j] == '/' || t[j] == '\\') {
				j++
			}
			if j > i+len(s) {
				return j
			}
		}
	}
	return i
}

// linkWithScheme reads the authority that begins at from. The host stands after the
// last @, as in http://user.example@host.example, and before the port. A backslash
// ends it like a slash.
func linkWithScheme(t []byte, start, from int) link {
	end := from
	for end < len(t) && !endsAddress(t, end) && schemeEnd(t, end) == end && !strings.ContainsRune(`/\?#`, rune(t[end])) {
		end++
	}
	host := span{from, end}
	if at := bytes.LastIndexByte(t[from:end], '@'); at >= 0 {
		host.from = from + at + 1
	}
	if host.from < end && t[host.from] == '[' { // an IPv6 address
		if to := bytes.IndexByte(t[host.from:end], ']'); to > 0 {
			host.to = host.from + to + 1
		}
		return link{start: start, end: pathEnd(t, end), host: host, isLink: true}
	}
	n := hostLen(t[host.from:end])
	if rest := t[host.from+n : end]; bytes.HasPrefix(rest, fullStop) && !bytes.ContainsRune(t[host.from:host.from+n], '.') {
		// Browsers read it as a dot. After another dot it ends a sentence.
		n += len(fullStop) + hostLen(rest[len(fullStop):])
	}
	host.to = host.from + n
	return link{start: start, end: pathEnd(t, end), host: host, isLink: true}
}

var fullStop = []byte("。")

// linkWithoutScheme reports whether a run of host characters is a host.
func linkWithoutScheme(body *normalize.Text, from, to int) (link, bool) {
	t := body.Bytes
	for to > from && (t[to-1] == '.' || t[to-1] == '-') {
		to--
	}
	for from < to && (t[from] == '.' || t[from] == '-') {
		from++
	}
	name := t[from:to]
	dot := bytes.LastIndexByte(name, '.')
	if dot <= 0 || bytes.Contains(name, []byte("..")) {
		return link{}, false
	}
	l := link{start: from, end: to, host: span{from, to}}
	if from > 0 && t[from-1] == '@' { // an e-mail address
		return l, true
	}
	slash := to < len(t) && t[to] == '/'
	l.isLink = bytes.HasPrefix(name, []byte("www.")) || slash && isAlphabetic(name[dot+1:]) || body.IsBareHost(from, to)
	if l.isLink && slash {
		l.end = pathEnd(t, to)
	}
	return l, true
}

// pathEnd returns the end of the address that continues at i: a space, a bracket,
// or another scheme, which begins another link.
func pathEnd(t []byte, i int) int {
	for i < len(t) && !endsAddress(t, i) && schemeEnd(t, i) == i {
		i++
	}
	return i
}

// endsAddress reports whether the character at i cannot be part of an address.
func endsAddress(t []byte, i int) bool {
	switch c := t[i]; c {
	case '<', '>', '"':
		return true
	default:
		if c < utf8.RuneSelf {
			return c <= ' '
		}
		r, _ := utf8.DecodeRune(t[i:])
		return unicode.IsSpace(r)
	}
}

// hostLen returns how many bytes at the start of t may be part of one host. Text of
// a script without spaces may follow a host directly, so a host ends where such a
// script and ASCII meet within a label.
func hostLen(t []byte) int {
	const other, latin, unspaced = 0, 1, 2
	before := other
	for i := 0; i < len(t); {
		r, size := rune(t[i]), 1
		kind := latin
		switch {
		case r >= utf8.RuneSelf:
			r, size = utf8.DecodeRune(t[i:])
			if !isWord(r) && !unicode.IsMark(r) {
				return i
			}
			if kind = other; isUnspaced(r) {
				kind = unspaced
			}
		case r == '-' || r == '.' || r == '_' || r == '%':
			kind = other
		case !isWord(r):
			return i
		}
		if before == latin && kind == unspaced || before == unspaced && kind == latin {
			return i
		}
		before = kind
		i += size
	}
	return len(t)
}

// isAlphabetic reports whether b is at least two letters and no other characters.
func isAlphabetic(b []byte) bool {
	for _, r := range string(b) {
		if !unicode.IsLetter(r) && !unicode.IsMark(r) {
			return false
		}
	}
	return utf8.RuneCount(b) >= 2
}
