package classifier

import (
	"cmp"
	"math"
	"slices"

	"winnow/models"
)

// token is one entry of a vocabulary with the number of rows it is in.
type term struct {
	hash             uint64
	ham, spam, abuse uint32
	block            block
	prior            [heads]float32 // what it weighs before anything is learned
	hasPrior         bool           // expected to weigh its prior
	required         bool           // whether or not it comes up
}

func (t *term) rows() uint32 { return t.ham + t.spam + t.abuse }

// vocabulary numbers the tokens worth learning.
type vocabulary struct {
	ids      map[uint64]uint32
	terms    []term // by rising hash once chosen
	rows     int
	prunedAt uint32 // tokens in no more rows than this were forgotten on the way
}

const (
	maxCounted = 3 << 20   // tokens counted at once
	maxTokens  = 200 << 10 // tokens kept in a model
)

func newVocabulary() *vocabulary { return &vocabulary{ids: map[uint64]uint32{}} }

func (v *vocabulary) count(hash uint64, b block, class models.Class) {
	i, ok := v.ids[hash]
	if !ok {
		if len(v.terms) >= maxCounted {
			v.prune()
		}
		i = uint32(len(v.terms))
		v.ids[hash] = i
		v.terms = append(v.terms, term{hash: hash, block: b})
	}
	switch t := &v.terms[i]; class {
	case models.Ham:
		t.ham++
	case models.Spam:
		t.spam++
	case models.Abuse:
		t.abuse++
	}
}

// prune forgets the rarest tokens, as lossy counting does (Manku and Motwani
// 2002): what is frequent in the end is kept, its count at most a little low.
func (v *vocabulary) prune() {
	for len(v.terms) > maxCounted/2 {
		v.prunedAt++
		v.terms = slices.DeleteFunc(v.terms, func(t term) bool { return t.rows() <= v.prunedAt })
	}
	v.renumber()
}

func (v *vocabulary) renumber() {
	clear(v.ids)
	for i, t := range v.terms {
		v.ids[t.hash] = uint32(i)
	}
}

// expect says what a token weighs before anything is learned.
func (v *vocabulary) addPrior(t term) {
	t.hasPrior = true
	if i, ok := v.ids[t.hash]; ok {
		v.terms[i].prior, v.terms[i].hasPrior, v.terms[i].required = t.prior, true, v.terms[i].required || t.required
		return
	}
	v.ids[t.hash] = uint32(len(v.terms))
	v.terms = append(v.terms, t)
}

// choose keeps tokens that are in at least least rows or are expected to weigh
// something, and of these the ones that tell the classes apart best.
func (v *vocabulary) selectTerms(minRows uint32, maxTerms int) {
	v.terms = slices.DeleteFunc(v.terms, func(t term) bool { return t.hash == 0 || t.rows() < minRows && !t.hasPrior })
	if len(v.terms) > maxTerms {
		var total term
		for _, t := range v.terms {
			total.ham, total.spam, total.abuse = max(total.ham, t.ham), max(total.spam, t.spam), max(total.abuse, t.abuse)
		}
		slices.SortFunc(v.terms, func(a, b term) int {
			return cmp.Or(cmp.Compare(b.informativeness(total), a.informativeness(total)), cmp.Compare(a.hash, b.hash))
		})
		v.terms = v.terms[:maxTerms]
	}
	slices.SortFunc(v.terms, func(a, b term) int { return cmp.Compare(a.hash, b.hash) })
	v.terms = slices.Clip(v.terms)
	v.renumber()
}

// worth is how much a token tells: its rows times its log ratio between ham
// and whichever other class it marks more.
func (t term) informativeness(total term) float64 {
	of := func(n, all uint32) float64 { return (float64(n) + 0.5) / (float64(all) + 1) }
	ham := of(t.ham, total.ham)
	if t.required {
		return math.Inf(1)
	}
	if t.rows() == 0 {
		return float64(max(t.prior[spamHead], -t.prior[spamHead], t.prior[abuseHead], -t.prior[abuseHead]))
	}
	w := 0.0
	if total.spam > 0 {
		w = math.Abs(math.Log(of(t.spam, total.spam) / ham))
	}
	if total.abuse > 0 {
		w = max(w, math.Abs(math.Log(of(t.abuse, total.abuse)/ham)))
	}
	return w * math.Sqrt(float64(t.rows()))
}
