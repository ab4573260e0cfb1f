package features

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"winnow/classifier/text/charclass"
	"winnow/classifier/text/lexicon"
	"winnow/classifier/text/normalize"
)

// scanAuthor emits the words and the look of the author's name, the domain of the
// e-mail address and the host of the home page. What they advertise is an intent:
// "call:author:offer" and the like. The body must have been scanned.
func (sc *Scanner) scanAuthor(in Doc) {
	name := sc.scanName(in.Author)
	if in.AuthorEmail != "" {
		sc.field.Normalize(in.AuthorEmail)
		provider := sc.field.Bytes[bytes.LastIndexByte(sc.field.Bytes, '@')+1:]
		sc.emitAuthorHost("mail", provider)
		if throwAwayMail[string(provider)] {
			sc.emit(Intent, "author", "throwaway", -1, -1)
		}
	}
	if in.AuthorURL != "" {
		sc.field.Normalize(in.AuthorURL)
		host := hostOf(sc.field.Bytes)
		sc.emitAuthorHost("home", host)
		if len(host) > 0 && !in.trusts(string(host)) {
			sc.scanHomePage(name, host)
		}
	}
}

// authorName is what an author's name gives as evidence.
type authorName struct {
	words    [8]wordSpan // in Scanner.wordBytes
	count    int         // of all words
	calls    bool        // begins with what readers are to do: contact, inbox
	commerce int         // words of advertisements
	plain    int         // words that are no names
	digits   int
	works    bool // has the name of an occupation, as nicknames do: retired trader
	sentence bool // without spaces, and longer than a name
	intents  uint32
	capitals bool
	company  bool // looks like the name of a company
}

// longestName is the number of characters of a name in a script without spaces, at most.
const longestName = 4

// selling are the intents that a name of a person does not have.
const selling = 1<<intentPromote | 1<<intentFollow | 1<<intentAct | 1<<intentPrize | 1<<intentEarn | 1<<intentCrypto | 1<<intentLoan |
	1<<intentPharmacy | 1<<intentGamble | 1<<intentDating | 1<<intentRanking | 1<<intentContact | 1<<intentDonate

func (sc *Scanner) scanName(text string) (n authorName) {
	if text == "" {
		return n
	}
	sc.field.Normalize(text)
	spans := sc.intentSpans // of the body
	sc.openPhrases = sc.openPhrases[:0]
	sc.eachFieldWord(func(from, to int) {
		word := sc.wordBytes[from:to]
		digits := n.digits
		for _, c := range word {
			if c >= '0' && c <= '9' {
				n.digits++
			}
		}
		sc.counters.intents = 0
		if r, _ := utf8.DecodeRune(word); charclass.SegmentationOf(r) == charclass.Ideographic {
			sc.matchInside(wordSpan{from: int32(from), to: int32(to)})
			n.sentence = n.sentence || utf8.RuneCount(word) > longestName
		} else {
			sc.matchPhrases(wordSpan{from: int32(from), to: int32(to)}, n.count > 0)
		}
		n.intents |= sc.counters.intents
		n.company = n.company || companyNames[string(word)]
		n.works = n.works || occupations[string(word)]
		n.calls = n.calls || nameCalls[string(word)] && (n.count == 0 || contactPlaces[string(word)])
		switch {
		case namesTrade(word):
			n.commerce++
		case n.digits > digits, normalize.IsPlainWord(word):
			n.plain++
		}
		if n.count < len(n.words) {
			n.words[n.count] = wordSpan{from: int32(from), to: int32(to)}
			sc.emitBytes(Author, "name", word, -1, -1)
		}
		n.count++
	})
	sc.intentSpans, n.capitals = spans, sc.field.Capitals > 0
	n.company = n.company || isJoined(text)
	if n.works && n.count <= 2 {
		n.intents, n.commerce = 0, 0
	}
	if n.company || n.sells() {
		sc.counters.sale |= saleCompany
	}
	if sc.counters.pitches > 0 && sc.counters.words <= 80 {
		switch {
		case n.sells():
			sc.emit(Intent, "author", "pitch", -1, -1)
		case n.company:
			sc.counters.pitches++
		}
	}
	sc.emitName(n)
	return n
}

// isJoined reports whether a name has a capital in the middle of a word: QuickKey.
func isJoined(name string) bool {
	lower := 0
	for _, r := range name {
		switch {
		case unicode.IsLower(r):
			lower++
		case lower > 2 && unicode.IsUpper(r): // not McDonald
			return true
		default:
			lower = 0
		}
	}
	return false
}

// emitName emits the look of a name and what it offers.
func (sc *Scanner) emitName(n authorName) {
	sc.emit(Author, "words", bucket(min(n.count, 5)), -1, -1)
	if n.digits > 0 {
		sc.emit(Author, "digits", bucket(min(n.digits, 4)), -1, -1)
	}
	if sc.field.Evidence.Total() > 0 {
		sc.emit(Author, "disguised", "", -1, -1)
	}
	if sc.hasLinkedName() {
		sc.emit(Author, "link", "", -1, -1)
		sc.emit(Intent, "author", "link", -1, -1)
	}
	if n.sells() {
		sc.emit(Intent, "author", "offer", -1, -1)
	}
	if n.hasKeywords() {
		sc.emit(Intent, "author", "keywords", -1, -1)
	}
	if n.calls && n.count > 1 {
		sc.emit(Intent, "author", "contact", -1, -1)
	}
	if n.digits >= 8 {
		sc.emit(Intent, "author", "phone", -1, -1)
	}
	if n.count > 4 {
		sc.emit(Intent, "author", "sentence", -1, -1)
	}
}

// hasLinkedName reports whether the name has a link: "cheap-shoes.com", but not
// "John.Blue", whose ending is a domain by chance.
func (sc *Scanner) hasLinkedName() bool {
	if len(sc.field.Links) == 0 {
		return false
	}
	name := sc.field.Bytes
	ending := name[bytes.LastIndexByte(name, '.')+1:]
	joined := bytes.Count(name, []byte(".")) == 1 && !bytes.ContainsAny(name, " /:@-0123456789")
	return !joined || promotionalDomains[string(ending)] || knownDomains[string(ending)]
}

func (n *authorName) sells() bool {
	return n.commerce > 0 || n.intents&(selling|1<<intentBusiness|1<<intentRescue|1<<intentTerms) != 0
}

// hasKeywords reports whether the name is made of words that are no names, among
// them those of advertisements: "buy shoes online", but not "Loan Nguyen".
func (n *authorName) hasKeywords() bool { return n.sells() && (n.commerce > 1 || n.isTopic()) }

// isTopic reports whether the words of a name are no names, which begin with
// capitals: "pet adoption".
func (n *authorName) isTopic() bool {
	common := n.commerce + n.plain
	return n.sentence || n.count > 1 && (common == n.count || common > 0 && !n.capitals)
}

// namesTrade reports whether a word of a name is one of advertisements, or is composed
// with one: Handyreparatur.
func namesTrade(word []byte) bool {
	if commerceWords[string(word)] {
		return true
	}
	for _, stem := range commerceStems {
		if len(word) > len(stem)+2 && bytes.HasSuffix(word, stem) {
			return true
		}
	}
	return false
}

// scanHomePage emits what the home page offers, and whether it agrees with the name
// and the text. The field has the address, host is a part of it.
func (sc *Scanner) scanHomePage(n authorName, host []byte) {
	emit := func(what string) { sc.emit(Intent, "author:home", what, -1, -1) }
	switch {
	case shorteners[string(host)]:
		emit("shortener")
	case messengers[string(host)]:
		emit("messenger")
	}
	domain := host[bytes.LastIndexByte(host, '.')+1:]
	promotional := promotionalDomains[string(domain)]
	if promotional {
		emit("tld")
	}
	if namesCommerce(sc.field.Bytes) {
		emit("offer")
	}
	switch named := sc.isNamedAfter(host, n); {
	case named && n.sells():
		emit("keywords")
	case named && !promotional && n.digits == 0:
		emit("own")
	case n.isTopic():
		emit("topic")
	}
	from := len(sc.nameBytes)
	sc.nameBytes = append(append(sc.nameBytes, "host:"...), host[:min(len(host), maxWordBytes)]...)
	if sc.has(hashName(Link, sc.nameBytes[from:])) {
		emit("text")
	}
	if sc.counters.intents&(1<<intentFlatter) != 0 && sc.counters.words <= 80 {
		emit("flatter")
	}
}

// isNamedAfter reports whether the host contains a word of the name.
func (sc *Scanner) isNamedAfter(host []byte, n authorName) bool {
	for _, w := range n.words[:min(n.count, len(n.words))] {
		if word := sc.wordBytes[w.from:w.to]; len(word) > 3 && bytes.Contains(host, word) {
			return true
		}
	}
	return false
}

// namesCommerce reports whether an address contains a word of advertisements. Hosts
// seldom separate their words, so that a longer one may stand inside of others.
func namesCommerce(address []byte) bool {
	for i := 0; i < len(address); {
		start := i
		for i < len(address) && (address[i] >= utf8.RuneSelf || charclass.ASCII(address[i]).IsAlnum()) {
			i++
		}
		if part := address[start:i]; len(part) > 2 {
			if commerceWords[string(part)] && string(part) != "online" && string(part) != "top" {
				return true
			}
			for _, word := range commerceStems {
				if len(part) > len(word) && bytes.Contains(part, word) {
					return true
				}
			}
		}
		i++
	}
	return false
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

var (
	commerceWords      = lexicon.Set(lexicon.Commerce)
	companyNames       = lexicon.Set(lexicon.CompanyNames)
	promotionalDomains = lexicon.Set(lexicon.PromotionalDomains)
	referenceDomains   = lexicon.Set(lexicon.ReferenceDomains)
	throwAwayMail      = lexicon.Set(lexicon.ThrowAwayMail)
	knownDomains       = lexicon.Set(lexicon.TopLevelDomains)
	nameCalls          = lexicon.Set(lexicon.NameCalls, lexicon.NamePlaces)
	occupations        = lexicon.Set(lexicon.Occupations)
	contactPlaces      = lexicon.Set(lexicon.NamePlaces)

	// commerceStems are the words that no other word contains by chance.
	commerceStems = func() (stems [][]byte) {
		for _, word := range lexicon.Section(lexicon.Commerce) {
			if utf8.RuneCountInString(word) > 5 {
				stems = append(stems, []byte(word))
			}
		}
		return stems
	}()
)
