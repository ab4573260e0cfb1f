package classifier

import (
	"math"
	"slices"
	"sync"

	"winnow/classifier/text"
	"winnow/models"
)

// hit is a token of the text that the model knows.
type feature struct {
	token  int32 // index into the scanner's tokens
	block  block
	weight [heads]float32
}

// reading is what one text is scored with, lent from a pool.
type scorer struct {
	scanner       text.Scanner
	tokens        []text.Token
	candidates    []int32 // the tokens that the model may know
	features      []feature
	contributions []contribution
	nameBuf       []byte
	sum           [heads][blocks]float64
	count         [blocks]int
}

var scorers = sync.Pool{New: func() any { return new(scorer) }}

func (r *scorer) extract(m *Model, in Input) {
	r.tokens = tokenize(&r.scanner, in)
	r.features, r.sum, r.count = r.features[:0], [heads][blocks]float64{}, [blocks]int{}
	// At the home of most strangers there is nothing. To look there for all
	// tokens first makes no look wait for what another finds.
	r.candidates = slices.Grow(r.candidates[:0], len(r.tokens))[:len(r.tokens)]
	likely, slots := r.candidates, m.features.slots
	n := 0
	for i := range r.tokens {
		likely[n] = int32(i)
		if slots[m.features.bucket(r.tokens[i].Hash)].hash != 0 {
			n++
		}
	}
	for _, i := range likely[:n] {
		t := &r.tokens[i]
		s := &m.features.slots[m.features.find(t.Hash)]
		if s.hash == 0 {
			continue
		}
		b := blockOf(t.Kind)
		r.count[b]++
		for h := range heads {
			r.sum[h][b] += float64(s.weight[h])
		}
		r.features = append(r.features, feature{})
		known := &r.features[len(r.features)-1] // written in its place, not copied to it
		known.token, known.block, known.weight = i, b, s.weight
	}
}

// factor is what a weight of a block is multiplied with in this text.
func (r *scorer) factor(h *Head, b block) float64 {
	return h.Scale[b] / math.Sqrt(float64(max(1, r.count[b])))
}

func (r *scorer) logit(h *Head, index int) float64 {
	z := h.Prior
	for b := range blocks {
		z += r.factor(h, b) * r.sum[index][b]
	}
	return z
}

// Verdict scores a comment. The signals explain the head that the action rests
// on: the spam head, unless the reason is abuse or there is no other. Their
// weights sum to the log odds of that head's probability.
func (m *Model) Verdict(in Input, p Policy) models.Verdict {
	r := scorers.Get().(*scorer)
	defer scorers.Put(r)
	r.extract(m, in)
	if p.Look != nil {
		p.Look(&r.scanner.Body)
	}
	v := models.Verdict{Action: models.Approve, Model: m.version}
	explained := abuseHead
	if h := m.manifest.Spam; h != nil {
		explained = spamHead
		v.Hold, v.Reject = m.Thresholds(p)
		spam := sigmoid(r.logit(h, spamHead))
		v.Spam = &spam
		switch {
		case v.Reject > 0 && spam >= v.Reject:
			v.Action, v.Reason = models.Reject, models.ReasonSpam
		case spam >= v.Hold:
			v.Action, v.Reason = models.Hold, models.ReasonSpam
		}
	}
	if h := m.manifest.Abuse; h != nil {
		abuse := sigmoid(r.logit(h, abuseHead))
		v.Abuse = &abuse
		if v.Action == models.Approve && abuse >= h.Hold {
			v.Action, v.Reason = models.Hold, models.ReasonAbuse
			explained = abuseHead
		}
		if m.manifest.Spam == nil {
			v.Hold = h.Hold
		}
	}
	if h := m.head(explained); h != nil {
		v.Signals = r.explain(h, explained)
	}
	return v
}
