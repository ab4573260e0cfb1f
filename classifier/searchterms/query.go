package searchterms

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"winnow/classifier/text/charclass"
	"winnow/classifier/text/normalize"
	"winnow/models"
)

const (
	maxQueryTerms = 16
	minPrefix     = 2 // characters before a star
)

// ParseQuery returns the terms of a query: alternatives, of each of which a comment must
// have all terms. All words must occur, in any order; one with a star at its end stands for
// the words that begin with it. A query without a word is an error of the field q; the empty
// one selects everything and has no alternatives.
//
// There are two alternatives when the words as they were written differ from those with
// what hides them undone.
func ParseQuery(q string) ([][]models.SearchTerm, error) {
	var bad models.Invalid
	var rest, prefixes []string
	for _, field := range strings.Fields(q) {
		word := strings.TrimRight(field, "*")
		switch {
		case word == field:
			rest = append(rest, field)
		case utf8.RuneCountInString(word) < minPrefix && !isCharacter(word):
			bad.Add("q", "must have at least %d characters before a *", minPrefix)
		default:
			prefixes = append(prefixes, word)
		}
	}
	if err := bad.Err(); err != nil || q == "" {
		return nil, err
	}
	var t normalize.Text
	var alternatives [][]models.SearchTerm
	for _, form := range []func(string) []byte{func(s string) []byte { return normalized(&t, s) }, plain} {
		terms := termsOf(form, strings.Join(rest, " "), prefixes)
		if len(terms) > 0 && !slices.ContainsFunc(alternatives, func(a []models.SearchTerm) bool { return slices.Equal(a, terms) }) {
			alternatives = append(alternatives, terms)
		}
		if len(terms) > maxQueryTerms {
			bad.Add("q", "must have at most %d words, or pairs of characters, has %d", maxQueryTerms, len(terms))
			break
		}
	}
	if len(alternatives) == 0 {
		bad.Add("q", "must have a word or a number")
	}
	return alternatives, bad.Err()
}

// termsOf returns the terms of words that must occur and of beginnings of words.
func termsOf(form func(string) []byte, rest string, prefixes []string) []models.SearchTerm {
	var terms []models.SearchTerm
	for _, word := range bytes.Fields(form(rest)) { // a space ends a run of characters here
		terms = append(terms, queryTerms(word)...)
	}
	for _, prefix := range prefixes {
		of := queryTerms(form(prefix))
		if n := len(of); n > 0 {
			of[n-1].Prefix = true
		}
		terms = append(terms, of...)
	}
	slices.SortFunc(terms, func(a, b models.SearchTerm) int {
		if a.Text == b.Text && a.Prefix != b.Prefix {
			if a.Prefix {
				return 1
			}
			return -1
		}
		return strings.Compare(a.Text, b.Text)
	})
	return slices.Compact(terms)
}

// queryTerms is appendTerms for a query: of a run of characters it has the pairs alone, and
// of a single character every term that begins with it.
func queryTerms(text []byte) []models.SearchTerm {
	var terms []models.SearchTerm
	for _, term := range appendTerms(nil, text) {
		last := len(terms) - 1
		switch {
		case !isCharacter(term):
			terms = append(terms, models.SearchTerm{Text: term})
		case last < 0 || !isPair(terms[last].Text) || !strings.HasSuffix(terms[last].Text, term):
			terms = append(terms, models.SearchTerm{Text: term, Prefix: true})
		}
	}
	return terms
}

// isCharacter reports whether a term is one character, with its marks, of a script that is
// cut into pairs.
func isCharacter(term string) bool { return characters(term) == 1 }

func isPair(term string) bool { return characters(term) == 2 }

// characters counts the characters of a term that was made of those; 0: of a word.
func characters(term string) (n int) {
	for _, r := range term {
		switch {
		case charclass.SegmentationOf(r) != charclass.BySpaces && charclass.Of(r) != charclass.Mark:
			n++
		case charclass.Of(r) != charclass.Mark:
			return 0
		}
	}
	return n
}
