package text

import "unicode/utf8"

// Folded is a text without its disguise, and where each byte of it came from.
// The zero value is ready; one value may fold many texts and keeps its
// buffers.
//
// Folding lowers case, resolves HTML, compatibility letters (Unicode NFKC) and
// invisible characters, collapses white space, and undoes the tricks listed at
// Trick. Letters with their usual accents and every living script stay as
// they are. The work is linear in the length of the text.
type Text struct {
	Bytes     []byte // valid UTF-8
	Evidence Evidence
	Spans    []Span // the first maxSpots places, in order

	source string
	origin []int32 // for each byte of Text, and for its end: byte offset in source
	chars  []char
	Links  []int32 // where in Text the chunks begin that hold a link
	ascii  bool    // so is the source

	// What read saw, for those who decide.
	latinLetters, latinOnly int  // Latin letters, and those of them that have no Cyrillic twin
	nonLatinOnly             int  // letters of alphabets with lookalikes that do not look Latin themselves
	eastAsian              int  // East Asian letters
	Capitals         int  // letters that were upper case
	leetWords            int  // words that were leet
	invisible              invisibleRun  // invisible characters since the last cell
	hasRegional            bool // regional indicators are among the cells
	noCommentEnd        bool // no "-->" is left
}

const maxSpans = 64

// cell is one character on its way from the source to the text.
type char struct {
	r     rune // gone when nothing is to be written
	at    int32
	flags  flags
	class class
}

const deleted rune = -1

// note is what is remembered of a cell: a bit for each Trick that was undone
// there, and above them hints that become tricks in company only.
type flags uint16

const (
	flagUpper   flags = 1 << (numObfuscations + iota)
	flagMarked       // bore a mark that does not compose with it
	flagStyled       // was a letter of another style
	flagFullwidth         // was fullwidth
	flagLink      // begins a chunk that holds a link
)

const obfuscationFlags = flags(1)<<numObfuscations - 1

func flagOf(t Obfuscation) flags { return 1 << t }

// Reset forgets the text, and buffers of an unusual size with it.
func (f *Text) Reset() {
	const usual = 1 << 16
	if cap(f.chars) > usual || cap(f.Bytes) > usual {
		*f = Text{}
		return
	}
	*f = Text{Bytes: f.Bytes[:0], Spans: f.Spans[:0], origin: f.origin[:0], chars: f.chars[:0], Links: f.Links[:0]}
}

// Fold takes the disguise off s. It accepts any bytes.
func (f *Text) Normalize(s string) {
	f.Reset()
	f.source = s
	if !f.normalizeFast(s) {
		f.normalizeFully(s)
	}
}

func (f *Text) normalizeFully(s string) {
	f.decode(s, 0)
	if f.hasRegional {
		f.resolveRegionalIndicators()
	}
	f.restoreLinks()
	f.joinSpacedLetters()
	f.eachChunk(f.normalizeChunk)
	if f.leetWords > 1 {
		f.compactChars()
		f.eachChunk(f.decodeLikelyLeet)
	}
	f.writeChars()
}

// eachChunk calls do for each run of cells without white space.
func (f *Text) eachChunk(do func([]char)) {
	for i := 0; i < len(f.chars); i++ {
		if f.chars[i].class == classSpace {
			continue
		}
		start := i
		for i < len(f.chars) && f.chars[i].class != classSpace {
			i++
		}
		do(f.chars[start:i])
	}
}

// compact drops the cells that are gone.
func (f *Text) compactChars() { f.chars = f.chars[:compact(f.chars)] }

func compact(cells []char) int {
	n := 0
	for _, c := range cells {
		if c.r != deleted {
			cells[n] = c
			n++
		}
	}
	return n
}

// write turns the cells into text. White space becomes one blank, or one line
// feed where there was one.
func (f *Text) writeChars() {
	var notes flags
	start, pending := 0, -1 // where the chunk began; the cell of white space before it
	for i := range f.chars {
		c := &f.chars[i]
		if c.r == deleted {
			continue
		}
		if c.class == classSpace {
			if pending < 0 || c.r == '\n' && f.chars[pending].r != '\n' {
				pending = i
			}
			continue
		}
		if pending >= 0 {
			f.recordSpans(notes, start)
			if len(f.Bytes) > 0 {
				f.writeChar(char{r: spaceOrNewline(f.chars[pending].r), at: f.chars[pending].at})
			}
			notes, start, pending = 0, len(f.Bytes), -1
		}
		notes |= c.flags
		f.writeChar(*c)
	}
	f.recordSpans(notes, start)
	f.origin = append(f.origin, int32(len(f.source)))
}

func spaceOrNewline(r rune) rune {
	if r == '\n' {
		return '\n'
	}
	return ' '
}

func (f *Text) writeChar(c char) {
	if c.r < utf8.RuneSelf {
		f.Bytes = append(f.Bytes, byte(c.r))
		f.origin = append(f.origin, c.at)
		return
	}
	n := len(f.Bytes)
	f.Bytes = utf8.AppendRune(f.Bytes, c.r)
	for range len(f.Bytes) - n {
		f.origin = append(f.origin, c.at)
	}
}

// record counts the tricks of the chunk that began at start.
func (f *Text) recordSpans(notes flags, start int) {
	if notes&flagLink != 0 {
		f.Links = append(f.Links, int32(start))
	}
	if notes &= obfuscationFlags; notes == 0 {
		return
	}
	for t := range numObfuscations {
		if notes&flagOf(t) == 0 {
			continue
		}
		f.Evidence[t]++
		if len(f.Spans) < maxSpans {
			f.Spans = append(f.Spans, Span{t, int32(start), int32(len(f.Bytes))})
		}
	}
}

// Origin turns a range of bytes of Text into the range of the original that it
// came from, in Unicode code points; a broken byte counts as one.
func (f *Text) Origin(start, end int) (int, int) {
	if len(f.origin) == 0 {
		return 0, 0
	}
	start = min(max(start, 0), len(f.Bytes))
	end = min(max(end, start), len(f.Bytes))
	from := int(f.origin[start])
	to := from
	if end > start {
		// Several bytes may come from one character.
		for last := f.origin[end-1]; end < len(f.Bytes) && f.origin[end] <= last; {
			end++
		}
		to = int(f.origin[end])
	}
	if f.ascii {
		return from, to
	}
	first := utf8.RuneCountInString(f.source[:from])
	return first, first + utf8.RuneCountInString(f.source[from:to])
}
