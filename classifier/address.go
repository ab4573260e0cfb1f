package classifier

import (
	"math"

	"winnow/classifier/text/features"
	"winnow/models"
)

// addressPriors are the log odds of abuse of a comment that has one of the patterns
// of features.AddressNames, before any label: a moderator's estimate. No label set
// teaches threats, so that a head that learns from words alone misses them. The
// patterns are scored beside the abuse head, and by models without one.
var addressPriors = map[string]float64{
	"threat": 3, "wish": 3, "dehumanise": 2.5, "insult": 2, "slur": 2, "hate": 1.5, "group": 1.5,
}

const (
	addressPrior  = -4.0 // log odds of abuse of a comment without a pattern
	addressLabels = 20.0 // how many labels a prior counts as
	addressRepeat = 0.25 // share of its weight that a pattern has beside a stronger one
	addressHold   = 0.5  // default probability at which a comment is held
)

// learnAddress moves the priors of the patterns, or those that the base model
// learned, by the labels of comments that have them. It must be called while the
// vocabulary has all tokens.
func (t *trainer) learnAddress() {
	t.manifest.Address = map[string]float64{}
	for _, name := range features.AddressNames {
		prior := addressPriors[name]
		if t.opt.Base != nil {
			prior = t.opt.Base.addressOdds(name)
		}
		var ham, abuse float64
		if id, ok := t.vocabulary.ids[features.Hash(features.Address, name)]; ok {
			ham, abuse = float64(t.vocabulary.terms[id].ham), float64(t.vocabulary.terms[id].abuse)
		}
		p := sigmoid(prior)
		t.manifest.Address[name] = math.Log((abuse + addressLabels*p) / (ham + addressLabels*(1-p)))
	}
}

// addressOdds returns the log odds of abuse of a comment that has a pattern.
func (m *Model) addressOdds(name string) float64 {
	if odds, ok := m.manifest.Address[name]; ok {
		return odds
	}
	return addressPriors[name]
}

// address returns the probability of abuse by the patterns alone, nil when the text
// has none. The contributions of the patterns are in s.patterns.
func (s *scorer) address(m *Model) *float64 {
	s.patterns = s.patterns[:0]
	strongest := 0
	for i := range s.tokens {
		if s.tokens[i].Kind != features.Address {
			continue
		}
		s.nameBuf = s.scanner.AppendName(s.nameBuf[:0], s.tokens[i])
		name := s.nameBuf[len(addressPrefix):]
		s.patterns = append(s.patterns, contribution{int32(i), m.addressOdds(string(name)) - addressPrior})
		if n := len(s.patterns) - 1; s.patterns[n].weight > s.patterns[strongest].weight {
			strongest = n
		}
	}
	if len(s.patterns) == 0 {
		return nil
	}
	z := addressPrior
	for i := range s.patterns {
		if i != strongest {
			s.patterns[i].weight *= addressRepeat
		}
		z += s.patterns[i].weight
	}
	p := sigmoid(z)
	return &p
}

// AbuseParts are what makes up the probability of abuse of a text.
type AbuseParts struct {
	Head     *float64 // by the abuse head alone; nil for a model without one
	Patterns []Pattern
}

// Pattern is a pattern of address that a text has.
type Pattern struct {
	Name        string  // one of features.AddressNames
	Probability float64 // of abuse, by this pattern alone
}

// NoPattern is the probability of abuse, by its patterns, of a text that has none.
var NoPattern = sigmoid(addressPrior)

// abuseParts needs what address has left in s.patterns.
func (s *scorer) abuseParts(head *float64) AbuseParts {
	parts := AbuseParts{Head: head}
	strongest := 0.0
	for _, c := range s.patterns {
		strongest = max(strongest, c.weight)
	}
	for _, c := range s.patterns {
		s.nameBuf = s.scanner.AppendName(s.nameBuf[:0], s.tokens[c.token])
		weight := c.weight
		if weight != strongest { // address has lowered it
			weight /= addressRepeat
		}
		parts.Patterns = append(parts.Patterns, Pattern{string(s.nameBuf[len(addressPrefix):]), sigmoid(addressPrior + weight)})
	}
	return parts
}

var addressPrefix = features.Address.String() + ":"

// explainAddress returns the signals of the patterns, whose weights sum to the log
// odds that they give.
func (s *scorer) explainAddress() []models.Signal {
	selectStrongest(s.patterns, len(s.patterns))
	return append(s.named(s.patterns, 1), models.Signal{Name: models.PriorSignal, Weight: addressPrior})
}

// decideAddress holds an approved comment for its patterns. It never rejects.
func decideAddress(v *models.Verdict, p Policy) {
	if v.Address == nil {
		return
	}
	at := addressHold
	if p.Abuse != nil {
		at = *p.Abuse
	}
	if v.Abuse == nil || *v.Abuse < *v.Address {
		v.Abuse = v.Address
	}
	if v.Action == models.Approve && *v.Address >= at {
		v.Action, v.Reason = models.Hold, models.ReasonAbuse
	}
}
