package features

import (
	"bytes"
	"sync"

	"winnow/classifier/text/lexicon"
)

// functionWords are words of every text, such as "the", in all languages.
var functionWords = sync.OnceValue(func() map[string]bool {
	return lexicon.Set(lexicon.CommonWords, lexicon.FunctionWords)
})

// IsFunctionWord reports whether a token of the last Scan is a word of every text,
// or a pair of them. Such a token explains nothing to a person.
func (sc *Scanner) IsFunctionWord(t Token) bool {
	name := sc.buffer(t.Kind)[t.from:t.to]
	switch t.Kind {
	case Word:
		return functionWords()[string(name)]
	case Pair:
		first, second, _ := bytes.Cut(name, []byte{' '})
		return functionWords()[string(first)] && functionWords()[string(second)]
	}
	return false
}
