package normalize

// Obfuscation is one way to hide words from a filter. The names are part of
// token names, and so of models and of the API.
type Obfuscation uint8

const (
	Hidden     Obfuscation = iota // invisible characters, or mark-up, inside a word
	Confusable                    // letters of another script that look alike
	Combining                     // combining marks on most letters
	Styled                        // mathematical, circled, squared, fullwidth letters
	Leet                          // digits and signs for letters: v1agra, c@sh
	Spaced                        // letters separated: v i a g r a
	Inserted                      // signs or emoji put into words: vi*agra
	Masked                        // letters replaced by a star: f*ck
	Repeated                      // letters repeated: freeee
	Link                          // a link that is not written as one: example[.]com
	numObfuscations
)

var obfuscationNames = [numObfuscations]string{
	"hidden", "confusable", "combining", "styled", "leet", "spaced", "inserted", "masked", "repeated", "link",
}

func (o Obfuscation) String() string { return obfuscationNames[o] }

// Evidence counts the chunks in which each Obfuscation was undone.
type Evidence [numObfuscations]int

// Total counts all but Repeated, which is more often emphasis than evasion.
func (e Evidence) Total() int {
	total := 0
	for o, n := range e {
		if Obfuscation(o) != Repeated {
			total += n
		}
	}
	return total
}

// Span is a range of bytes of the normalized text in which an obfuscation was
// undone.
type Span struct {
	Kind       Obfuscation
	Start, End int32
}
