package features

import (
	"math/bits"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"winnow/classifier/text/lexicon"
	"winnow/classifier/text/normalize"
)

// trie holds the phrases of all intents and of the patterns of address, one symbol a step. The first node is
// the root.
type trie []node

// node has a bit for each symbol that goes on. Its children are stored side by
// side in the order of their symbols, so that one step reads one node.
type node struct {
	symbols       uint64
	firstChild    uint32
	intent        intent // of the phrase that ends here
	prefixIntent  intent // of the phrase that ends here with any ending of its last word
	address       uint16 // index into addressSets, of the phrases that end here
	prefixAddress uint16 // likewise, of those that end here with any ending of their last word
}

// Symbols are letters, the space, digits, and the upper and lower half of each
// byte of other letters. No node has noSymbol.
const (
	spaceSymbol = 26
	digitSymbol = 27
	upperHalf   = 37
	lowerHalf   = 45
	noSymbol    = 63
)

var symbols = func() (t [utf8.RuneSelf]byte) {
	for c := range t {
		switch {
		case c >= 'a' && c <= 'z':
			t[c] = byte(c - 'a')
		case c == ' ':
			t[c] = spaceSymbol
		case c >= '0' && c <= '9':
			t[c] = byte(c - '0' + digitSymbol)
		default:
			t[c] = noSymbol
		}
	}
	return t
}()

func appendSymbols(b []byte, letter byte) []byte {
	if letter < utf8.RuneSelf {
		return append(b, symbols[letter])
	}
	return append(b, letter>>4-8+upperHalf, letter&15+lowerHalf)
}

// phrase is a phrase of the lexicon.
type phrase struct {
	key     string
	open    bool // any ending of the last word
	intent  intent
	address languageRoles
}

// phraseTrie builds the trie when the first text is scanned.
var phraseTrie = sync.OnceValue(func() (built struct {
	trie
	addressSets
},
) {
	var phrases []phrase
	for in := intentPromote; in < numIntents; in++ {
		if in == intentOwnWork {
			continue // made of the next two
		}
		for _, text := range lexicon.Section(sectionOf(in)) {
			key, open := encodePhrase(text)
			phrases = append(phrases, phrase{key: key, open: open, intent: in})
		}
	}
	phrases = appendAddress(phrases)
	keys := make([]string, len(phrases))
	for i, p := range phrases {
		keys[i] = p.key
	}
	slices.Sort(keys)
	t := buildTrie(keys)
	for _, p := range phrases {
		if at := t.find(p.key); p.intent != intentNone && p.open {
			t[at].prefixIntent = p.intent
		} else if p.intent != intentNone {
			t[at].intent = p.intent
		}
	}
	built.trie, built.addressSets = t, t.setAddress(phrases)
	return built
})

// find returns the node of a key that the trie has.
func (t trie) find(key string) uint32 {
	at := uint32(0)
	for i := range len(key) {
		at = t.child(at, key[i])
	}
	return at
}

// wordSections are the titles of the sections of words that give no token themselves.
var wordSections = [numIntents]string{
	intentPossessive: lexicon.Possessive, intentMedia: lexicon.Media, intentFavourite: lexicon.Favourite, intentTitle: lexicon.PersonTitles,
	intentHouse: lexicon.House, intentCustomer: lexicon.Customer, intentService: lexicon.Service, intentBargain: lexicon.Bargain,
	intentSummons: lexicon.Summons, intentOur: lexicon.Our, intentUrgency: lexicon.Urgency, intentHelper: lexicon.Helper,
	intentTrouble: lexicon.Trouble, intentSelf: lexicon.Self, intentReach: lexicon.Reach, intentSpan: lexicon.Span,
}

// sectionOf returns the title of an intent's section of the lexicon.
func sectionOf(in intent) string {
	if title := wordSections[in]; title != "" {
		return title
	}
	return intentNames[in]
}

// encodePhrase returns the symbols of a phrase, and whether a star ends it.
func encodePhrase(phrase string) (key string, open bool) {
	phrase, open = strings.CutSuffix(phrase, "*")
	var b []byte
	for _, r := range phrase {
		for _, letter := range utf8.AppendRune(nil, phraseLetter(r)) {
			b = appendSymbols(b, letter)
		}
	}
	return string(b), open
}

// buildTrie makes the nodes of sorted keys, level by level.
func buildTrie(keys []string) trie {
	type branch struct {
		keys  []string
		depth int
	}
	t, branches := trie{{}}, []branch{{keys: keys}}
	for at := 0; at < len(t); at++ {
		keys, depth := branches[at].keys, branches[at].depth
		t[at].firstChild = uint32(len(t))
		for len(keys) > 0 {
			if len(keys[0]) == depth {
				keys = keys[1:]
				continue
			}
			n := 1
			for n < len(keys) && keys[n][depth] == keys[0][depth] {
				n++
			}
			t[at].symbols |= 1 << keys[0][depth]
			t, branches = append(t, node{}), append(branches, branch{keys[:n], depth + 1})
			keys = keys[n:]
		}
	}
	return t
}

// child returns the node that a symbol leads to, 0 when there is none.
func (t trie) child(at uint32, symbol byte) uint32 {
	n := &t[at]
	bit := uint64(1) << (symbol & 63)
	if n.symbols&bit == 0 {
		return 0
	}
	return n.firstChild + uint32(bits.OnesCount64(n.symbols&(bit-1)))
}

// next returns the node that a byte of a letter leads to, 0 when there is none.
func (t trie) next(at uint32, letter byte) uint32 {
	if letter < utf8.RuneSelf {
		return t.child(at, symbols[letter])
	}
	if at = t.child(at, letter>>4-8+upperHalf); at != 0 {
		at = t.child(at, letter&15+lowerHalf)
	}
	return at
}

// matchWord follows the letters of a word from a node. It returns the node after
// them, 0 when there is none, and the intent and the set of roles of the phrases
// that end with the word.
func (t trie) matchWord(at uint32, word []byte) (uint32, intent, uint16) {
	prefix, prefixAddress := intentNone, uint16(0)
	for i := 0; i < len(word); {
		size := 1
		if word[i] < utf8.RuneSelf {
			at = t.next(at, word[i])
		} else {
			r, n := utf8.DecodeRune(word[i:])
			var b [utf8.UTFMax]byte
			for _, letter := range b[:utf8.EncodeRune(b[:], phraseLetter(r))] {
				if at = t.next(at, letter); at == 0 {
					break
				}
			}
			size = n
		}
		if at == 0 {
			return 0, prefix, prefixAddress
		}
		if in := t[at].prefixIntent; in != intentNone {
			prefix = in
		}
		if t[at].prefixAddress != 0 {
			prefixAddress = t[at].prefixAddress
		}
		i += size
	}
	if in := t[at].intent; in != intentNone {
		prefix = in
	}
	if t[at].address != 0 {
		prefixAddress = t[at].address
	}
	return at, prefix, prefixAddress
}

// phraseLetter returns a letter without its accent; й is a letter of its own.
func phraseLetter(r rune) rune {
	if r == 'й' {
		return r
	}
	return normalize.BaseLetter(r)
}
