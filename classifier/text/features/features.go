// Package features cuts a normalized comment into tokens, the features that a
// model learns: words and their neighbours (words.go, ngrams.go), links,
// references, numbers and emoji, what the comment asks of its readers
// (intent.go, with the phrases of package lexicon), its shape, and what is known
// of its author and article.
//
// It does not depend on classes, weights or storage: it imports only normalize,
// charclass and lexicon of this module. Given the same text it gives the same
// tokens on every machine and in every release with the same Scheme.
package features

// Scheme is the version of the tokens. It is raised whenever a text may give other
// tokens than before, because of normalization, the lexicon or this package; a
// model of another scheme is refused.
const Scheme = 2

// Doc is a comment to be scanned. Only Text is required.
type Doc struct {
	Text         string
	Author       string
	AuthorEmail  string
	AuthorURL    string
	ArticleURL   string
	ArticleTitle string
	// Trusts reports whether links to a host, in lower case, are no evidence of
	// spam on the comment's site. Nil: none are trusted.
	Trusts func(host string) bool
}

func (d *Doc) trusts(host string) bool { return d.Trusts != nil && d.Trusts(host) }

// Kind is the kind of a token. Its name is the first part of the token's name, and
// so of models and of the API.
type Kind uint8

const (
	Word       Kind = iota + 1 // a word
	Pair                       // two adjacent words
	Chars                      // some adjacent characters of a word
	Link                       // a part of a link
	Number                     // the shape of a number, a phone number, an amount
	Reference                  // an e-mail address, a mention, a hashtag
	Emoji                      // an emoji
	Obfuscated                 // an obfuscation that was undone
	Shape                      // length, capitals, punctuation and the like of the whole text
	Author                     // a part of the author's name, e-mail address or home page
	Article                    // what the comment shares with the article
	Intent                     // what it asks of its readers, or offers them
	Address                    // what it does to a person or a group
	NumKinds                   // one more than the last kind
)

var kindNames = [NumKinds]string{
	Word: "word", Pair: "pair", Chars: "chars", Link: "link", Number: "number", Reference: "mark",
	Emoji: "emoji", Obfuscated: "fold", Shape: "shape", Author: "author", Intent: "call", Article: "article", Address: "address",
}

func (k Kind) String() string { return kindNames[k] }

// Token is a binary feature: it is in a comment or not. Start and End are its place
// in the normalized text, in bytes; both are -1 for a property of the whole
// comment. The Chars of a word have the place of the word and come after it.
type Token struct {
	Kind       Kind
	Hash       uint64
	Start, End int32

	from, to int32 // its name in Scanner.buffer
}
