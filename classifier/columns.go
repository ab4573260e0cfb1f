package classifier

import (
	"fmt"
	"slices"
)

// columns are the scores that the stack of a head combines: of the regressions,
// of the Bayes columns, and of the base model. All of them are linear in the same
// tokens, so that their sum is one table of weights.
type columns struct {
	names    []string
	ensemble *ensemble
	bayes    *bayesColumns
	base     []float32 // weights of the terms in the base model, with the scale of their block; nil: no base
	bias     float32   // prior of the base model
	leftOut  []bool
}

const baseColumn = "base"

func (t *trainer) newColumns(e *ensemble) *columns {
	c := &columns{ensemble: e, bayes: newBayesColumns(e, t.vocabulary)}
	for _, v := range e.params.variants {
		c.names = append(c.names, fmt.Sprintf("regression %g/%g", v.cost, v.bayesScale))
	}
	for _, group := range bayesGroups {
		c.names = append(c.names, group.name)
	}
	if base := t.opt.Base; base != nil && base.head(headIndex(e.class)) != nil {
		c.names = append(c.names, baseColumn)
		h := base.head(headIndex(e.class))
		c.bias = float32(h.Prior)
		c.base = make([]float32, len(t.vocabulary.terms))
		for id := range t.vocabulary.terms {
			term := &t.vocabulary.terms[id]
			c.base[id] = term.base[headIndex(e.class)] * float32(h.Scale[term.block])
		}
	}
	for _, name := range c.names {
		c.leftOut = append(c.leftOut, slices.Contains(t.opt.WithoutColumns, name))
	}
	return c
}

// scores returns the scores of a row by what was fitted without its fold.
func (c *columns) scores(r *row) []float32 {
	e := c.ensemble
	e.score(r)
	scores := make([]float32, 0, len(c.names))
	for v := range e.params.variants {
		scores = append(scores, float32(e.logits[e.member(v, int(r.fold))]))
	}
	for _, group := range bayesGroups {
		scores = append(scores, c.bayes.score(r, group.block, int(r.fold)))
	}
	if c.base != nil {
		scores = append(scores, c.baseScore(r))
	}
	for i, out := range c.leftOut {
		if out {
			scores[i] = 0
		}
	}
	return scores
}

// baseScore returns the log odds of a row by the base model. They differ from
// those of its verdicts where the vocabulary has tokens that the base does not know,
// which make the sums of the blocks smaller.
func (c *columns) baseScore(r *row) float32 {
	z := c.bias
	for b, ids := range r.terms {
		sum := float32(0)
		for _, id := range ids {
			sum += c.base[id]
		}
		z += sum / float32(blockRoot(block(b), len(ids)))
	}
	return z
}

// combine returns the weights of the terms and the prior of a head: the columns
// from all rows, each multiplied by its weight in the stack.
func (c *columns) combine(s *stack, v *vocabulary) (weights []float64, prior float64) {
	n := len(c.ensemble.params.variants)
	weights, prior = c.ensemble.combine(s.weights[:n])
	prior += s.intercept
	folds := c.bayes.folds
	for id := range weights {
		b := v.terms[id].block
		for i, group := range bayesGroups {
			if group.block == b {
				weights[id] += s.weights[n+i] * float64(c.bayes.ratios[id*(folds+1)+folds]) / c.ensemble.params.blockScale[b]
			}
		}
		if c.base != nil {
			weights[id] += s.weights[len(s.weights)-1] * float64(c.base[id]) / c.ensemble.params.blockScale[b]
		}
	}
	if c.base != nil {
		prior += s.weights[len(s.weights)-1] * float64(c.bias)
	}
	return weights, prior
}

// penaltyFactors are what the penalty of the stack is multiplied by for each
// column. Naive Bayes over words says almost the same as the regressions, and
// overrates what it says in long texts, so that it must show more.
func (c *columns) penaltyFactors() []float64 {
	factors := make([]float64, len(c.names))
	for i, name := range c.names {
		factors[i] = 1
		if name == bayesGroups[0].name {
			factors[i] = 10
		}
	}
	return factors
}

// means are the weights of the stack before any row: the plain average of the
// regressions. The more the next comments differ from the labels, the more naive Bayes
// over words is trusted, too: words that few labels have do less harm there.
func (c *columns) means(shift float64) []float64 {
	means := make([]float64, len(c.names))
	n := 0
	variants := len(c.ensemble.params.variants)
	for v := range variants {
		if !c.leftOut[v] {
			n++
		}
	}
	words := 0.0
	if c.base == nil && !c.leftOut[variants] {
		words = 0.3 * shift
	}
	for v := range variants {
		if !c.leftOut[v] {
			means[v] = 1 / float64(n)
		}
	}
	means[variants] = words // the first of bayesGroups
	return means
}
