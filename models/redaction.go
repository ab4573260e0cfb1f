package models

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Redaction takes parts out of the text of a comment that the public shall not read.
type Redaction struct {
	Version int64    // of the comment whose text the spans are of
	Spans   [][2]int // as in Signal
	Targets [][2]int // of links whose text the spans touch, which go too
	Mark    string   // what the public reads in their place
}

const maxRedacted = 100 // spans of one redaction

// Apply returns a text with the mark in place of each span. Spans that overlap, or follow
// each other, become one.
func (r Redaction) Apply(text string) (string, error) {
	characters, spans := []rune(text), r.sorted()
	var bad Invalid
	if n := len(r.Spans); n == 0 || n > maxRedacted {
		bad.Add("at", "must have 1 to %d spans, has %d", maxRedacted, n)
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

func (r Redaction) sorted() [][2]int {
	spans := slices.Concat(r.Spans, r.Targets)
	slices.SortFunc(spans, func(a, b [2]int) int { return cmp.Compare(a[0], b[0]) })
	return spans
}

// ApplyElsewhere returns another text of the same author, such as one before an edit, with the
// mark wherever it has what the redaction takes out of text, as whole words.
func (r Redaction) ApplyElsewhere(text, other string) string {
	characters := []rune(text)
	for _, s := range r.sorted() {
		if part := strings.TrimSpace(string(characters[s[0]:s[1]])); part != "" {
			other = replaceWhole(other, part, r.Mark)
		}
	}
	return other
}

// replaceWhole replaces a part of a text where no letter or digit stands next to it.
func replaceWhole(text, part, by string) string {
	var b strings.Builder
	end := 0
	for from := 0; ; {
		at := strings.Index(text[from:], part)
		if at < 0 {
			return b.String() + text[end:]
		}
		start := from + at
		from = start + len(part)
		before, _ := utf8.DecodeLastRuneInString(text[:start])
		after, _ := utf8.DecodeRuneInString(text[from:])
		if !isWordRune(before) && !isWordRune(after) {
			b.WriteString(text[end:start] + by)
			end = from
		}
	}
}

func isWordRune(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r))
}
