package features

import (
	"unicode/utf8"

	"winnow/classifier/text/charclass"
	"winnow/classifier/text/normalize"
)

// Bounds on the tokens of one comment: the beginning of a long one says enough,
// and the rest must not cost more.
const (
	maxWords     = 4096 // words, and as many pairs
	maxNGrams    = 8192 // runs of characters
	maxOthers    = 1024 // references, numbers and emoji; an eighth of it for links
	maxWordBytes = 64   // bytes of a word that are looked at
)

// Scanner cuts comments into tokens. The zero value is ready. It keeps its
// buffers, so that a pool of scanners does not allocate; it must not be used by
// two goroutines at once.
type Scanner struct {
	Body normalize.Text // the comment's text, after Scan

	field       normalize.Text // each of the other fields, one after the other
	tokens      []Token
	wordBytes   []byte               // the words, separated by spaces: the names of Word, Pair and Chars
	nameBytes   []byte               // the names of the other tokens
	variants    []wordSpan           // words to be emitted in another form too
	phrases     trie                 // once it is needed
	openPhrases []openPhrase         // phrases that the next word may continue
	intentSpans [numIntents]wordSpan // the first place of each intent
	addressSets addressSets          // likewise
	addressHits []addressHit         // phrases of the patterns of address
	sentence    []roleInLanguage     // buffer of emitAddress
	slots       []uint32             // hash table of tokens: index + 1, or 0 when free
	counters    counters
}

// wordSpan is a word, or two adjacent ones.
type wordSpan struct {
	from, to   int32 // in Scanner.wordBytes
	start, end int32 // in the text
	accented   bool  // has letters with accents
	ascii      bool  // has only ASCII characters
}

// Scan normalizes a comment and returns its tokens, each once, with its first
// place. The tokens, and Body, are valid until the next Scan.
func (sc *Scanner) Scan(in Doc) []Token {
	sc.Body.Normalize(in.Text)
	sc.reset(len(sc.Body.Bytes))
	sc.scanBody(in)
	sc.emitVariants()
	sc.emitAddress()
	sc.scanArticle(in.ArticleTitle, in.ArticleURL)
	sc.scanAuthor(in)
	sc.emitShapes()
	return sc.tokens
}

// reset prepares for a text of size bytes.
func (sc *Scanner) reset(size int) {
	if sc.phrases == nil {
		built := phraseTrie()
		sc.phrases, sc.addressSets = built.trie, built.addressSets
	}
	// There are fewer than four tokens a byte, and the bounds above keep their
	// number below that of the slots.
	const least, most = 1 << 10, 1 << 16
	want := least
	for want < 4*size+least && want < most {
		want *= 2
	}
	if cap(sc.slots) < want {
		sc.slots = make([]uint32, want)
	}
	sc.slots = sc.slots[:want]
	clear(sc.slots)
	sc.tokens, sc.variants, sc.openPhrases = sc.tokens[:0], sc.variants[:0], sc.openPhrases[:0]
	sc.addressHits = sc.addressHits[:0]
	sc.wordBytes, sc.nameBytes = append(sc.wordBytes[:0], ' '), sc.nameBytes[:0]
	sc.counters = counters{}
}

// scanBody emits the tokens of the comment's text.
func (sc *Scanner) scanBody(in Doc) {
	t := sc.Body.Bytes
	links := sc.Body.Links
	last := wordSpan{from: -1} // the word before
	for i := 0; i < len(t); {
		if t[i] == ' ' || t[i] == '\n' {
			if t[i] == '\n' {
				sc.counters.lines++
				sc.counters.sentences++
				last.from = -1
			}
			i++
			continue
		}
		end, references := i, false
		for end < len(t) && t[end] != ' ' && t[end] != '\n' {
			references = references || startsReference[t[end]]
			end++
		}
		if len(links) > 0 && int(links[0]) == i {
			links = links[1:]
			start, stop := sc.scanLink(in, t, i, end)
			last = sc.scanChunk(t, i, start, last, references)
			i, last = stop, wordSpan{from: -1}
		}
		last = sc.scanChunk(t, i, end, last, references)
		i = end
	}
}

// scanChunk emits the tokens of the part of a chunk from i to end. last is the word
// before; references reports whether scanReferences may find something.
func (sc *Scanner) scanChunk(t []byte, i, end int, last wordSpan, references bool) wordSpan {
	if references {
		sc.scanReferences(t, i, end)
	}
	for i < end {
		r, size := rune(t[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRune(t[i:])
		}
		switch c := charclass.Of(r); c {
		case charclass.Latin, charclass.LatinLike, charclass.Digit, charclass.Other, charclass.Mark:
			seg := charclass.SegmentationOf(r)
			w := sc.readWord(t, i, end, seg)
			sc.emitWord(t, w, last, seg)
			last, i = w, int(w.end)
		case charclass.Emoji:
			i += sc.scanEmoji(t, i, end)
		default:
			sc.counters.addSign(r)
			i += size
		}
	}
	return last
}
