package text

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Folded is a text without its disguise, and where each byte of it came from.
// The zero value is ready; one value may fold many texts and keeps its buffers.
type Folded struct {
	Text     []byte // valid UTF-8, lower case
	Evidence Evidence
	Spots    []Spot // at most maxSpots, in order

	source string
	origin []int32 // for each byte of Text, and its end: byte offset in source
	cells  []cell
}

const maxSpots = 64

// cell is one character between reading and writing.
type cell struct {
	r    rune
	at   int32 // byte offset in the source
	flag uint8
}

// Reset forgets the text, and buffers of an unusual size with it.
func (f *Folded) Reset() {
	const usual = 1 << 16
	if cap(f.cells) > usual {
		*f = Folded{}
		return
	}
	f.Text, f.Spots, f.origin, f.cells = f.Text[:0], f.Spots[:0], f.origin[:0], f.cells[:0]
	f.Evidence, f.source = Evidence{}, ""
}

// Fold takes the disguise off s.
func (f *Folded) Fold(s string) {
	f.Reset()
	f.source = s
	f.read(s)
	f.write()
}

func (f *Folded) put(r rune, at int) {
	f.cells = append(f.cells, cell{r: r, at: int32(at)})
}

func (f *Folded) read(s string) {
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			f.put(rune(c), i)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case unicode.Is(unicode.Cf, r):
		default:
			if d := norm.NFKC.PropertiesString(s[i:]).Decomposition(); d != nil && r > 0x2000 {
				for _, x := range string(d) {
					f.put(unicode.ToLower(x), i)
				}
			} else {
				f.put(unicode.ToLower(r), i)
			}
		}
		i += size
	}
}

func (f *Folded) write() {
	for _, c := range f.cells {
		n := len(f.Text)
		f.Text = utf8.AppendRune(f.Text, c.r)
		for range len(f.Text) - n {
			f.origin = append(f.origin, c.at)
		}
	}
	f.origin = append(f.origin, int32(len(f.source)))
}

// Origin turns a range of bytes of Text into the range of the original, in
// Unicode code points, that it came from.
func (f *Folded) Origin(start, end int) (int, int) {
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
	first := utf8.RuneCountInString(f.source[:from])
	return first, first + utf8.RuneCountInString(f.source[from:to])
}
