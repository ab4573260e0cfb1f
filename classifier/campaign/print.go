package campaign

import (
	"slices"
	"strings"
	"unicode"

	"winnow/classifier/text/features"
	"winnow/classifier/text/normalize"
	"winnow/models"
)

// maxSlogan is how many words a slogan has, which many readers write without being
// a campaign.
const maxSlogan = 9

// Print is what a comment is compared with others by.
type Print struct {
	Sketch    models.Sketch
	HasSketch bool // the text is long enough
	Words     models.WordSet
	Contacts  []Contact
	// Domains are those that the links lead to, except hosts that are known. It is nil
	// when a link leads to a page of a platform, which says nothing of the others there.
	Domains []string
	// Slogan: the text is short, and has no link, account, number or code.
	Slogan bool
}

// Empty reports whether there is nothing to compare.
func (p Print) Empty() bool { return !p.HasSketch && len(p.Contacts) == 0 }

// PrintOf returns the print of a comment with this normalized text. known says of
// which hosts a link is nobody's advertisement, such as those of the site itself.
// A text without contacts costs no allocation.
func PrintOf(body *normalize.Text, d features.Doc, known func(host string) bool) Print {
	var p Print
	words := 0
	p.Sketch, words, p.Words = sketchOf(body)
	p.HasSketch = words > 0
	contacts := contactsOf(body, d, known)
	if p.Contacts = contacts.found; !contacts.foreign {
		p.Domains = contacts.domains
	}
	if p.HasSketch && words <= maxSlogan {
		if p.Slogan = contacts.links == 0 && !hasCode(d.Text); !p.Slogan {
			// An advertisement must not join the readers whose slogan it borrows.
			for i := range p.Sketch {
				p.Sketch[i] = mix(p.Sketch[i])
			}
		}
	}
	return p
}

// Adds returns the first contact that a near-copy has and another text has not, but
// for mentions of readers; nil when there is none, or the words are not the same.
func (p Print) Adds(to Print) *Contact {
	if !p.HasSketch || !to.HasSketch || !p.Words.Same(&to.Words) {
		return nil
	}
	for i, c := range p.Contacts {
		had := slices.ContainsFunc(to.Contacts, func(other Contact) bool { return other.Hash == c.Hash })
		if !c.Mention && !had {
			return &p.Contacts[i]
		}
	}
	return nil
}

// hasCode reports whether a text as it was written has a word like BONUS500, of
// capital letters and digits.
func hasCode(text string) bool {
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		letters, digits := 0, 0
		for _, r := range word {
			switch {
			case unicode.IsDigit(r):
				digits++
			case unicode.IsUpper(r):
				letters++
			}
		}
		if len(word) >= 5 && letters >= 2 && digits >= 2 && letters+digits == len(word) {
			return true
		}
	}
	return false
}

// SqueezedName is how a name is compared with the text of a mention.
func SqueezedName(name string) uint64 {
	s := contactScanner{}
	s.account(strings.ToLower(name), true)
	return s.found[0].Hash
}
