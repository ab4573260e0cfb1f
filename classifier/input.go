package classifier

import (
	"math"

	"winnow/classifier/text/features"
	"winnow/models"
)

// Input is the part of a comment that is scored. Only Text is required.
type Input struct {
	Text, Author, AuthorEmail, AuthorURL string
	ArticleURL, ArticleTitle             string
	// Trusts reports whether links to a host, in lower case, are no evidence of
	// spam on the comment's site. Nil: none are trusted.
	Trusts func(host string) bool `json:"-"`
}

// FromComment returns the input for a comment.
func FromComment(c models.Comment) Input {
	return Input{
		Text: c.Body, Author: c.Author.Name, AuthorEmail: c.Author.Email, AuthorURL: c.Author.URL,
		ArticleURL: c.Article.URL, ArticleTitle: c.Article.Title,
	}
}

// FromLabel returns the input for a label.
func FromLabel(l models.Label) Input {
	return Input{Text: l.Text, Author: l.Author, AuthorEmail: l.AuthorEmail, AuthorURL: l.AuthorURL, ArticleURL: l.URL}
}

// block is a group of token kinds. The sum of its weights is divided by the root
// of the number of its tokens, so that the length of a text alone gives no
// certainty.
type block uint8

const (
	wordBlock   block = iota // words, pairs, links, numbers
	charBlock                // parts of words
	shapeBlock               // length, capitals, disguises, author, article
	intentBlock              // what the comment asks of its readers or offers them
	blocks
)

// leastTokens is the number of tokens of a block from which their sum counts in full: a
// word or two are not certain evidence.
var leastTokens = [blocks]int{wordBlock: 3, charBlock: 12, shapeBlock: 1, intentBlock: 1}

// blockRoot returns what the sum of n weights of a block is divided by.
func blockRoot(b block, n int) float64 { return math.Sqrt(float64(max(n, leastTokens[b]))) }

func blockOf(k features.Kind) block {
	switch k {
	case features.Chars:
		return charBlock
	case features.Obfuscated, features.Shape, features.Author, features.Article:
		return shapeBlock
	case features.Intent:
		return intentBlock
	}
	return wordBlock
}

func tokenize(s *features.Scanner, in Input) []features.Token {
	return s.Scan(features.Doc(in))
}
