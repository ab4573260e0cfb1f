package classifier

import (
	"math"
	"slices"
	"sync"

	"winnow/classifier/text/features"
	"winnow/models"
)

// feature is a token of the text that has a weight in the model.
type feature struct {
	token  int32 // index into scorer.tokens
	block  block
	weight [heads]float32
}

// scorer holds the buffers that one text is scored with. Scorers are pooled.
type scorer struct {
	scanner       features.Scanner
	tokens        []features.Token
	candidates    []int32 // indices of tokens whose bucket in the table is not empty
	features      []feature
	contributions []contribution
	patterns      []contribution // of tokens of kind features.Address
	nameBuf       []byte
	sum           [heads][blocks]float64 // of the features' weights
	count         [heads][blocks]int     // of the features that a head knows
}

var scorers = sync.Pool{New: func() any { return new(scorer) }}

// extract finds the features of a text and adds up their weights.
func (s *scorer) extract(m *Model, in Input) {
	s.tokens = tokenize(&s.scanner, in)
	s.features, s.sum, s.count = s.features[:0], [heads][blocks]float64{}, [heads][blocks]int{}
	// Most tokens are not in the table. Probe the first bucket of all tokens
	// before any other work, so that the cache misses overlap.
	s.candidates = slices.Grow(s.candidates[:0], len(s.tokens))[:len(s.tokens)]
	candidates, slots := s.candidates, m.features.slots
	n := 0
	for i := range s.tokens {
		candidates[n] = int32(i)
		if slots[m.features.bucket(s.tokens[i].Hash)].hash != 0 {
			n++
		}
	}
	for _, i := range candidates[:n] {
		t := &s.tokens[i]
		found := &m.features.slots[m.features.find(t.Hash)]
		if found.hash == 0 {
			continue
		}
		b := blockOf(t.Kind)
		for h := range heads {
			s.sum[h][b] += float64(found.weight[h])
			if math.Float32bits(found.weight[h]) != unknownBits {
				s.count[h][b]++
			}
		}
		// Filling the new element in place is faster than copying a feature.
		s.features = append(s.features, feature{})
		f := &s.features[len(s.features)-1]
		f.token, f.block, f.weight = i, b, found.weight
	}
}

// factor returns what the weights of a block are multiplied by in this text.
func (s *scorer) factor(h *Head, head int, b block) float64 {
	return h.Scale[b] / blockRoot(b, s.count[head][b])
}

// logit returns the log odds that a head gives to the text.
func (s *scorer) logit(h *Head, head int) float64 {
	z := h.Prior
	for b := range blocks {
		z += s.factor(h, head, b) * s.sum[head][b]
	}
	return z
}

// Verdict scores a comment. The signals explain what decided the action: the
// patterns of address or the abuse head, whichever finds abuse more likely, when
// the reason is abuse; else the spam head, or the abuse head of a model without one.
// Their weights sum to the log odds of that probability.
func (m *Model) Verdict(in Input, p Policy) models.Verdict {
	s := scorers.Get().(*scorer)
	defer scorers.Put(s)
	s.extract(m, in)
	if p.Inspect != nil {
		p.Inspect(&s.scanner.Body)
	}
	var spam, abuse *float64
	if h := m.manifest.Spam; h != nil {
		p := sigmoid(s.logit(h, spamHead))
		spam = &p
	}
	if h := m.manifest.Abuse; h != nil {
		p := sigmoid(s.logit(h, abuseHead))
		abuse = &p
	}
	v := m.Decide(spam, abuse, p)
	v.Address = s.address(m)
	decideAddress(&v, p)
	if v.Reason == models.ReasonAbuse && v.Abuse == v.Address {
		v.Signals = s.explainAddress()
		return v
	}
	explained := spamHead
	if v.Reason == models.ReasonAbuse || m.manifest.Spam == nil {
		explained = abuseHead
	}
	if h := m.head(explained); h != nil {
		v.Signals = s.explain(h, explained)
	}
	return v
}

// Decide returns the verdict, without signals, on a comment of known probabilities.
// They are nil for a head that the model does not have.
func (m *Model) Decide(spam, abuse *float64, p Policy) models.Verdict {
	v := models.Verdict{Action: models.Approve, Model: m.version, Spam: spam, Abuse: abuse}
	if spam != nil {
		v.HoldAt, v.RejectAt = m.Thresholds(p)
		switch {
		case v.RejectAt > 0 && *spam >= v.RejectAt:
			v.Action, v.Reason = models.Reject, models.ReasonSpam
		case *spam >= v.HoldAt:
			v.Action, v.Reason = models.Hold, models.ReasonSpam
		}
	}
	if h := m.manifest.Abuse; h != nil && abuse != nil {
		at := h.holdAt(p.Site)
		if p.Abuse != nil {
			at = *p.Abuse
		}
		if v.Action == models.Approve && *abuse >= at {
			v.Action, v.Reason = models.Hold, models.ReasonAbuse
		}
		if spam == nil {
			v.HoldAt = at
		}
	}
	return v
}

// WithPolicy returns a verdict of this model as it is under another policy. Only its
// signals are still those of the first policy.
func (m *Model) WithPolicy(v models.Verdict, p Policy) models.Verdict {
	other := m.Decide(v.Spam, v.Abuse, p)
	other.Address = v.Address
	decideAddress(&other, p)
	other.Signals = v.Signals
	return other
}
