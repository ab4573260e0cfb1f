package classifier

import (
	"math"
	"slices"
	"sync"

	"winnow/classifier/text"
	"winnow/models"
)

// hit is a token of the text that the model knows.
type hit struct {
	token  int32 // index into the scanner's tokens
	block  block
	weight [heads]float32
}

// reading is what one text is scored with, lent from a pool.
type reading struct {
	scanner text.Scanner
	tokens  []text.Token
	likely  []int32 // the tokens that the model may know
	hits    []hit
	shares  []share
	names   []byte
	sum     [heads][blocks]float64
	count   [blocks]int
}

var readings = sync.Pool{New: func() any { return new(reading) }}

func (r *reading) read(m *Model, in Input) {
	r.tokens = scan(&r.scanner, in)
	r.hits, r.sum, r.count = r.hits[:0], [heads][blocks]float64{}, [blocks]int{}
	// At the home of most strangers there is nothing. To look there for all
	// tokens first makes no look wait for what another finds.
	r.likely = slices.Grow(r.likely[:0], len(r.tokens))[:len(r.tokens)]
	likely, slots := r.likely, m.table.slots
	n := 0
	for i := range r.tokens {
		likely[n] = int32(i)
		if slots[m.table.home(r.tokens[i].Hash)].hash != 0 {
			n++
		}
	}
	for _, i := range likely[:n] {
		t := &r.tokens[i]
		s := &m.table.slots[m.table.find(t.Hash)]
		if s.hash == 0 {
			continue
		}
		b := blockOf(t.Kind)
		r.count[b]++
		for h := range heads {
			r.sum[h][b] += float64(s.weight[h])
		}
		r.hits = append(r.hits, hit{})
		known := &r.hits[len(r.hits)-1] // written in its place, not copied to it
		known.token, known.block, known.weight = i, b, s.weight
	}
}

// factor is what a weight of a block is multiplied with in this text.
func (r *reading) factor(h *Head, b block) float64 {
	return h.Scale[b] / math.Sqrt(float64(max(1, r.count[b])))
}

func (r *reading) logit(h *Head, index int) float64 {
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
	r := readings.Get().(*reading)
	defer readings.Put(r)
	r.read(m, in)
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
		v.Signals = r.signals(h, explained)
	}
	return v
}
