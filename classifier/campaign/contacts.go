package campaign

import (
	"bytes"
	_ "embed"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/publicsuffix"

	"winnow/classifier/text/features"
	"winnow/classifier/text/normalize"
	"winnow/models"
)

// Contact is where a comment leads its readers: a domain, an account, an e-mail
// address or a telephone number. Comments with the same hash give the same one,
// however they write it.
type Contact struct {
	Text string // for people
	Hash uint64
	// Mention: it is @name, which may also be the name of another reader.
	Mention bool
}

const (
	minHandle = 4  // letters of an account's name
	minPhone  = 9  // digits of a telephone number
	maxPhone  = 15 // ITU-T E.164
	samePhone = 9  // last digits that tell numbers apart, whatever the prefix
)

//go:embed hosts.txt
var hostsText string

// hostKind is what is known of a domain.
type hostKind byte

const (
	unknownHost hostKind = iota
	publicHost           // a newspaper, an encyclopedia, a shop: it advertises itself
	platform             // many people publish there, each at a path of their own
	messenger            // the path is an account or a number
)

// hostKinds are the domains of hosts.txt.
var hostKinds = func() map[string]hostKind {
	kinds, kind := map[string]hostKind{}, unknownHost
	for line := range strings.Lines(hostsText) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") {
			kind++
			continue
		}
		for _, host := range strings.Fields(line) {
			kinds[host] = kind
		}
	}
	return kinds
}()

// contactScanner collects the contacts of one comment.
type contactScanner struct {
	known func(host string) bool // a host that is nobody's advertisement here
	found []Contact
	links int // links, addresses and numbers, known ones included

	domains []string // of links to hosts that are not known, where a domain is of one owner
	foreign bool     // there are links to others, such as platforms
}

// scan reads a normalized text. A text without signs of a contact costs one pass
// over its bytes and no allocation.
func (s *contactScanner) scan(t []byte) {
	leading := true // nothing but mentions so far
	for i := 0; i < len(t); {
		switch c := t[i]; {
		case c == '@':
			end := s.mention(t, i, leading)
			i = max(end, i+1)
			continue
		case c == '.' && i > 0 && isHostByte(t[i-1]) && i+1 < len(t) && isHostByte(t[i+1]):
			if end := s.link(t, i); end > i {
				leading, i = false, end
				continue
			}
		case c == '+' || '0' <= c && c <= '9':
			if end := s.phone(t, i); end > i {
				leading, i = false, end
				continue
			}
			for i+1 < len(t) && '0' <= t[i+1] && t[i+1] <= '9' { // not a number that begins inside of another
				i++
			}
		}
		leading = leading && (t[i] == ' ' || t[i] == '\n' || t[i] == ',' || t[i] == ':')
		i++
	}
}

func (s *contactScanner) add(kind byte, key, text string, mention bool) {
	h := mix(uint64(kind))
	for i := range len(key) {
		h = mix(h ^ uint64(key[i]))
	}
	for _, c := range s.found {
		if c.Hash == h {
			return
		}
	}
	if len(s.found) < models.MaxContacts {
		s.found = append(s.found, Contact{Text: text, Hash: h, Mention: mention})
	}
}

// mention reads the @name at i and returns its end. One at the start of a comment
// is the reader who is answered, unless it looks like an account.
func (s *contactScanner) mention(t []byte, i int, leading bool) int {
	end, account := i+1, false
	for end < len(t) {
		r, size := utf8.DecodeRune(t[end:])
		inside := (r == '.' || r == '_' || r == '-') && end+1 < len(t) && isHostByte(t[end+1])
		if !isWord(r) && !inside {
			break
		}
		account = account || r == '_' || '0' <= r && r <= '9'
		end += size
	}
	if i > 0 && isHostByte(t[i-1]) { // an e-mail address
		return s.email(t, i, end)
	}
	if utf8.RuneCount(t[i+1:end]) < minHandle {
		return end
	}
	s.links++
	if !leading || account {
		s.account(string(t[i+1:end]), true)
	}
	return end
}

func (s *contactScanner) account(name string, mention bool) {
	s.add('@', squeezeName(name), "@"+name, mention)
}

// squeezeName leaves out what people vary in a name.
func squeezeName(name string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r == '.' || r == '-' || r == ' ' {
			return -1
		}
		return r
	}, strings.ToLower(name))
}

func (s *contactScanner) email(t []byte, at, end int) int {
	start := at
	for start > 0 && (isHostByte(t[start-1]) || t[start-1] == '.' || t[start-1] == '+') {
		start--
	}
	host := string(t[at+1 : end])
	if !strings.Contains(host, ".") {
		return end
	}
	s.links++
	if address := string(t[start:end]); !s.known(host) {
		s.add('m', address, address, false)
	}
	return end
}

// link reads the host around the dot at i, with what follows, and returns its end,
// or i when it is none.
func (s *contactScanner) link(t []byte, i int) int {
	start, end := i, i
	for start > 0 && (isHostByte(t[start-1]) || t[start-1] == '.') {
		start--
	}
	for end < len(t) && (isHostByte(t[end]) || t[end] == '.') {
		end++
	}
	if end < len(t) && t[end] == '@' { // the name of an e-mail address
		return i
	}
	name := bytes.Trim(t[start:end], ".-_")
	scheme := bytes.HasSuffix(t[:start], []byte("://"))
	if last := name[len(name)-1]; !scheme && '0' <= last && last <= '9' { // a decimal number
		return i
	}
	host := string(name)
	domain := domainOf(host, scheme)
	if domain == "" {
		return i
	}
	from := end
	for end < len(t) && t[end] > ' ' && t[end] != '"' && t[end] != '<' && t[end] != '>' {
		end++
	}
	s.links++
	if !s.known(host) {
		s.address(host, domain, string(bytes.TrimRight(t[from:end], ".,;:!?)]}'")))
	}
	return end
}

// domainOf returns the part of a host that somebody has registered, or "". Without
// a scheme, only what ends like a host is one.
func domainOf(host string, scheme bool) string {
	if _, err := netip.ParseAddr(host); err == nil {
		if scheme {
			return host
		}
		return ""
	}
	suffix, icann := publicsuffix.PublicSuffix(host)
	// Suffixes with a dot are those of companies that rent names. "example" is for
	// documentation and tests (RFC 2606).
	if !scheme && !icann && !strings.Contains(suffix, ".") && suffix != "example" {
		return ""
	}
	domain, err := publicsuffix.EffectiveTLDPlusOne(host)
	if err != nil {
		return ""
	}
	return domain
}

// address adds a link: by its domain, or by domain and path where a domain belongs
// to many people, or is that of a longer article, which may be a newspaper's.
func (s *contactScanner) address(host, domain, rest string) {
	rest = strings.TrimPrefix(rest, ":443")
	path, query, _ := strings.Cut(strings.SplitN(rest, "#", 2)[0], "?")
	path = strings.Trim(path, "/")
	kind := kindOf(host, domain)
	if kind == messenger || kind == platform || len(s.domains) == models.MaxContacts {
		s.foreign = true
	} else if !slices.Contains(s.domains, domain) {
		s.domains = append(s.domains, domain)
	}
	switch kind {
	case publicHost:
	case messenger:
		number := digitsOf(path + "?" + query)
		switch first, _, _ := strings.Cut(path, "/"); {
		case len(number) >= minPhone:
			s.number(number)
		case len(first) >= minHandle && first != "joinchat" && first[0] != '+':
			s.account(first, false)
		case path != "":
			s.add('p', domain+"/"+path, domain+"/"+path, false)
		}
	case platform:
		if v, err := url.ParseQuery(query); err == nil && v.Get("v") != "" {
			path += "?v=" + v.Get("v")
		}
		if path != "" && path != "search" && path != "watch" && path != "maps" {
			s.add('p', domain+"/"+path, domain+"/"+path, false)
		}
	default:
		if isArticlePath(path) {
			s.add('p', domain+"/"+path, domain+"/"+path, false)
			return
		}
		s.add('d', domain, domain, false)
	}
}

func kindOf(host, domain string) hostKind {
	for _, h := range []string{strings.TrimPrefix(host, "www."), domain} {
		if kind := hostKinds[h]; kind != unknownHost {
			return kind
		}
	}
	suffix, _ := publicsuffix.PublicSuffix(host)
	for _, label := range strings.Split(suffix, ".") {
		if label == "gov" || label == "edu" || label == "mil" || label == "int" || label == "gouv" || label == "gob" {
			return publicHost
		}
	}
	return unknownHost
}

// isArticlePath reports whether a path is like that of a newspaper's article: with
// a title of several words, or a long number.
func isArticlePath(path string) bool {
	digits := 0
	for _, c := range path {
		if digits++; c < '0' || c > '9' {
			digits = 0
		}
		if digits >= 6 {
			return true
		}
	}
	return strings.Count(path, "-") >= 4 || strings.Count(path, "_") >= 4
}

// phone reads a telephone number at i and returns its end, or i when there is none.
// Dates and amounts have too few digits, or groups of other sizes.
func (s *contactScanner) phone(t []byte, i int) int {
	if i > 0 && isHostByte(t[i-1]) {
		return i
	}
	at, end, gap := i, i, 0
	digits := make([]byte, 0, maxPhone+1)
	var groups, thousands int
	size := 0
	for ; at < len(t) && len(digits) <= maxPhone; at++ {
		c := t[at]
		if '0' <= c && c <= '9' {
			if gap > 0 && len(digits) > 0 {
				if groups++; size == 3 {
					thousands++
				}
				size = 0
			}
			digits, end, gap = append(digits, c), at+1, 0
			size++
			continue
		}
		if at == i && c == '+' {
			continue
		}
		if gap++; gap > 2 || !strings.ContainsRune(" -()./", rune(c)) {
			break
		}
	}
	if size == 3 {
		thousands++
	}
	dialled := t[i] == '+' || t[i] == '0'
	if len(digits) < minPhone || len(digits) > maxPhone || end < len(t) && isHostByte(t[end]) {
		return i
	}
	if !dialled && (len(digits) < 10 || groups > 0 && thousands >= groups) { // an amount
		return end
	}
	s.number(string(digits))
	return end
}

func (s *contactScanner) number(digits string) {
	s.links++
	s.add('n', digits[len(digits)-samePhone:], digits, false)
}

func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

func isHostByte(c byte) bool {
	return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c >= utf8.RuneSelf
}

// homePage adds the author's home page.
func (s *contactScanner) homePage(address string) {
	u, err := url.Parse(strings.ToLower(address))
	if err != nil || u.Hostname() == "" {
		return
	}
	s.links++
	host := u.Hostname()
	if domain := domainOf(host, true); domain != "" && !s.known(host) {
		s.address(host, domain, u.EscapedPath())
	}
}

// contactsOf reads the contacts of a comment.
func contactsOf(body *normalize.Text, d features.Doc, known func(host string) bool) contactScanner {
	s := contactScanner{known: known}
	s.scan(body.Bytes)
	if d.AuthorURL != "" {
		s.homePage(d.AuthorURL)
	}
	return s
}
