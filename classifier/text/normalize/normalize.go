// Package normalize writes a text in one form, whatever its author did to hide
// it from a filter, and says what was undone and where.
//
// It is the character filter before package features cuts the text into
// tokens: characters are decoded (decode.go and the files of its steps), each
// run of them without white space is normalized (chunk.go), and the result is
// written with the place in the source that each byte came from (write.go).
// Ordinary text, which is most of it, takes a shorter way with the same result
// (fastpath.go).
//
// It does not depend on tokens, models or storage: it imports only charclass and
// lexicon of this module. A change of what it returns is a change of
// features.Scheme.
package normalize

import "unicode/utf8"

// Text is a normalized text. The zero value is ready; one value may normalize
// many texts, one after the other, and keeps its buffers.
//
// Normalization converts to lower case, resolves HTML, compatibility letters
// (Unicode NFKC) and invisible characters, collapses white space, and undoes
// each Obfuscation. Letters with their usual accents and every living script
// stay as they are. The work is linear in the length of the text.
type Text struct {
	Bytes    []byte // valid UTF-8
	Evidence Evidence
	Spans    []Span  // the first maxSpans, in order
	Links    []int32 // where in Bytes the chunks begin that hold a link
	Capitals int     // letters that were upper case

	source string
	origin []int32 // for each byte of Bytes, and for the end: byte offset in source
	ascii  bool    // whether source is
	chars  []char

	// Collected by decode and used by the later steps.
	latinLetters int          // Latin letters
	latinOnly    int          // Latin letters without a Cyrillic look-alike
	nonLatinOnly int          // LatinLike letters that do not look Latin themselves
	eastAsian    int          // East Asian letters
	leetWords    int          // words decoded as leet
	invisible    invisibleRun // since the last character
	hasRegional  bool         // regional indicators are among the characters
	noCommentEnd bool         // there is no further "-->" in the source
}

// Reset forgets the text, and buffers of an unusual size.
func (t *Text) Reset() {
	const usual = 1 << 16
	if cap(t.chars) > usual || cap(t.Bytes) > usual {
		*t = Text{}
		return
	}
	*t = Text{Bytes: t.Bytes[:0], Spans: t.Spans[:0], origin: t.origin[:0], chars: t.chars[:0], Links: t.Links[:0]}
}

// Normalize replaces t by the normalized form of s. It accepts any bytes.
func (t *Text) Normalize(s string) {
	t.Reset()
	t.source = s
	if !t.normalizeFast(s) {
		t.normalizeFully(s)
	}
}

func (t *Text) normalizeFully(s string) {
	t.decode(s, 0)
	if t.hasRegional {
		t.resolveRegionalIndicators()
	}
	t.restoreLinks()
	t.joinSpacedLetters()
	t.eachChunk(t.normalizeChunk)
	if t.leetWords > 1 {
		t.compactChars()
		t.eachChunk(t.decodeLikelyLeet)
	}
	t.writeChars()
}

// Origin turns a range of bytes of t.Bytes into the range of the source that it
// came from, in Unicode code points; an invalid byte counts as one.
func (t *Text) Origin(start, end int) (int, int) {
	if len(t.origin) == 0 {
		return 0, 0
	}
	start = min(max(start, 0), len(t.Bytes))
	end = min(max(end, start), len(t.Bytes))
	from := int(t.origin[start])
	to := from
	if end > start {
		// Several bytes may come from one character.
		for last := t.origin[end-1]; end < len(t.Bytes) && t.origin[end] <= last; {
			end++
		}
		to = int(t.origin[end])
	}
	if t.ascii {
		return from, to
	}
	first := utf8.RuneCountInString(t.source[:from])
	return first, first + utf8.RuneCountInString(t.source[from:to])
}

// Written returns the part of the source that t.Bytes[start:end] came from.
func (t *Text) Written(start, end int) string {
	if start < 0 || end >= len(t.origin) || start > end {
		return ""
	}
	return t.source[t.origin[start]:t.origin[end]]
}
