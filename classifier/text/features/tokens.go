package features

var bucketNames = [...]string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16"}

// bucket returns a number from 0 to 16 as text, without allocating.
func bucket(n int) string { return bucketNames[min(max(n, 0), len(bucketNames)-1)] }

// Name returns the name of a token of the last Scan, as it is shown in
// explanations:
//
//	word:casino  pair:click here  chars:_cas ("_" is the start or end of a word)
//	link:host:H, link:domain:D, link:tld:T, link:path, link:path:P, link:query,
//	link:ip, link:punycode, link:shortener, link:messenger, link:bbcode
//	mark:email, mark:host:H, mark:domain:D, mark:tld:T, mark:mention:M, mark:hashtag:T
//	number:phone, number:percent, number:money, number:money:N (digits), number:digits:N
//	emoji:E  fold:NAME and fold:NAME:many (see normalize.Obfuscation)
//	shape:WHAT:N, N a count, its number of bits, a share in seven steps, or a script
//	author:name:W, author:words:N, author:digits:N, author:link, author:disguised,
//	author:mail:H, author:mail:tld:T, author:home:H, author:home:tld:T
//	call:WHAT (an intent; see package lexicon), call:link:SIZE,
//	call:reach:SIZE (phone or e-mail), call:some:SIZE, call:some:link,
//	call:link:promoted, call:pitch:N (so many parts of an advertisement),
//	call:sale:N and call:scheme:N (so many parts of a sale or a scheme, see sale.go),
//	call:several:N (so many intents); SIZE is the length of the text
//	address:WHAT (threat, wish, dehumanise, insult, group, slur, hate; see addressrules.go)
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

// buffer returns the buffer that holds the names of a kind.
func (sc *Scanner) buffer(k Kind) []byte {
	if k == Word || k == Pair || k == Chars {
		return sc.wordBytes
	}
	return sc.nameBytes
}

// Hashes are FNV-1a (Fowler, Noll, Vo) over the kind and the name, mixed once more
// because tables take the low bits.
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

// add adds a token unless its hash has been added.
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
	// Written in place: a composite literal would be built and copied.
	sc.tokens = append(sc.tokens, Token{})
	t := &sc.tokens[len(sc.tokens)-1]
	t.Kind, t.Hash, t.Start, t.End, t.from, t.to = k, h, start, end, int32(from), int32(to)
}

// has reports whether a hash has been added.
func (sc *Scanner) has(h uint64) bool {
	mask := uint64(len(sc.slots) - 1)
	for i := h & mask; sc.slots[i] != 0; i = (i + 1) & mask {
		if sc.tokens[sc.slots[i]-1].Hash == h {
			return true
		}
	}
	return false
}

// emit adds a token with the name a, or a:b.
func (sc *Scanner) emit(k Kind, a, b string, start, end int32) {
	from := len(sc.nameBytes)
	sc.nameBytes = append(sc.nameBytes, a...)
	if b != "" {
		sc.nameBytes = append(append(sc.nameBytes, ':'), b...)
	}
	sc.add(k, hashName(k, sc.nameBytes[from:]), from, len(sc.nameBytes), start, end)
}

// emitBytes is emit for a part of a text.
func (sc *Scanner) emitBytes(k Kind, a string, b []byte, start, end int32) {
	from := len(sc.nameBytes)
	sc.nameBytes = append(append(append(sc.nameBytes, a...), ':'), b[:min(len(b), maxWordBytes)]...)
	sc.add(k, hashName(k, sc.nameBytes[from:]), from, len(sc.nameBytes), start, end)
}

// Hash returns the hash of a token other than Word, Pair and Chars, from its kind
// and what follows the kind in its name.
func Hash(k Kind, name string) uint64 { return hashName(k, []byte(name)) }
