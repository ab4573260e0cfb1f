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

func newEnsemble(class models.Class, folds, tokens, rows int, rec hyperparams, prior float64) *ensemble {
	n := len(rec.variants) * (folds + 1)
	l := &ensemble{
		members: n, folds: folds, class: class, params: rec,
		weights: make([]float32, n*tokens), featureScale: make([]float32, n*tokens), duals: make([]float32, n*rows),
		biases: make([]float32, n), logits: make([]float64, n),
	}
	for k := range l.biases {
		l.biases[k] = float32(prior)
	}
	return l
}

// lane returns the number of the lane of a variant that skips a fold; the fold
// after the last skips none.
func (l *ensemble) member(variant, fold int) int { return variant*(l.folds+1) + fold }

// sees tells whether the head learns from a row. Disguise is a matter of spam.
func (l *ensemble) includes(r *row) bool {
	return (r.class == l.class || r.class == models.Ham) && (!r.augmented || l.class == models.Spam)
}

// survey sets the first weight of every token, and its room from the rows that each lane sees.
func (l *ensemble) initWeights(s *rowFile, v *vocabulary, rng *rand.Rand) error {
	n := l.folds + 1
	type count struct{ ham, other float32 }
	in := make([]count, n*len(v.terms))
	all := make([]count, n)
	err := s.shuffled(rng, func(r *row) error {
		if !l.includes(r) {
			return nil
		}
		add := func(c []count) {
			for f := range c {
				switch {
				case f == int(r.fold):
				case r.class == l.class:
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
		for k := range l.featureScale[id*l.members:][:l.members] {
			g, c, a := 1.0, in[id*n+k%n], all[k%n]
			if t.block == intentBlock {
				g = l.params.intentScale
			} else if t.block != shapeBlock {
				ratio := math.Log(float64(c.other+1)/float64(a.other+2)) - math.Log(float64(c.ham+1)/float64(a.ham+2))
				bayes := l.params.variants[k/n].bayesScale
				g = t.idf(v.rows) * (1 - bayes + bayes*math.Abs(ratio))
			}
			l.featureScale[id*l.members+k] = float32(g * g)
			prior := t.prior[headIndex(l.class)]
			if t.block == intentBlock {
				prior *= float32(l.params.priorWeight)
			}
			l.weights[id*l.members+k] = prior
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
func (l *ensemble) rowScale(r *row, b int) float32 {
	return float32(l.params.blockScale[b] / math.Sqrt(float64(max(1, len(r.terms[b])))))
}

// scores puts the log odds that each lane gives to a row into l.z.
func (l *ensemble) score(r *row) {
	for k, b := range l.biases {
		l.logits[k] = float64(b)
	}
	for b, ids := range r.terms {
		var sum [maxMembers]float32
		for _, id := range ids {
			for k, w := range l.weights[int(id)*l.members:][:l.members] {
				sum[k] += w
			}
		}
		x := l.rowScale(r, b)
		for k := range l.logits {
			l.logits[k] += float64(x * sum[k])
		}
	}
}

// learn takes the best step for one row in every lane that may see it.
func (l *ensemble) update(r *row) {
	l.score(r)
	size := l.squaredNorms(r)
	sign := -1.0
	if r.class == l.class {
		sign = 1
	}
	dual := l.duals[r.index*l.members:][:l.members]
	var step [maxMembers]float32
	const least = 0.002 // of the cost; a shorter step is not worth the writing
	moved := false
	for k := range dual {
		if k%(l.folds+1) == int(r.fold) {
			continue
		}
		v := k / (l.folds + 1)
		cost := l.params.variants[v].cost
		if r.augmented {
			cost *= l.params.augmentedCost
		}
		d := dualStep(float64(dual[k]), sign*l.logits[k], size[v], cost) - float64(dual[k])
		if math.Abs(d) > least*cost {
			moved = true
		}
		step[k] = float32(sign * d)
	}
	if !moved {
		return
	}
	for k, d := range step[:l.members] {
		l.biases[k] += d
		dual[k] += float32(sign) * d
	}
	for b, ids := range r.terms {
		var by [maxMembers]float32
		for k, x := 0, l.rowScale(r, b); k < l.members; k++ {
			by[k] = x * step[k]
		}
		for _, id := range ids {
			w, g := l.weights[int(id)*l.members:][:l.members], l.featureScale[int(id)*l.members:][:l.members]
			for k := range w {
				w[k] += by[k] * g[k]
			}
		}
	}
}

// sizes returns the squared length of a row for each variant, as the lanes that
// see all rows have it; the others differ little.
func (l *ensemble) squaredNorms(r *row) (size [maxMembers]float64) {
	n := l.folds + 1
	for v := range l.params.variants {
		size[v] = 1
		for b, ids := range r.terms {
			sum := float32(0)
			for _, id := range ids {
				sum += l.featureScale[int(id)*l.members+v*n+l.folds]
			}
			x := l.rowScale(r, b)
			size[v] += float64(x * x * sum)
		}
	}
	return size
}

// ascend finds the dual variable between 0 and cost that is best for a row of
// this margin and squared size while the others stay.
func dualStep(dual, margin, squaredNorm, cost float64) float64 {
	least := cost * 1e-6
	a := min(max(dual, least), cost-least)
	if dual == 0 { // the first time
		a = cost / 2
	}
	for range 5 { // Newton's method, kept inside the interval
		slope := margin + squaredNorm*(a-dual) + math.Log(a/(cost-a))
		next := a - slope/(squaredNorm+cost/(a*(cost-a)))
		if next < least {
			next = max(a/10, least)
		} else if next > cost-least {
			next = min(cost-(cost-a)/10, cost-least)
		}
		if math.Abs(next-a) < 1e-4*cost {
			return next
		}
		a = next
	}
	return a
}

// fit teaches the lanes over all rows of the spool that are ham or of the class.
func (l *ensemble) fit(ctx context.Context, s *rowFile, v *vocabulary, seed uint64, progress func(rows int)) error {
	rng := rand.New(rand.NewPCG(seed, 0x77696e6e6f77))
	if err := l.initWeights(s, v, rng); err != nil {
		return fmt.Errorf("count for the %s head: %w", l.class, err)
	}
	for range l.params.epochs(s.rows) {
		n := 0
		err := s.shuffled(rng, func(r *row) error {
			if n++; n%256 == 0 {
				if err := ctx.Err(); err != nil {
					return err
				}
				progress(256)
			}
			if l.includes(r) {
				l.update(r)
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("fit the %s head: %w", l.class, err)
		}
	}
	return nil
}

// blend adds up the lanes that saw all rows, each variant as much as it counts.
func (l *ensemble) combine(stackWeights []float64) (weights []float64, prior float64) {
	weights = make([]float64, len(l.weights)/l.members)
	for v, c := range stackWeights {
		lane := l.member(v, l.folds)
		prior += c * float64(l.biases[lane])
		for id := range weights {
			weights[id] += c * float64(l.weights[id*l.members+lane])
		}
	}
	return weights, prior
}
