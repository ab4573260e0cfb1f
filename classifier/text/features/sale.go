package features

import "math/bits"

// Parts of a sale: a house, which serves customers, at what price, until when, and calls
// them.
const (
	saleHouse uint8 = 1 << iota
	saleCustomer
	saleService
	saleBargain
	saleSummons
	saleUrgency
	saleCompany // the author has a company's name
)

// saleParts are the parts of a sale that the phrases of an intent are.
var saleParts = [numIntents]uint8{
	intentHouse: saleHouse, intentOur: saleHouse, intentCustomer: saleCustomer, intentService: saleService,
	intentBargain: saleBargain, intentTerms: saleBargain, intentPrize: saleBargain,
	intentSummons: saleSummons, intentAct: saleSummons, intentContact: saleSummons,
	intentUrgency: saleUrgency, intentBusiness: saleHouse | saleService,
}

const (
	minSale = 8 // words from which a text may be a sale
	// most of the parts of a sale: honest comments have three or four of them
	salePart = 4
)

// emitSale emits how many of the parts of a sale a text has. Each of their words is in
// honest comments, too, few of which have all.
func (sc *Scanner) emitSale(size string) {
	n := &sc.counters
	if n.money > 0 {
		n.sale |= saleBargain
	}
	if parts := bits.OnesCount8(n.sale); parts >= salePart && n.words >= minSale && size != "long" {
		sc.emit(Intent, "sale", bucket(parts), -1, -1)
	}
}

// Parts of a scheme that is told as a story: somebody had a trouble, or little money, a
// helper ended it, in so many days or with such a gain, and readers may reach him.
const (
	schemeHelper uint8 = 1 << iota
	schemeTrouble
	schemeSelf
	schemeGain
	schemeReach
)

var schemeParts = [numIntents]uint8{
	intentHelper: schemeHelper, intentTitle: schemeHelper, intentTrouble: schemeTrouble, intentSelf: schemeSelf,
	intentSpan: schemeGain, intentReach: schemeReach, intentContact: schemeReach,
	intentTestify: schemeSelf, intentRescue: schemeTrouble, intentEarn: schemeGain, intentCrypto: schemeTrouble, intentLoan: schemeTrouble,
}

const (
	maxScheme   = 200 // words of a text that tells such a story, at most
	schemeParty = 3   // parts besides the last one
)

// emitScheme emits how many of the parts of a scheme a text has, if readers are told how to
// take part in it.
func (sc *Scanner) emitScheme() {
	n := &sc.counters
	if n.money+n.amounts > 0 {
		n.scheme |= schemeGain
	}
	if n.phones+n.emails > 0 {
		n.scheme |= schemeReach
	}
	if parts := bits.OnesCount8(n.scheme &^ schemeReach); n.scheme&schemeReach != 0 && parts >= schemeParty && n.words <= maxScheme {
		sc.emit(Intent, "scheme", bucket(parts), -1, -1)
	}
}
