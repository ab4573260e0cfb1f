package features

import (
	"math/bits"

	"winnow/classifier/text/normalize"
)

// intent is what a comment asks of its readers, or offers them. Spam has few
// aims: whatever its words, it wants readers to come, to pay or to pass it on.
type intent uint8

const (
	intentNone intent = iota
	intentPromote
	intentFollow
	intentAct
	intentPrize
	intentEarn
	intentCrypto
	intentLoan
	intentPharmacy
	intentGamble
	intentDating
	intentRanking
	intentContact
	intentBeg
	intentDonate
	intentFlatter
	intentBusiness
	intentTerms
	intentTestify
	intentRescue
	intentJob
	intentOwnWork // a possessive and one of the media soon after it: my channel
	intentPossessive
	intentMedia
	intentFavourite // what stands between a possessive and media that are others': my favourite song
	intentTitle     // of a person: Mrs
	// Words that tell nothing alone, see sale.go.
	intentHouse
	intentCustomer
	intentService
	intentBargain
	intentSummons
	intentOur // a possessive that is a word of intentHouse, too
	intentUrgency
	intentHelper
	intentTrouble
	intentSelf
	intentReach
	intentSpan
	numIntents
)

// intentNames are the names of the tokens.
var intentNames = [numIntents]string{
	intentPromote: "promote", intentFollow: "follow", intentAct: "act", intentPrize: "prize", intentEarn: "earn",
	intentCrypto: "crypto", intentLoan: "loan", intentPharmacy: "pharmacy", intentGamble: "gamble", intentDating: "dating",
	intentRanking: "ranking", intentContact: "contact", intentBeg: "beg", intentDonate: "donate", intentFlatter: "flatter",
	intentBusiness: "business", intentTerms: "terms", intentTestify: "testify", intentRescue: "rescue", intentJob: "job",
	intentOwnWork: "mine",
}

// inPitches are the intents that readers' comments have, too, one at a time. Several
// phrases of them, or one with another intent, make a pitch.
const inPitches = 1<<intentBusiness | 1<<intentTerms | 1<<intentTestify | 1<<intentRescue | 1<<intentJob

// maxOwnWorkDistance is the number of words from "my" to "channel" at most.
const maxOwnWorkDistance = 2

// recordIntent records the first place of an intent, and finds own work.
func (sc *Scanner) recordIntent(in intent, start, end int32) {
	n := &sc.counters
	n.sale |= saleParts[in]
	n.scheme |= schemeParts[in]
	switch in {
	case intentNone, intentHouse, intentCustomer, intentService, intentBargain, intentSummons,
		intentUrgency, intentHelper, intentTrouble, intentSelf, intentReach, intentSpan:
		return
	case intentPossessive, intentOur:
		n.lastPossessive = n.words
		return
	case intentFavourite:
		n.lastPossessive = 0
		return
	case intentTitle:
		n.titles++
		return
	case intentMedia:
		if n.lastPossessive == 0 || n.words-n.lastPossessive > maxOwnWorkDistance {
			return
		}
		in = intentOwnWork
	}
	if 1<<in&inPitches != 0 && (n.words > n.lastPitch+1 || n.unspaced && start >= n.pitchEnd) { // phrases that overlap count once
		n.pitches++
		n.lastPitch, n.pitchEnd = n.words, end
	}
	if n.intents&(1<<in) == 0 {
		n.intents |= 1 << in
		sc.intentSpans[in] = wordSpan{start: start, end: end}
	}
}

// emitIntents emits the intents, their number, and the links and addresses that
// readers may follow, with the length of the text: a link means more in a short
// text than in a long one.
func (sc *Scanner) emitIntents() {
	n := &sc.counters
	size := "long"
	switch {
	case n.words <= 20:
		size = "short"
	case n.words <= 80:
		size = "medium"
	}
	for in := range numIntents {
		if n.intents&(1<<in) == 0 {
			continue
		}
		suffix := ""
		if size == "long" {
			suffix = size
		}
		sc.emit(Intent, intentNames[in], suffix, sc.intentSpans[in].start, sc.intentSpans[in].end)
	}
	if n.links > 0 {
		sc.emit(Intent, "link", sc.linkKind(size), -1, -1)
	}
	if n.phones+n.emails > 0 {
		sc.emit(Intent, "reach", size, -1, -1)
	}
	if n.promoted > 0 {
		sc.emit(Intent, "link", "promoted", -1, -1)
	}
	sc.emitPitch(size)
	sc.emitSale(size)
	sc.emitScheme()
	several := bits.OnesCount32(n.intents &^ (1<<intentFlatter | inPitches))
	if several == 0 {
		return
	}
	sc.emit(Intent, "some", size, -1, -1)
	if several > 1 && size != "long" {
		sc.emit(Intent, "several", bucket(min(several, 4)), -1, -1)
	}
	if n.links > 0 {
		sc.emit(Intent, "some", "link", -1, -1)
	}
}

// emitPitch emits how much of an advertisement a text has: its phrases of inPitches, the
// other intents, and what leads readers away. Long texts mention many things.
func (sc *Scanner) emitPitch(size string) {
	n := &sc.counters
	if n.pitches == 0 {
		return
	}
	parts := n.pitches + bits.OnesCount32(n.intents&selling) + min(n.promoted, 1) + min(n.phones+n.emails, 1)
	if n.money > 0 {
		parts++
	}
	if n.titles > 0 && n.intents&(1<<intentTestify|1<<intentRescue) != 0 {
		parts++ // somebody with a name is praised
	}
	if size == "long" {
		if parts >= longPitch && n.words <= maxPitch {
			sc.emit(Intent, "pitch", size, -1, -1)
		}
		return
	}
	if parts > 1 {
		sc.emit(Intent, "pitch", bucket(min(parts, 5)), -1, -1)
	}
}

// longPitch is the number of parts of an advertisement in a long text, and maxPitch its
// number of words at most.
const (
	longPitch = 5
	maxPitch  = 250
)

// linkKind returns "cited" for links of a text that has its own say and nothing to
// sell, "named" when the text only names hosts, as it does companies, and otherwise
// the size of the text.
func (sc *Scanner) linkKind(size string) string {
	n := &sc.counters
	if n.links > 2 || n.words < minCiting || n.intents&selling != 0 || n.phones+n.emails > 0 || sc.Body.Evidence[normalize.Link] > 0 {
		return size
	}
	switch {
	case n.references == n.links:
		return "cited"
	case n.references+n.named == n.links && n.words >= minNaming && n.pitches < 2:
		return "named"
	}
	return size
}

// minCiting is the number of words from which a text says something itself.
const minCiting = 4

// minNaming is the number of words from which a host may stand for a company's name.
const minNaming = 8

// promotingLinks returns the number of links, 0 when they are cited.
func (sc *Scanner) promotingLinks() int {
	if sc.counters.links > 0 && sc.linkKind("") == "cited" {
		return 0
	}
	return sc.counters.links
}
