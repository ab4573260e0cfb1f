package normalize

import (
	"unicode/utf8"

	"winnow/classifier/text/charclass"
)

// maxSpans bounds the spans of one text; Evidence counts all.
const maxSpans = 64

// writeChars writes the characters into Bytes. White space becomes one space, or
// one line feed where there was one.
func (t *Text) writeChars() {
	var seen flags
	start, pending := 0, -1 // where the chunk began; the white space before it
	for i := range t.chars {
		c := &t.chars[i]
		if c.r == deleted {
			continue
		}
		if c.class == charclass.Space {
			if pending < 0 || c.r == '\n' && t.chars[pending].r != '\n' {
				pending = i
			}
			continue
		}
		if pending >= 0 {
			t.recordSpans(seen, start)
			if len(t.Bytes) > 0 {
				t.writeChar(char{r: spaceOrNewline(t.chars[pending].r), at: t.chars[pending].at})
			}
			seen, start, pending = 0, len(t.Bytes), -1
		}
		seen |= c.flags
		t.writeChar(*c)
	}
	t.recordSpans(seen, start)
	t.origin = append(t.origin, int32(len(t.source)))
}

func spaceOrNewline(r rune) rune {
	if r == '\n' {
		return '\n'
	}
	return ' '
}

func (t *Text) writeChar(c char) {
	if c.r < utf8.RuneSelf {
		t.Bytes = append(t.Bytes, byte(c.r))
		t.origin = append(t.origin, c.at)
		return
	}
	n := len(t.Bytes)
	t.Bytes = utf8.AppendRune(t.Bytes, c.r)
	for range len(t.Bytes) - n {
		t.origin = append(t.origin, c.at)
	}
}

// recordSpans records what was undone in the chunk that began at start and ends
// here.
func (t *Text) recordSpans(seen flags, start int) {
	if seen&flagLink != 0 {
		t.Links = append(t.Links, int32(start))
	}
	if seen &= obfuscationFlags; seen == 0 {
		return
	}
	for o := range numObfuscations {
		if seen&flagOf(o) == 0 {
			continue
		}
		t.Evidence[o]++
		if len(t.Spans) < maxSpans {
			t.Spans = append(t.Spans, Span{o, int32(start), int32(len(t.Bytes))})
		}
	}
}
