package text

import (
	"unicode/utf8"
)

// Caps on the tokens of one comment: a longer one says no more than its
// beginning, and must not cost more.
const (
	maxWords  = 4096 // words; as many pairs
	maxNGrams  = 8192 // pieces of words
	maxOthers = 1024 // links, marks, numbers and emoji
	maxWordBytes = 64   // bytes of a word that count
)

// Scanner cuts comments into tokens. It keeps its buffers, so a pool of them
// scans without allocating; it must not be used by two goroutines at once. The
// zero value is ready.
type Scanner struct {
	Body Text // the comment's text, after Scan

	field   Text // author, title and the like, one after the other
	tokens  []Token
	wordBytes []byte      // the words, a blank between them: what Word, Pair and Chars are made of
	nameBytes   []byte      // what the other tokens are called
	variants   []wordSpan      // words that have another form
	openPhrases   []openPhrase     // phrases that may go on
	intentSpans  [numIntents]wordSpan // where each call is made
	slots   []uint32    // by the low bits of a hash, the number of its token from 1; 0: none
	counters   counters
}

// span is a word, or two, in letters and in the text.
type wordSpan struct {
	from, to   int32
	start, end int32
	accented   bool // has letters with marks
	ascii      bool // has no others than those of ASCII
}

// Scan folds a comment and returns its tokens, each once, at its first place.
// The tokens, and Body, are good until the next Scan.
func (sc *Scanner) Scan(in Doc) []Token {
	sc.Body.Normalize(in.Text)
	sc.reset(len(sc.Body.Bytes))
	sc.scanBody()
	sc.emitVariants()
	sc.scanArticle(in.ArticleTitle, in.ArticleURL)
	sc.scanAuthor(in.Author, in.AuthorEmail, in.AuthorURL)
	sc.emitShapes()
	return sc.tokens
}

// Name returns what a token of the last Scan is called in explanations:
//
//	word:casino  pair:click here  chars:_cas (the ends of words show as "_")
//	link:host:H, link:domain:D, link:tld:T, link:path, link:path:P, link:query,
//	link:ip, link:punycode, link:shortener, link:messenger, link:bbcode
//	mark:email, mark:host:H, mark:domain:D, mark:tld:T, mark:mention:M, mark:hashtag:T
//	number:phone, number:percent, number:money, number:money:N (digits), number:digits:N
//	emoji:E  fold:TRICK and fold:TRICK:many (see Trick)
//	shape:WHAT:N, N a count or the bits of one, a share in seven steps, or a script
//	author:name:W, author:words:N, author:digits:N, author:link, author:disguised,
//	author:mail:H, author:mail:tld:T, author:home:H, author:home:tld:T
//	call:WHAT (see phrases), call:link:SIZE, call:reach:SIZE (phone or e-mail),
//	call:some:SIZE, call:some:link, call:several:N (calls of so many kinds)
//	article:shared:N (words of the title), article:link:own
func (sc *Scanner) Name(t Token) string { return string(sc.AppendName(nil, t)) }

// AppendName appends the name of a token to b.
func (sc *Scanner) AppendName(b []byte, t Token) []byte {
	b = append(append(b, t.Kind.String()...), ':')
	for _, c := range sc.buffer(t.Kind)[t.from:t.to] {
		if c == ' ' && t.Kind == Chars {
			c = '_'
		}
		b = append(b, c)
	}
	return b
}

// made returns the buffer that tokens of a kind are made of.
func (sc *Scanner) buffer(k Kind) []byte {
	if k == Word || k == Pair || k == Chars {
		return sc.wordBytes
	}
	return sc.nameBytes
}

func (sc *Scanner) reset(size int) {
	// A text has fewer than four tokens a byte, and the caps end it before the
	// slots do.
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
	sc.wordBytes, sc.nameBytes = append(sc.wordBytes[:0], ' '), sc.nameBytes[:0]
	sc.counters = counters{}
}

// Hashes are FNV-1a (Fowler, Noll, Vo) over the kind and the letters, with a
// last mix, because the table takes the low bits.
const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

func hashSeed(k Kind) uint64 { return (fnvOffset ^ uint64(k)) * fnvPrime }

func finishHash(h uint64) uint64 {
	h ^= h >> 32
	h *= 0x9e3779b97f4a7c15
	return h ^ h>>29
}

func hashName(k Kind, b []byte) uint64 {
	h := hashSeed(k)
	for _, c := range b {
		h = (h ^ uint64(c)) * fnvPrime
	}
	return finishHash(h)
}

// add keeps a token unless it has been seen.
func (sc *Scanner) add(k Kind, h uint64, from, to int, start, end int32) {
	mask := uint64(len(sc.slots) - 1)
	i := h & mask
	for n := sc.slots[i]; n != 0; n = sc.slots[i] {
		if sc.tokens[n-1].Hash == h {
			return
		}
		i = (i + 1) & mask
	}
	sc.slots[i] = uint32(len(sc.tokens) + 1)
	// Written in its place, not copied to it.
	sc.tokens = append(sc.tokens, Token{})
	t := &sc.tokens[len(sc.tokens)-1]
	t.Kind, t.Hash, t.Start, t.End, t.from, t.to = k, h, start, end, int32(from), int32(to)
}

// has tells whether a hash has been added.
func (sc *Scanner) has(h uint64) bool {
	mask := uint64(len(sc.slots) - 1)
	for i := h & mask; sc.slots[i] != 0; i = (i + 1) & mask {
		if sc.tokens[sc.slots[i]-1].Hash == h {
			return true
		}
	}
	return false
}

// say adds a token that is called a, or a and b.
func (sc *Scanner) emit(k Kind, a, b string, start, end int32) {
	from := len(sc.nameBytes)
	sc.nameBytes = append(sc.nameBytes, a...)
	if b != "" {
		sc.nameBytes = append(append(sc.nameBytes, ':'), b...)
	}
	sc.add(k, hashName(k, sc.nameBytes[from:]), from, len(sc.nameBytes), start, end)
}

// sayBytes is say for a part of a text.
func (sc *Scanner) emitBytes(k Kind, a string, b []byte, start, end int32) {
	from := len(sc.nameBytes)
	sc.nameBytes = append(append(append(sc.nameBytes, a...), ':'), b[:min(len(b), maxWordBytes)]...)
	sc.add(k, hashName(k, sc.nameBytes[from:]), from, len(sc.nameBytes), start, end)
}

// scanBody goes through the folded text once.
func (sc *Scanner) scanBody() {
	t := sc.Body.Bytes
	links := sc.Body.Links
	last := wordSpan{from: -1} // the word before
	for i := 0; i < len(t); {
		if t[i] == ' ' || t[i] == '\n' {
			if t[i] == '\n' {
				sc.counters.lines++
				last.from = -1
			}
			i++
			continue
		}
		end, marked := i, false
		for end < len(t) && t[end] != ' ' && t[end] != '\n' {
			marked = marked || startsReference[t[end]]
			end++
		}
		if len(links) > 0 && int(links[0]) == i {
			links = links[1:]
			start, stop := sc.scanLink(t, i, end)
			last = sc.scanChunk(t, i, start, last, marked)
			i, last = stop, wordSpan{from: -1}
		}
		last = sc.scanChunk(t, i, end, last, marked)
		i = end
	}
}

// scanWords cuts one chunk of the text, from i to end; marked tells whether
// it has what marks looks for.
func (sc *Scanner) scanChunk(t []byte, i, end int, last wordSpan, marked bool) wordSpan {
	if marked {
		sc.scanReferences(t, i, end)
	}
	for i < end {
		r, size := rune(t[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRune(t[i:])
		}
		switch c := classOf(r); c {
		case classLatin, classLatinLike, classDigit, classOther, classMark:
			wr := segmentationOf(r)
			w := sc.readWord(t, i, end, wr)
			sc.emitWord(t, w, last, wr)
			last, i = w, int(w.end)
		case classEmoji:
			i += sc.scanEmoji(t, i, end)
		default:
			sc.counters.addSign(r)
			i += size
		}
	}
	return last
}

// word copies the word at i into letters. An apostrophe inside is dropped,
// unless it follows an article: l'homme.
func (sc *Scanner) readWord(t []byte, i, end int, wr segmentation) wordSpan {
	w := wordSpan{from: int32(len(sc.wordBytes)), start: int32(i), ascii: true}
	n := 0
	for {
		if wr == bySpaces {
			run, digits := asciiRun(t[i:end])
			sc.wordBytes = append(sc.wordBytes, t[i:i+run]...)
			sc.counters.addASCII(run-digits, digits)
			i += run
			n += run
		}
		if i >= end {
			break
		}
		r, size := rune(t[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRune(t[i:])
		}
		c := classOf(r)
		if r == '\'' || r == '*' {
			right := lettersAt(t, i+1, end)
			if right == 0 || r == '\'' && n < 3 && right > 2 {
				break
			}
			if r == '\'' {
				i++
				continue
			}
		} else if !c.isAlnum() && c != classMark || segmentationOf(r) != wr && c != classMark && c != classDigit {
			break
		}
		if r >= utf8.RuneSelf {
			w.ascii = false
			w.accented = w.accented || r >= 0xC0 && BaseLetter(r) != r && r != 'й'
		}
		sc.wordBytes = append(sc.wordBytes, t[i:i+size]...)
		i += size
		n++
		sc.counters.addLetter(r, c)
	}
	w.to, w.end = int32(len(sc.wordBytes)), int32(i)
	sc.wordBytes = append(sc.wordBytes, ' ')
	return w
}

// plainRun returns how many letters and digits of ASCII t begins with, and how
// many of them are digits.
func asciiRun(t []byte) (n, digits int) {
	for ; n < len(t) && t[n] < utf8.RuneSelf; n++ {
		switch asciiClass[t[n]] {
		case classLatin:
		case classDigit:
			digits++
		default:
			return n, digits
		}
	}
	return n, digits
}

// run counts the letters at i, to three.
func lettersAt(t []byte, i, end int) int {
	n := 0
	for n < 3 && i < end {
		r, size := utf8.DecodeRune(t[i:])
		if !classOf(r).isLetter() {
			break
		}
		n++
		i += size
	}
	return n
}

// emoji adds the emoji at i, whole when it is joined of several, and without
// the colour of its skin. It returns its length.
func (sc *Scanner) scanEmoji(t []byte, i, end int) int {
	start, from := i, len(sc.nameBytes)
	before := rune(0)
	for i < end {
		r, size := utf8.DecodeRune(t[i:])
		skin := r >= 0x1F3FB && r <= 0x1F3FF
		flag := isRegionalIndicator(before) && isRegionalIndicator(r) && i == start+size
		if before != 0 && !skin && !flag && before != joiner && r != joiner || classOf(r) != classEmoji && r != joiner {
			break
		}
		if !skin {
			sc.nameBytes = append(sc.nameBytes, t[i:i+size]...)
		}
		before = r
		i += size
	}
	if sc.counters.emoji++; sc.counters.emoji <= maxOthers {
		sc.add(Emoji, hashName(Emoji, sc.nameBytes[from:]), from, len(sc.nameBytes), int32(start), int32(i))
	}
	return i - start
}
