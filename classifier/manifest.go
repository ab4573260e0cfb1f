package classifier

import (
	"math"
	"time"

	"winnow/classifier/text/features"
	"winnow/models"
)

// Manifest describes the labels that a model was trained on, its heads and its
// metrics. It is stored in the model file as JSON.
type Manifest struct {
	Scheme   int       `json:"scheme"` // features.Scheme: version of normalization and tokens
	Seed     uint64    `json:"seed"`
	Starter  bool      `json:"starter,omitempty"` // trained on public sets only: never rejects
	Base     string    `json:"base,omitempty"`    // version of the base model, see TrainOptions
	Datasets []Dataset `json:"origins,omitempty"` // public label sets, including those of the base

	Rows         int                `json:"rows"`                    // texts learned from; the same text by another author is another
	Duplicates   int                `json:"duplicates"`              // further labels of these texts
	Conflicts    int                `json:"conflicts"`               // texts with labels of more than one class
	ConflictList []Conflict         `json:"conflict_list,omitempty"` // the first of them
	Sources      map[string]Counts  `json:"sources"`                 // by source of the label
	Sites        map[string]Counts  `json:"sites"`                   // by site of the label; "" for labels without a site
	SiteClusters map[string]Counts  `json:"site_clusters,omitempty"` // likewise, near copies counted once; see Model.Cold
	Labellers    int                `json:"labellers,omitempty"`     // who gave labels, as far as they are known
	Tokens       int                `json:"tokens"`
	Notes        []string           `json:"notes,omitempty"` // what a person should know before using the model
	Traffic      *TrafficSummary    `json:"traffic,omitempty"`
	HoldBudgets  map[string]float64 `json:"hold_budgets,omitempty"` // of the sites that have their own

	Spam  *Head `json:"spam,omitempty"`
	Abuse *Head `json:"abuse,omitempty"`
	// Address has the log odds of abuse of a comment by each pattern of address, see
	// addressPriors. Nil in files of earlier releases.
	Address map[string]float64 `json:"address,omitempty"`
	Metrics Metrics            `json:"figures"` // cross-validated, see Train

	// For the comparison with the live model, see package gate.
	Clusters     Counts         `json:"clusters,omitzero"`      // texts learned from, near copies counted once
	Languages    map[string]int `json:"languages,omitempty"`    // labels by language; detected where they do not say
	LearnedUntil time.Time      `json:"learned_until,omitzero"` // time of the newest label; zero when one has no time
}

// Dataset is a public label set that a model was trained on.
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

// Head holds the parameters of one classifier, spam against ham or abuse against
// ham, without the weights of the tokens.
type Head struct {
	Prior float64         `json:"prior"` // log odds of a text without known tokens
	Scale [blocks]float64 `json:"scale"` // what the sum of each block of tokens is multiplied by
	Hold  float64         `json:"hold"`  // default probability at which a comment is held
	// SiteHold are the probabilities of sites for which another one than Hold was
	// found, from their hold budgets and their traffic.
	SiteHold map[string]float64 `json:"site_hold,omitempty"`
	Reject   float64            `json:"reject,omitempty"` // default probability at which it is rejected; 0: never
	// Columns is for information: what each score of the stack was multiplied by in
	// the weights of the tokens.
	Columns []Column `json:"columns,omitempty"`
	// Base is set when the labels did not suffice: weights, prior and thresholds
	// are those of the base model.
	Base bool `json:"base,omitempty"`
}

// holdAt returns the default probability at which a comment of a site is held.
func (h *Head) holdAt(site string) float64 {
	if at, ok := h.SiteHold[site]; ok {
		return at
	}
	return h.Hold
}

// Column is one of the scores that the stack of a head combines.
type Column struct {
	Name   string  `json:"name"`
	Weight float64 `json:"weight"`
}

// TrafficSummary says what priors and thresholds were set from.
type TrafficSummary struct {
	Comments   int            `json:"comments"`
	Sites      map[string]int `json:"sites,omitempty"` // comments by site
	Spam       float64        `json:"spam"`            // estimated share of spam
	Abuse      float64        `json:"abuse"`           // and of abuse
	HoldBudget float64        `json:"hold_budget"`
}

// The heads, as indices of the weights of a token.
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

// check returns an error when verdicts by the manifest would be meaningless.
func (f *Manifest) check(tokens int) error {
	if f.Scheme != features.Scheme {
		return invalid("its token scheme is %d, this version has %d; train it again", f.Scheme, features.Scheme)
	}
	if f.Tokens != tokens {
		return invalid("its manifest says %d tokens, the file has %d", f.Tokens, tokens)
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
		for _, at := range h.SiteHold {
			if !(at >= 0 && at <= 1.001) {
				return invalid("its manifest has a threshold out of range")
			}
		}
		if !(h.Hold >= 0 && h.Hold <= 1.001) || !(h.Reject >= 0 && h.Reject <= 1.001) {
			return invalid("its manifest has a threshold out of range")
		}
	}
	return nil
}
