package classifier

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"winnow/models"
)

// lanes are several logistic regressions fitted side by side over the same
// rows: for each variant one for each fold, which never sees the rows of that
// fold, and one that sees all. The weights of a token in all lanes lie side by
// side, so that it is fetched from memory once.
//
// The solver is dual coordinate descent (Yu, Huang and Lin 2011): it has no
// step size to tune and ends at the same weights from any order of the rows.
// The room that a token's weight gets is its inverse document frequency times
// its naive Bayes log ratio (Wang and Manning 2012), which are here folded
// into the weight. Weights are pulled towards what the tokens are expected to
// weigh, not towards 0: from there they set out.
type ensemble struct {
	members      int // lanes: len(variants) · (folds + 1)
	folds        int
	class        models.Class
	params       hyperparams
	weights      []float32 // token by token, n for each
	featureScale []float32 // likewise, squared
	duals        []float32 // row by row, n for each
	biases       []float32
	logits       []float64 // log odds of a row in each lane
}

func newEnsemble(class models.Class, folds, tokens, rows int, params hyperparams, prior float64) *ensemble {
	members := len(params.variants) * (folds + 1)
	e := &ensemble{
		members: members, folds: folds, class: class, params: params,
		weights: make([]float32, members*tokens), featureScale: make([]float32, members*tokens), duals: make([]float32, members*rows),
		biases: make([]float32, members), logits: make([]float64, members),
	}
	for k := range e.biases {
		e.biases[k] = float32(prior)
	}
	return e
}

// lane returns the number of the lane of a variant that skips a fold; the fold
// after the last skips none.
func (e *ensemble) member(variant, fold int) int { return variant*(e.folds+1) + fold }

// sees tells whether the head learns from a row. Disguise is a matter of spam.
func (e *ensemble) includes(r *row) bool {
	return (r.class == e.class || r.class == models.Ham) && (!r.augmented || e.class == models.Spam)
}

// survey sets the first weight of every token, and its room from the rows that each lane sees.
func (e *ensemble) initWeights(rows *rowFile, v *vocabulary, rng *rand.Rand) error {
	n := e.folds + 1
	type count struct{ ham, other float32 }
	in := make([]count, n*len(v.terms))
	all := make([]count, n)
	err := rows.shuffled(rng, func(r *row) error {
		if !e.includes(r) {
			return nil
		}
		add := func(c []count) {
			for f := range c {
				switch {
				case f == int(r.fold):
				case r.class == e.class:
					c[f].other++
				default:
					c[f].ham++
				}
			}
		}
		add(all)
		for _, ids := range r.terms {
			for _, id := range ids {
				add(in[int(id)*n:][:n])
			}
		}
		return nil
	})
	for id := range v.terms {
		t := &v.terms[id]
		for k := range e.featureScale[id*e.members:][:e.members] {
			g, c, a := 1.0, in[id*n+k%n], all[k%n]
			if t.block == intentBlock {
				g = e.params.intentScale
			} else if t.block != shapeBlock {
				ratio := math.Log(float64(c.other+1)/float64(a.other+2)) - math.Log(float64(c.ham+1)/float64(a.ham+2))
				bayes := e.params.variants[k/n].bayesScale
				g = t.idf(v.rows) * (1 - bayes + bayes*math.Abs(ratio))
			}
			e.featureScale[id*e.members+k] = float32(g * g)
			prior := t.prior[headIndex(e.class)]
			if t.block == intentBlock {
				prior *= float32(e.params.priorWeight)
			}
			e.weights[id*e.members+k] = prior
		}
	}
	return err
}

// rarity is the inverse document frequency of a token, about 1 for one in
// fifty rows.
func (t *term) idf(rows int) float64 {
	return (1 + math.Log(float64(rows+1)/float64(max(1, t.rows())))) / 5
}

// scale is what the weights of a block are multiplied with in a row.
func (e *ensemble) rowScale(r *row, b int) float32 {
	return float32(e.params.blockScale[b] / math.Sqrt(float64(max(1, len(r.terms[b])))))
}

// scores puts the log odds that each lane gives to a row into l.z.
func (e *ensemble) score(r *row) {
	for k, b := range e.biases {
		e.logits[k] = float64(b)
	}
	for b, ids := range r.terms {
		var sum [maxMembers]float32
		for _, id := range ids {
			for k, w := range e.weights[int(id)*e.members:][:e.members] {
				sum[k] += w
			}
		}
		x := e.rowScale(r, b)
		for k := range e.logits {
			e.logits[k] += float64(x * sum[k])
		}
	}
}

// learn takes the best step for one row in every lane that may see it.
func (e *ensemble) update(r *row) {
	e.score(r)
	norms := e.squaredNorms(r)
	sign := -1.0
	if r.class == e.class {
		sign = 1
	}
	dual := e.duals[r.index*e.members:][:e.members]
	var step [maxMembers]float32
	const minStep = 0.002 // of the cost; a shorter step is not worth the writing
	moved := false
	for k := range dual {
		if k%(e.folds+1) == int(r.fold) {
			continue
		}
		v := k / (e.folds + 1)
		cost := e.params.variants[v].cost
		if r.augmented {
			cost *= e.params.augmentedCost
		}
		d := dualStep(float64(dual[k]), sign*e.logits[k], norms[v], cost) - float64(dual[k])
		if math.Abs(d) > minStep*cost {
			moved = true
		}
		step[k] = float32(sign * d)
	}
	if !moved {
		return
	}
	for k, d := range step[:e.members] {
		e.biases[k] += d
		dual[k] += float32(sign) * d
	}
	for b, ids := range r.terms {
		var delta [maxMembers]float32
		for k, x := 0, e.rowScale(r, b); k < e.members; k++ {
			delta[k] = x * step[k]
		}
		for _, id := range ids {
			w, g := e.weights[int(id)*e.members:][:e.members], e.featureScale[int(id)*e.members:][:e.members]
			for k := range w {
				w[k] += delta[k] * g[k]
			}
		}
	}
}

// sizes returns the squared length of a row for each variant, as the lanes that
// see all rows have it; the others differ little.
func (e *ensemble) squaredNorms(r *row) (norms [maxMembers]float64) {
	n := e.folds + 1
	for v := range e.params.variants {
		norms[v] = 1
		for b, ids := range r.terms {
			sum := float32(0)
			for _, id := range ids {
				sum += e.featureScale[int(id)*e.members+v*n+e.folds]
			}
			x := e.rowScale(r, b)
			norms[v] += float64(x * x * sum)
		}
	}
	return norms
}

// ascend finds the dual variable between 0 and cost that is best for a row of
// this margin and squared size while the others stay.
func dualStep(dual, margin, squaredNorm, cost float64) float64 {
	margin0 := cost * 1e-6
	a := min(max(dual, margin0), cost-margin0)
	if dual == 0 { // the first time
		a = cost / 2
	}
	for range 5 { // Newton's method, kept inside the interval
		slope := margin + squaredNorm*(a-dual) + math.Log(a/(cost-a))
		next := a - slope/(squaredNorm+cost/(a*(cost-a)))
		if next < margin0 {
			next = max(a/10, margin0)
		} else if next > cost-margin0 {
			next = min(cost-(cost-a)/10, cost-margin0)
		}
		if math.Abs(next-a) < 1e-4*cost {
			return next
		}
		a = next
	}
	return a
}

// fit teaches the lanes over all rows of the spool that are ham or of the class.
func (e *ensemble) fit(ctx context.Context, rows *rowFile, v *vocabulary, seed uint64, progress func(rows int)) error {
	rng := rand.New(rand.NewPCG(seed, 0x77696e6e6f77))
	if err := e.initWeights(rows, v, rng); err != nil {
		return fmt.Errorf("count for the %s head: %w", e.class, err)
	}
	for range e.params.epochs(rows.rows) {
		n := 0
		err := rows.shuffled(rng, func(r *row) error {
			if n++; n%256 == 0 {
				if err := ctx.Err(); err != nil {
					return err
				}
				progress(256)
			}
			if e.includes(r) {
				e.update(r)
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("fit the %s head: %w", e.class, err)
		}
	}
	return nil
}

// blend adds up the lanes that saw all rows, each variant as much as it counts.
func (e *ensemble) combine(stackWeights []float64) (weights []float64, prior float64) {
	weights = make([]float64, len(e.weights)/e.members)
	for v, c := range stackWeights {
		member := e.member(v, e.folds)
		prior += c * float64(e.biases[member])
		for id := range weights {
			weights[id] += c * float64(e.weights[id*e.members+member])
		}
	}
	return weights, prior
}
