package classifier

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"winnow/models"
)

// ensemble is a set of L2-regularised logistic regressions (its members) that
// are fitted at the same time over the same rows. Each variant has one member
// for each fold, fitted without the rows of that fold, and one fitted on all
// rows. The weights of one term in all members are adjacent in memory, so that
// they are fetched at once.
//
// The solver is dual coordinate descent for logistic regression (Yu, Huang and
// Lin 2011, "Dual coordinate descent methods for logistic regression and
// maximum entropy models"): it has no step size to tune and converges to the
// same weights for any order of the rows. As in NBSVM (Wang and Manning 2012,
// "Baselines and bigrams"), a feature's value is scaled by the term's naive
// Bayes log ratio, here times its inverse document frequency. The scale is
// multiplied into the weight, so that scoring need not know it.
//
// The penalty pulls a weight towards the term's prior instead of towards 0, and
// the fit starts from there.
type ensemble struct {
	members      int // len(variants) · (folds + 1)
	folds        int
	class        models.Class
	params       hyperparams
	weights      []float32 // of each term in each member
	featureScale []float32 // likewise: the square of what the feature is multiplied by
	duals        []float32 // of each row in each member
	biases       []float32
	logits       []float64    // log odds of the current row in each member, see score
	rowWeights   []float32    // by index of the row
	counts       []classCount // of each term without each fold, and on all rows; see countRows
	totals       []classCount // likewise, of all rows
}

func newEnsemble(class models.Class, folds, terms int, rowWeights []float32, params hyperparams, bias float64) *ensemble {
	members := len(params.variants) * (folds + 1)
	e := &ensemble{
		members: members, folds: folds, class: class, params: params, rowWeights: rowWeights,
		weights: make([]float32, members*terms), featureScale: make([]float32, members*terms), duals: make([]float32, members*len(rowWeights)),
		biases: make([]float32, members), logits: make([]float64, members),
	}
	for k := range e.biases {
		e.biases[k] = float32(bias)
	}
	return e
}

// member returns the index of the member of a variant that is fitted without a
// fold; fold e.folds is the member fitted on all rows.
func (e *ensemble) member(variant, fold int) int { return variant*(e.folds+1) + fold }

// includes reports whether the head learns from a row. Only the spam head
// learns from augmented rows, because it is spam that is disguised, and does not
// from silent ones.
func (e *ensemble) includes(r *row) bool {
	return (r.class == e.class || r.class == models.Ham) && !r.silent[headIndex(e.class)] && (e.class == models.Spam || !r.augmented)
}

// classCount adds up the weights of the rows of the two classes of a head.
type classCount struct{ ham, positive float32 }

// initWeights sets the first weight of every term to its prior, and its feature
// scale from the rows that each member is fitted on.
func (e *ensemble) initWeights(file *rowFile, v *vocabulary, rng *rand.Rand) error {
	n := e.folds + 1
	perTerm, total, err := e.countRows(file, len(v.terms), rng)
	e.counts, e.totals = perTerm, total
	for id := range v.terms {
		t := &v.terms[id]
		for k := range e.featureScale[id*e.members:][:e.members] {
			scale, c, all := 1.0, perTerm[id*n+k%n], total[k%n]
			if t.block == intentBlock {
				scale = e.params.intentScale
			} else if t.block != shapeBlock {
				scale = t.idf(v.rows) * e.params.variants[k/n].bayesFactor(c, all)
			}
			e.featureScale[id*e.members+k] = float32(scale * scale)
			prior := t.prior[headIndex(e.class)]
			if t.block == intentBlock {
				prior *= float32(e.params.priorWeight)
			}
			e.weights[id*e.members+k] = prior
		}
	}
	return err
}

// countRows counts, without the rows of each fold in turn and for all rows, how
// many rows each term is in, and how many rows there are, by weight.
func (e *ensemble) countRows(file *rowFile, terms int, rng *rand.Rand) (perTerm, total []classCount, err error) {
	n := e.folds + 1
	perTerm, total = make([]classCount, n*terms), make([]classCount, n)
	err = file.shuffled(rng, func(r *row) error {
		if !e.includes(r) {
			return nil
		}
		weight := e.rowWeights[r.index]
		add := func(counts []classCount) {
			for fold := range counts {
				switch {
				case fold == int(r.fold):
				case r.class == e.class:
					counts[fold].positive += weight
				default:
					counts[fold].ham += weight
				}
			}
		}
		add(total)
		for _, ids := range r.terms {
			for _, id := range ids {
				add(perTerm[int(id)*n:][:n])
			}
		}
		return nil
	})
	return perTerm, total, err
}

// bayesFactor returns what a variant multiplies a feature by for the naive
// Bayes log ratio of its term, which is in c rows out of all. Counts are
// smoothed by adding one.
func (v variant) bayesFactor(c, all classCount) float64 {
	ratio := math.Log(float64(c.positive+1)/float64(all.positive+2)) - math.Log(float64(c.ham+1)/float64(all.ham+2))
	return 1 - v.bayesScale + v.bayesScale*math.Abs(ratio)
}

// idf is the inverse document frequency of a term, divided by 5 so that it is
// about 1 for a term in one of fifty rows.
func (t *term) idf(rows int) float64 {
	return (1 + math.Log(float64(rows+1)/float64(max(1, t.rows())))) / 5
}

// rowScale is what the weights of a block are multiplied by in a row.
func (e *ensemble) rowScale(r *row, b int) float32 {
	return float32(e.params.blockScale[b] / blockRoot(block(b), len(r.terms[b])))
}

// score stores the log odds that each member gives to a row in e.logits.
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

// update optimises the dual variable of one row in every member that is fitted
// on the row.
func (e *ensemble) update(r *row) {
	e.score(r)
	norms := e.squaredNorms(r)
	sign := -1.0
	if r.class == e.class {
		sign = 1
	}
	dual := e.duals[r.index*e.members:][:e.members]
	var step [maxMembers]float32
	const minStep = 0.002 // times the cost; a shorter step is skipped to save the writes
	changed := false
	for k := range dual {
		if k%(e.folds+1) == int(r.fold) {
			continue
		}
		v := k / (e.folds + 1)
		cost := e.params.variants[v].cost * float64(e.rowWeights[r.index])
		if r.augmented {
			cost *= e.params.augmentedCost
		}
		d := dualStep(float64(dual[k]), sign*e.logits[k], norms[v], cost) - float64(dual[k])
		if math.Abs(d) > minStep*cost {
			changed = true
		}
		step[k] = float32(sign * d)
	}
	if !changed {
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

// squaredNorms returns the squared length of a row for each variant. It is
// computed for the members fitted on all rows; in the others it differs little.
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

// dualStep returns the dual variable, between 0 and cost, that is optimal for a
// row of this margin and squared norm while the other rows' variables are fixed.
// It takes at most five steps of Newton's method, kept inside the interval.
func dualStep(dual, margin, squaredNorm, cost float64) float64 {
	lowest := cost * 1e-6
	a := min(max(dual, lowest), cost-lowest)
	if dual == 0 { // the row's first step
		a = cost / 2
	}
	for range 5 {
		slope := margin + squaredNorm*(a-dual) + math.Log(a/(cost-a))
		next := a - slope/(squaredNorm+cost/(a*(cost-a)))
		if next < lowest {
			next = max(a/10, lowest)
		} else if next > cost-lowest {
			next = min(cost-(cost-a)/10, cost-lowest)
		}
		if math.Abs(next-a) < 1e-4*cost {
			return next
		}
		a = next
	}
	return a
}

// fit fits all members. It calls progress with the number of rows gone over
// since the last call.
func (e *ensemble) fit(ctx context.Context, file *rowFile, v *vocabulary, seed uint64, progress func(rows int)) error {
	rng := rand.New(rand.NewPCG(seed, 0x77696e6e6f77))
	if err := e.initWeights(file, v, rng); err != nil {
		return fmt.Errorf("count for the %s head: %w", e.class, err)
	}
	for range e.params.epochs(file.rows) {
		n := 0
		err := file.shuffled(rng, func(r *row) error {
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

// combine returns the sum of the members fitted on all rows, each multiplied by
// the stack's weight of its variant.
func (e *ensemble) combine(stackWeights []float64) (weights []float64, bias float64) {
	weights = make([]float64, len(e.weights)/e.members)
	for v, c := range stackWeights {
		member := e.member(v, e.folds)
		bias += c * float64(e.biases[member])
		for id := range weights {
			weights[id] += c * float64(e.weights[id*e.members+member])
		}
	}
	return weights, bias
}
