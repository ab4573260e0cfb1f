package classifier

import (
	"cmp"
	"math"
	"slices"

	"winnow/models"
)

// term is a token of the vocabulary, with the number of rows of each class that
// it is in.
type term struct {
	hash             uint64
	ham, spam, abuse uint32
	block            block
	prior            [heads]float32 // its weight before any label
	base             [heads]float32 // its weight in the base model
	hasPrior         bool
	required         bool // stays in the vocabulary even if no row has it
	plain            bool // a row has it without a disguise
}

func (t *term) rows() uint32 { return t.ham + t.spam + t.abuse }

// vocabulary gives ids, which are indices of terms, to the tokens worth learning.
type vocabulary struct {
	ids      map[uint64]uint32
	terms    []term // by rising hash after selectTerms
	rows     int
	prunedAt uint32 // terms in no more rows than this were dropped by prune
}

const (
	maxCounted = 3 << 20   // terms counted at once
	maxTokens  = 200 << 10 // default of TrainOptions.MaxTokens
)

func newVocabulary() *vocabulary { return &vocabulary{ids: map[uint64]uint32{}} }

// count adds a row of a class to a term. plain: the row has it without a disguise.
func (v *vocabulary) count(hash uint64, b block, class models.Class, plain bool) {
	i, ok := v.ids[hash]
	if !ok {
		if len(v.terms) >= maxCounted {
			v.prune()
		}
		i = uint32(len(v.terms))
		v.ids[hash] = i
		v.terms = append(v.terms, term{hash: hash, block: b})
	}
	t := &v.terms[i]
	t.plain = t.plain || plain
	switch class {
	case models.Ham:
		t.ham++
	case models.Spam:
		t.spam++
	case models.Abuse:
		t.abuse++
	}
}

// prune drops the rarest terms, as lossy counting does (Manku and Motwani 2002,
// "Approximate frequency counts over data streams"): terms that are frequent in
// the end are never lost, and their counts are at most prunedAt too low.
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

// addPrior adds a term that has a prior, or gives its prior to the counted term.
func (v *vocabulary) addPrior(t term) {
	t.hasPrior = true
	if i, ok := v.ids[t.hash]; ok {
		known := &v.terms[i]
		known.prior, known.base, known.hasPrior, known.required = t.prior, t.base, true, known.required || t.required
		return
	}
	v.ids[t.hash] = uint32(len(v.terms))
	v.terms = append(v.terms, t)
}

// minDisguised is in how many rows a term must be that is in disguised copies only: of
// spam, which the parts of a single typing error would speak for.
const minDisguised = 3

// selectTerms drops terms that are in fewer than minRows rows and have no prior,
// and of the others all but the maxTerms most informative. It orders the rest by
// hash.
func (v *vocabulary) selectTerms(minRows uint32, maxTerms int) {
	v.terms = slices.DeleteFunc(v.terms, func(t term) bool {
		least := minRows
		if !t.plain {
			least = max(least, minDisguised)
		}
		return t.hash == 0 || t.rows() < least && !t.hasPrior
	})
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

// informativeness ranks terms for selectTerms: the root of the number of rows
// times the log ratio between ham and the class that the term indicates more. A
// term without rows is ranked by its prior. total has the counts of the most
// frequent term of each class.
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
