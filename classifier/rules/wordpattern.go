package rules

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"winnow/classifier/text/normalize"
)

// pattern is one entry of a list, as it is compared with texts.
type pattern struct {
	parts     []part
	withSigns bool // its signs count, and what stands between them
	wild      bool // has a star elsewhere than at its end: see anchor
	anchor    int  // the part that the automaton finds; the others are compared then
}

// part is a segment of an entry: its folded text between the stars. A single piece
// has no star.
type part struct {
	kind   segmentKind
	pieces []string
	gap    bool // white space or punctuation stands before it
}

// Markers in what the automaton reads. No segment of a normalized text has them.
const (
	gapMarker = 0x01
	signStart = 0x02
	signLast  = 0x03
)

// parsePattern returns the pattern of an entry. It has no parts when nothing in the
// entry can match.
func parsePattern(t *normalize.Text, entry string) pattern {
	p := pattern{parts: parseParts(t, entry)}
	longest := 0
	for i, part := range p.parts {
		p.withSigns = p.withSigns || part.kind == sign
		last := len(part.pieces) - 1
		for j, piece := range part.pieces {
			p.wild = p.wild || j < last && !(i == len(p.parts)-1 && j == 0 && last == 1 && part.pieces[1] == "")
			if part.kind == word && len(piece) > longest {
				longest, p.anchor = len(piece), i
			}
		}
	}
	return p
}

// parseParts normalizes an entry and cuts it into parts. A star joins the words
// beside it.
func parseParts(t *normalize.Text, entry string) []part {
	if !strings.Contains(entry, "*") {
		return literalParts(t, entry)
	}
	var parts []part
	for _, field := range strings.Fields(entry) {
		var chunk []part
		for i, literal := range strings.Split(field, "*") {
			next := literalParts(t, literal)
			if i > 0 {
				chunk, next = joinAtStar(chunk, next)
			}
			chunk = append(chunk, next...)
		}
		if len(chunk) > 0 {
			chunk[0].gap = len(parts) > 0
		}
		parts = append(parts, chunk...)
	}
	return parts
}

// joinAtStar puts a star between two rows of parts: into the word that they make
// together, or at the end or the start of the one word beside it.
func joinAtStar(before, after []part) (joined, rest []part) {
	open := len(before) > 0 && before[len(before)-1].kind == word
	switch {
	case open && len(after) > 0 && after[0].kind == word:
		before[len(before)-1].pieces = append(before[len(before)-1].pieces, after[0].pieces...)
		return before, after[1:]
	case open:
		before[len(before)-1].pieces = append(before[len(before)-1].pieces, "")
	case len(after) > 0 && after[0].kind == word:
		after[0].pieces = append([]string{""}, after[0].pieces...)
	}
	return before, after
}

// literalParts normalizes a text without stars and cuts it into parts.
func literalParts(t *normalize.Text, literal string) []part {
	t.Normalize(literal)
	var parts []part
	eachSegment(t.Bytes, func(s segment, gap bool) {
		parts = append(parts, part{s.kind, []string{string(appendFolded(nil, t.Bytes[s.start:s.end]))}, gap && len(parts) > 0})
	})
	return parts
}

// eachSegment calls f for the segments of t, signs included, and says whether there is
// a gap before them: white space, or punctuation that divides words without being
// written for its own sake.
func eachSegment(t []byte, f func(s segment, gap bool)) {
	gap := false
	for i := 0; ; {
		s, spaced := nextWithSigns(t, i)
		if s.end == s.start {
			return
		}
		gap = gap || spaced
		i = s.end
		if s.kind == sign && (isDivider(t, s) || len(appendFolded(nil, t[s.start:s.end])) == 0) {
			gap = true
			continue
		}
		f(s, gap)
		gap = false
	}
}

// isDivider reports whether a sign only divides words: brackets, quotes, hyphens,
// commas and the like, and a dot that no word follows directly, or that stands
// between two words.
func isDivider(t []byte, s segment) bool {
	r, size := utf8.DecodeRune(t[s.start:s.end])
	if r == '.' {
		next, _ := utf8.DecodeRune(t[s.end:])
		return !isWord(next)
	}
	return s.start+size == s.end && (strings.ContainsRune(`,;:'"’/&_*·`, r) ||
		unicode.In(r, unicode.Ps, unicode.Pe, unicode.Pi, unicode.Pf, unicode.Pd))
}

// encoded returns the pattern as the automaton reads it: of a wild one only the
// longest piece of its anchor.
func (p pattern) encoded() string {
	var b []byte
	if p.wild {
		pieces := p.parts[p.anchor].pieces
		longest := 0
		for i, piece := range pieces {
			if len(piece) > len(pieces[longest]) {
				longest = i
			}
		}
		if longest == 0 {
			b = append(b, ' ')
		}
		b = append(b, pieces[longest]...)
		if longest == len(pieces)-1 {
			b = append(b, ' ')
		}
		return string(b)
	}
	for _, part := range p.parts {
		b = appendEncoded(b, part.kind, []byte(part.pieces[0]), p.withSigns && part.gap)
		if len(part.pieces) > 1 { // a star at the end
			b = b[:len(b)-1]
		}
	}
	return string(b)
}

// appendEncoded appends a folded segment as the automaton reads it. A word stands
// between spaces, so that only whole words match.
func appendEncoded(b []byte, kind segmentKind, folded []byte, gap bool) []byte {
	if gap {
		b = append(b, gapMarker)
	}
	switch kind {
	case word:
		b = append(b, ' ')
		b = append(b, folded...)
		return append(b, ' ')
	case sign:
		b = append(b, signStart)
		b = append(b, folded...)
		return append(b, signLast)
	}
	return append(b, folded...)
}

// matches reports whether a folded segment is a part.
func (p part) matches(kind segmentKind, folded []byte) bool {
	if kind != p.kind {
		return false
	}
	last := len(p.pieces) - 1
	if last == 0 {
		return string(folded) == p.pieces[0]
	}
	if !bytes.HasPrefix(folded, []byte(p.pieces[0])) {
		return false
	}
	rest := folded[len(p.pieces[0]):]
	for _, piece := range p.pieces[1:last] {
		i := bytes.Index(rest, []byte(piece))
		if i < 0 {
			return false
		}
		rest = rest[i+len(piece):]
	}
	return bytes.HasSuffix(rest, []byte(p.pieces[last]))
}
