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
type Folded struct {
	Text     []byte // valid UTF-8
	Evidence Evidence
	Spots    []Spot // the first maxSpots places, in order

	source string
	origin []int32 // for each byte of Text, and for its end: byte offset in source
	cells  []cell
	links  []int32 // where in Text the chunks begin that hold a link
	ascii  bool    // so is the source

	// What read saw, for those who decide.
	latin, hardLatin int  // Latin letters, and those of them that have no Cyrillic twin
	hard             int  // letters of alphabets with lookalikes that do not look Latin themselves
	han              int  // East Asian letters
	capitals         int  // letters that were upper case
	leets            int  // words that were leet
	gap              gap  // invisible characters since the last cell
	flags            bool // regional indicators are among the cells
	noComment        bool // no "-->" is left
}

const maxSpots = 64

// cell is one character on its way from the source to the text.
type cell struct {
	r     rune // gone when nothing is to be written
	at    int32
	note  note
	class class
}

const gone rune = -1

// note is what is remembered of a cell: a bit for each Trick that was undone
// there, and above them hints that become tricks in company only.
type note uint16

const (
	upper   note = 1 << (tricks + iota)
	marked       // bore a mark that does not compose with it
	styled       // was a letter of another style
	wide         // was fullwidth
	address      // begins a chunk that holds a link
)

const certain = note(1)<<tricks - 1

func trick(t Trick) note { return 1 << t }

// Reset forgets the text, and buffers of an unusual size with it.
func (f *Folded) Reset() {
	const usual = 1 << 16
	if cap(f.cells) > usual || cap(f.Text) > usual {
		*f = Folded{}
		return
	}
	*f = Folded{Text: f.Text[:0], Spots: f.Spots[:0], origin: f.origin[:0], cells: f.cells[:0], links: f.links[:0]}
}

// Fold takes the disguise off s. It accepts any bytes.
func (f *Folded) Fold(s string) {
	f.Reset()
	f.source = s
	if !f.foldOrdinary(s) {
		f.foldAny(s)
	}
}

func (f *Folded) foldAny(s string) {
	f.read(s, 0)
	if f.flags {
		f.unflag()
	}
	f.relink()
	f.gather()
	f.eachChunk(f.chunk)
	if f.leets > 1 {
		f.compact()
		f.eachChunk(f.again)
	}
	f.write()
}

// eachChunk calls do for each run of cells without white space.
func (f *Folded) eachChunk(do func([]cell)) {
	for i := 0; i < len(f.cells); i++ {
		if f.cells[i].class == space {
			continue
		}
		start := i
		for i < len(f.cells) && f.cells[i].class != space {
			i++
		}
		do(f.cells[start:i])
	}
}

// compact drops the cells that are gone.
func (f *Folded) compact() { f.cells = f.cells[:compact(f.cells)] }

func compact(cells []cell) int {
	n := 0
	for _, c := range cells {
		if c.r != gone {
			cells[n] = c
			n++
		}
	}
	return n
}

// write turns the cells into text. White space becomes one blank, or one line
// feed where there was one.
func (f *Folded) write() {
	var notes note
	start, pending := 0, -1 // where the chunk began; the cell of white space before it
	for i := range f.cells {
		c := &f.cells[i]
		if c.r == gone {
			continue
		}
		if c.class == space {
			if pending < 0 || c.r == '\n' && f.cells[pending].r != '\n' {
				pending = i
			}
			continue
		}
		if pending >= 0 {
			f.record(notes, start)
			if len(f.Text) > 0 {
				f.encode(cell{r: blank(f.cells[pending].r), at: f.cells[pending].at})
			}
			notes, start, pending = 0, len(f.Text), -1
		}
		notes |= c.note
		f.encode(*c)
	}
	f.record(notes, start)
	f.origin = append(f.origin, int32(len(f.source)))
}

func blank(r rune) rune {
	if r == '\n' {
		return '\n'
	}
	return ' '
}

func (f *Folded) encode(c cell) {
	if c.r < utf8.RuneSelf {
		f.Text = append(f.Text, byte(c.r))
		f.origin = append(f.origin, c.at)
		return
	}
	n := len(f.Text)
	f.Text = utf8.AppendRune(f.Text, c.r)
	for range len(f.Text) - n {
		f.origin = append(f.origin, c.at)
	}
}

// record counts the tricks of the chunk that began at start.
func (f *Folded) record(notes note, start int) {
	if notes&address != 0 {
		f.links = append(f.links, int32(start))
	}
	if notes &= certain; notes == 0 {
		return
	}
	for t := range tricks {
		if notes&trick(t) == 0 {
			continue
		}
		f.Evidence[t]++
		if len(f.Spots) < maxSpots {
			f.Spots = append(f.Spots, Spot{t, int32(start), int32(len(f.Text))})
		}
	}
}

// Origin turns a range of bytes of Text into the range of the original that it
// came from, in Unicode code points; a broken byte counts as one.
func (f *Folded) Origin(start, end int) (int, int) {
	if len(f.origin) == 0 {
		return 0, 0
	}
	start = min(max(start, 0), len(f.Text))
	end = min(max(end, start), len(f.Text))
	from := int(f.origin[start])
	to := from
	if end > start {
		// Several bytes may come from one character.
		for last := f.origin[end-1]; end < len(f.Text) && f.origin[end] <= last; {
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
