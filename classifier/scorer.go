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

// extract tokenizes a text and finds its features.
func (s *scorer) extract(m *Model, in Input) {
	s.tokens = tokenize(&s.scanner, in)
	s.lookUp(m)
}

// lookUp finds the features of the tokens and adds up their weights.
func (s *scorer) lookUp(m *Model) {
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
	spam, abuse := s.probabilities(m)
	v := s.verdict(m, p, spam, abuse)
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

// VerdictOfBoth scores a comment with two models, or with one under two policies. It
// is Verdict of each, without the signals, and takes the text apart only once.
func VerdictOfBoth(a, b *Model, in Input, pa, pb Policy) (va, vb models.Verdict) {
	s := scorers.Get().(*scorer)
	defer scorers.Put(s)
	s.extract(a, in)
	if pa.Inspect != nil {
		pa.Inspect(&s.scanner.Body)
	}
	spam, abuse := s.probabilities(a)
	va = s.verdict(a, pa, spam, abuse)
	if b != a {
		s.lookUp(b)
		spam, abuse = s.probabilities(b)
	}
	return va, s.verdict(b, pb, spam, abuse)
}

// VerdictWith is Verdict, without the signals, with these probabilities of the heads
// in place of the model's own. nil: the model's own.
func (m *Model) VerdictWith(in Input, p Policy, spam, abuse *float64) models.Verdict {
	s := scorers.Get().(*scorer)
	defer scorers.Put(s)
	s.extract(m, in)
	ownSpam, ownAbuse := s.probabilities(m)
	if spam != nil && ownSpam != nil {
		ownSpam = spam
	}
	if abuse != nil && ownAbuse != nil {
		ownAbuse = abuse
	}
	return s.verdict(m, p, ownSpam, ownAbuse)
}

// probabilities returns those of the heads; nil for one that the model does not have.
func (s *scorer) probabilities(m *Model) (spam, abuse *float64) {
	if h := m.manifest.Spam; h != nil {
		p := sigmoid(s.logit(h, spamHead))
		spam = &p
	}
	if h := m.manifest.Abuse; h != nil {
		p := sigmoid(s.logit(h, abuseHead))
		abuse = &p
	}
	return spam, abuse
}

// verdict returns the verdict, without signals, on the text by the probabilities of the
// heads and its patterns of address.
func (s *scorer) verdict(m *Model, p Policy, spam, abuse *float64) models.Verdict {
	v := m.decide(spam, abuse, p)
	v.Address = s.address(m)
	if p.Parts != nil {
		*p.Parts = s.abuseParts(abuse)
	}
	decideAddress(&v, p)
	return v
}

// decide returns the verdict by the probabilities of the heads, which are nil for one
// that the model does not have.
func (m *Model) decide(spam, abuse *float64, p Policy) models.Verdict {
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
	if m.manifest.Abuse != nil && abuse != nil {
		at := m.AbuseThreshold(p)
		if v.Action == models.Approve && *abuse >= at {
			v.Action, v.Reason = models.Hold, models.ReasonAbuse
		}
		if spam == nil {
			v.HoldAt = at
		}
	}
	return v
}

// WithSpam returns a verdict of this model that is not for abuse as it is with another
// probability of spam.
func (m *Model) WithSpam(v models.Verdict, spam float64, p Policy) models.Verdict {
	other := m.decide(&spam, nil, p)
	other.Abuse, other.Address, other.Signals = v.Abuse, v.Address, v.Signals
	return other
}
