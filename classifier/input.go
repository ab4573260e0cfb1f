package classifier

import (
	"winnow/classifier/text"
	"winnow/models"
)

// Input is what a verdict is given on. Only Text is required.
type Input struct {
	Text, Author, AuthorEmail, AuthorURL string
	ArticleURL, ArticleTitle             string
}

// FromComment takes from a comment what the filter may look at.
func FromComment(c models.Comment) Input {
	return Input{
		Text: c.Body, Author: c.Author.Name, AuthorEmail: c.Author.Email, AuthorURL: c.Author.URL,
		ArticleURL: c.Article.URL, ArticleTitle: c.Article.Title,
	}
}

// FromLabel takes the same from a label row.
func FromLabel(l models.Label) Input {
	return Input{Text: l.Text, Author: l.Author, AuthorEmail: l.AuthorEmail, AuthorURL: l.AuthorURL, ArticleURL: l.URL}
}

// block is a group of tokens whose weights are added up and then divided by
// the root of their number, so that a long text is no surer than its share.
type block uint8

const (
	wordBlock   block = iota // words, pairs, links, numbers
	charBlock                // pieces of words
	shapeBlock               // what is said by form, evidence, author
	intentBlock              // what the comment wants of its readers
	blocks
)

func blockOf(k text.Kind) block {
	switch k {
	case text.Chars:
		return charBlock
	case text.Fold, text.Shape, text.Writer, text.Article:
		return shapeBlock
	case text.Call:
		return intentBlock
	}
	return wordBlock
}

func tokenize(s *text.Scanner, in Input) []text.Token {
	return s.Scan(text.Doc{
		Text: in.Text, Author: in.Author, AuthorEmail: in.AuthorEmail, AuthorURL: in.AuthorURL,
		ArticleURL: in.ArticleURL, ArticleTitle: in.ArticleTitle,
	})
}
