// Package searchterms makes the terms by which comments are found: those of a comment for
// the index, and those of a query. Both databases get the same terms, so both find the same.
//
// A word is a term in the form in which word lists are compared with texts (package rules):
// what its author did to hide it from a filter is undone. It is also a term as it was
// written, where that differs. East Asian texts, and others in a script without spaces
// between words, are cut into pairs of neighbouring characters (bigrams).
//
// It knows nothing of storage or HTTP.
package searchterms

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"winnow/classifier/rules"
	"winnow/classifier/text/charclass"
	"winnow/classifier/text/normalize"
	"winnow/models"
)

const (
	maxTerms  = 5_000 // of a comment
	maxLength = 40    // characters of a term; the rest of a longer word is not compared
)

// OfComment returns the terms of a comment: of its text, of its author's name and of its
// article's title; sorted, none twice.
func OfComment(c models.Comment) []string {
	var terms []string
	var t normalize.Text
	for _, text := range []string{c.Body, c.Author.Name, c.Article.Title} {
		undone, written := normalized(&t, text), plain(text)
		terms = appendTerms(terms, undone)
		if !bytes.Equal(undone, written) {
			terms = appendTerms(terms, written)
		}
	}
	slices.Sort(terms)
	terms = slices.Compact(terms)
	return terms[:min(len(terms), maxTerms)]
}

func normalized(t *normalize.Text, text string) []byte {
	t.Normalize(text)
	return t.Bytes
}

// plain returns a text in lower case and with compatibility letters resolved, but with all
// that was done to hide it.
func plain(text string) []byte {
	return norm.NFKC.Bytes(bytes.ToLower(norm.NFKC.Bytes([]byte(text))))
}

func appendTerms(terms []string, text []byte) []string {
	w := writer{terms: terms}
	rules.EachWord(text, func(word []byte, isCharacter bool) { w.word(word, isCharacter) })
	w.endRun()
	return w.terms
}

// writer collects the terms of one text.
type writer struct {
	terms []string
	last  string // character of a script that is cut into pairs; "": none before
}

func (w *writer) word(word []byte, isCharacter bool) {
	switch {
	case isCharacter:
		w.character(string(word))
	case hasSyllables(word):
		for _, r := range string(word) {
			w.character(string(r))
		}
	default:
		w.endRun()
		w.add(string(word))
	}
}

// character adds the pair that a character makes with the one before. Signs between them do
// not count, because they may have been inserted.
func (w *writer) character(c string) {
	if w.last != "" {
		w.add(w.last + c)
	}
	w.last = c
}

// endRun adds the last character of a run alone, so that a single character is found as
// the beginning of a term wherever it stands.
func (w *writer) endRun() {
	if w.last != "" {
		w.add(w.last)
	}
	w.last = ""
}

func (w *writer) add(term string) {
	if term = clean(term); term != "" {
		w.terms = append(w.terms, term)
	}
}

// hasSyllables reports whether a word is Korean: its endings are written to it, so that
// words alone would rarely be found.
func hasSyllables(word []byte) bool {
	return bytes.ContainsFunc(word, func(r rune) bool { return charclass.SegmentationOf(r) == charclass.HangulSyllables })
}

// clean cuts a term to its length, and leaves nothing in it that an index could take for a
// separator.
func clean(term string) string {
	if !utf8.ValidString(term) || strings.ContainsFunc(term, notOfTerm) {
		term = strings.Map(func(r rune) rune {
			if r == utf8.RuneError || notOfTerm(r) {
				return -1
			}
			return r
		}, term)
	}
	n := 0
	for i := range term {
		if n == maxLength {
			return term[:i]
		}
		n++
	}
	return term
}

func notOfTerm(r rune) bool {
	if r < utf8.RuneSelf {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9')
	}
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
}
