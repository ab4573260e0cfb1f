package classifier

import (
	"math"

	"winnow/classifier/text"
	"winnow/models"
)

// Manifest says what a model is made of and how it decides. It is stored in
// the model file as JSON.
type Manifest struct {
	Scheme   int       `json:"scheme"` // of folding and tokens, text.Scheme
	Seed     uint64    `json:"seed"`
	Starter  bool      `json:"starter,omitempty"` // learned from public sets alone: never rejects
	Base     string    `json:"base,omitempty"`    // version of the model that training set out from
	Datasets []Dataset `json:"origins,omitempty"` // of public label sets, the base's included

	Rows       int               `json:"rows"`       // labels learned from
	Duplicates int               `json:"duplicates"` // labels left out: the same text and class again
	Conflicts  int               `json:"conflicts"`  // texts left out: given more than one class
	Sources    map[string]Counts `json:"sources"`    // by the labels' source
	Sites      map[string]Counts `json:"sites"`      // by the labels' site; "" for labels of no site
	Tokens     int               `json:"tokens"`

	Spam    *Head   `json:"spam,omitempty"`
	Abuse   *Head   `json:"abuse,omitempty"`
	Figures Figures `json:"figures"` // on rows that were held out, see Train
}

// Origin names a public label set that a model was trained on.
type Dataset struct {
	Name    string `json:"name"`
	Licence string `json:"licence"`
	URL     string `json:"url,omitempty"`
}

// Counts are numbers of labels.
type Counts struct {
	Ham   int `json:"ham"`
	Spam  int `json:"spam"`
	Abuse int `json:"abuse"`
}

func (c *Counts) add(class models.Class) {
	switch class {
	case models.Ham:
		c.Ham++
	case models.Spam:
		c.Spam++
	case models.Abuse:
		c.Abuse++
	}
}

// Head is how one of the two questions, spam or abuse, is answered.
type Head struct {
	Prior  float64         `json:"prior"`            // log odds of a text that says nothing
	Scale  [blocks]float64 `json:"scale"`            // what each block of tokens is multiplied with
	Hold   float64         `json:"hold"`             // probability at which a comment is held
	Reject float64         `json:"reject,omitempty"` // probability at which it is rejected; 0: never
	// Variants is how much each way of fitting counts in the weights, to tell
	// how the stack came out.
	Variants []float64 `json:"variants"`
}

// The heads, as indices of a token's weights.
const (
	spamHead = iota
	abuseHead
	heads
)

func headIndex(c models.Class) int {
	switch c {
	case models.Spam:
		return spamHead
	case models.Abuse:
		return abuseHead
	}
	return -1
}

var headClass = [heads]models.Class{models.Spam, models.Abuse}

// check refuses what would make verdicts nonsense.
func (f *Manifest) check(tokens int) error {
	if f.Scheme != text.Scheme {
		return invalid("its token scheme is %d, this version has %d; train it again", f.Scheme, text.Scheme)
	}
	if f.Tokens != tokens {
		return invalid("its manifest speaks of %d tokens, it holds %d", f.Tokens, tokens)
	}
	for _, h := range []*Head{f.Spam, f.Abuse} {
		if h == nil {
			continue
		}
		for _, x := range append(h.Scale[:], h.Prior) {
			if !(math.Abs(x) <= 1000) {
				return invalid("its manifest has a scale out of range")
			}
		}
		if !(h.Hold >= 0 && h.Hold <= 1.001) || !(h.Reject >= 0 && h.Reject <= 1.001) {
			return invalid("its manifest has a threshold out of range")
		}
	}
	return nil
}
