package models

import (
	"cmp"
	"slices"
	"strings"
)

// Redaction takes parts out of the text of a comment that the public shall not read.
type Redaction struct {
	Version int64    // of the comment whose text the spans are of
	Spans   [][2]int // as in Signal
	Mark    string   // what the public reads in their place
}

const maxRedacted = 100 // spans of one redaction

// Apply returns a text with the mark in place of each span. Spans that overlap, or follow
// each other, become one.
func (r Redaction) Apply(text string) (string, error) {
	characters, spans := []rune(text), slices.Clone(r.Spans)
	slices.SortFunc(spans, func(a, b [2]int) int { return cmp.Compare(a[0], b[0]) })
	var bad Invalid
	if len(spans) == 0 || len(spans) > maxRedacted {
		bad.Add("at", "must have 1 to %d spans, has %d", maxRedacted, len(spans))
	}
	for _, s := range spans {
		if s[0] < 0 || s[0] >= s[1] || s[1] > len(characters) {
			bad.Add("at", "must be [start, end) within the %d characters of the text", len(characters))
			break
		}
	}
	if err := bad.Err(); err != nil {
		return "", err
	}
	var b strings.Builder
	end := 0 // of the last span
	for i, s := range spans {
		if i == 0 || s[0] > end {
			b.WriteString(string(characters[end:s[0]]) + r.Mark)
		}
		end = max(end, s[1])
	}
	return b.String() + string(characters[end:]), nil
}
