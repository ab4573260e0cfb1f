// Package text turns a comment into what the filter learns from: it takes the
// disguise off (Folded) and cuts what is left into tokens (Scanner).
//
// It knows nothing of classes, weights or storage. Given the same text it
// gives the same tokens on every machine and in every release that shares
// Scheme; a model remembers the Scheme that it was trained with.
package text

// Scheme is the version of the folding and of the tokens. It grows whenever a
// text may give other tokens than before: models of another scheme are void.
const Scheme = 1

// Doc is a comment as the scanner sees it. Only Text is required.
type Doc struct {
	Text         string
	Author       string
	AuthorEmail  string
	AuthorURL    string
	ArticleURL   string
	ArticleTitle string
}

// Trick is one kind of disguise.
type Obfuscation uint8

const (
	Hidden     Obfuscation = iota // characters that nobody sees, or mark-up, inside a word
	Confusable              // letters of another alphabet that look alike
	Combining               // marks piled on letters
	Styled                  // mathematical, circled, squared, fullwidth letters
	Leet                    // digits and signs for letters: v1agra, c@sh
	Spaced                  // letters set apart: v i a g r a
	Inserted                // signs or emoji put into words: vi*agra
	Masked                  // letters starred out: f*ck
	Repeated                // letters drawn out: freeee
	Link                    // a link written so that it is not one: example[.]com
	numObfuscations
)

var obfuscationNames = [numObfuscations]string{
	"hidden", "confusable", "combining", "styled", "leet", "spaced", "inserted", "masked", "repeated", "link",
}

func (t Obfuscation) String() string { return obfuscationNames[t] }

// Evidence counts the places where folding had to undo each Trick.
type Evidence [numObfuscations]int

// Total counts the places of every trick but Repeated, which is emphasis more
// often than evasion.
func (e Evidence) Total() int {
	n := 0
	for t, c := range e {
		if Obfuscation(t) != Repeated {
			n += c
		}
	}
	return n
}

// Spot is one such place: the range of bytes in the folded text.
type Span struct {
	Kind      Obfuscation
	Start, End int32
}

// Kind says what a token tells of a comment.
type Kind uint8

const (
	Word    Kind = iota + 1 // one word
	Pair                    // two neighbouring words
	Chars                   // some neighbouring characters of a word
	LinkPart                 // part of a link
	Number                  // shape of a number, a phone number, an amount
	Reference                    // e-mail address, mention, hashtag
	Emoji                   // one emoji
	Obfuscated                    // a trick that folding undid
	Shape                   // length, capitals, punctuation and the like
	AuthorField                  // author's name, e-mail, home page
	Article                 // what the comment shares with the article
	Intent                    // what it asks of its readers, or offers them
	numKinds
)

var kindNames = [numKinds]string{
	Word: "word", Pair: "pair", Chars: "chars", LinkPart: "link", Number: "number", Reference: "mark",
	Emoji: "emoji", Obfuscated: "fold", Shape: "shape", AuthorField: "author", Intent: "call", Article: "article",
}

func (k Kind) String() string { return kindNames[k] }

// Token is one thing that a model can learn. Start and End are its place in
// the folded text, in bytes; both are -1 when it speaks of the whole comment.
// A piece of a word has the place of the word, and comes after it.
type Token struct {
	Kind       Kind
	Hash       uint64
	Start, End int32

	from, to int32 // its letters in Scanner.letters
}

// Hash returns the hash of a token that is not made of words, by its kind and
// what follows the kind in its name.
func Hash(k Kind, name string) uint64 { return hashName(k, []byte(name)) }
