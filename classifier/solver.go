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
type lanes struct {
	n      int // lanes: len(variants) · (folds + 1)
	folds  int
	class  models.Class
	recipe recipe
	weight []float32 // token by token, n for each
	room   []float32 // likewise, squared
	dual   []float32 // row by row, n for each
	bias   []float32
	z      []float64 // log odds of a row in each lane
}

func newLanes(class models.Class, folds, tokens, rows int, rec recipe, prior float64) *lanes {
	n := len(rec.variants) * (folds + 1)
	l := &lanes{
		n: n, folds: folds, class: class, recipe: rec,
		weight: make([]float32, n*tokens), room: make([]float32, n*tokens), dual: make([]float32, n*rows),
		bias: make([]float32, n), z: make([]float64, n),
	}
	for k := range l.bias {
		l.bias[k] = float32(prior)
	}
	return l
}

// lane returns the number of the lane of a variant that skips a fold; the fold
// after the last skips none.
func (l *lanes) lane(variant, fold int) int { return variant*(l.folds+1) + fold }

// sees tells whether the head learns from a row. Disguise is a matter of spam.
func (l *lanes) sees(r *row) bool {
	return (r.class == l.class || r.class == models.Ham) && (!r.copied || l.class == models.Spam)
}

// survey sets the first weight of every token, and its room from the rows that each lane sees.
func (l *lanes) survey(s *spool, v *vocabulary, rng *rand.Rand) error {
	n := l.folds + 1
	type count struct{ ham, other float32 }
	in := make([]count, n*len(v.tokens))
	all := make([]count, n)
	err := s.shuffled(rng, func(r *row) error {
		if !l.sees(r) {
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
		for _, ids := range r.ids {
			for _, id := range ids {
				add(in[int(id)*n:][:n])
			}
		}
		return nil
	})
	for id := range v.tokens {
		t := &v.tokens[id]
		for k := range l.room[id*l.n:][:l.n] {
			g, c, a := 1.0, in[id*n+k%n], all[k%n]
			if t.block == callBlock {
				g = l.recipe.held
			} else if t.block != shapeBlock {
				ratio := math.Log(float64(c.other+1)/float64(a.other+2)) - math.Log(float64(c.ham+1)/float64(a.ham+2))
				bayes := l.recipe.variants[k/n].bayes
				g = t.rarity(v.rows) * (1 - bayes + bayes*math.Abs(ratio))
			}
			l.room[id*l.n+k] = float32(g * g)
			prior := t.prior[headIndex(l.class)]
			if t.block == callBlock {
				prior *= float32(l.recipe.trust)
			}
			l.weight[id*l.n+k] = prior
		}
	}
	return err
}

// rarity is the inverse document frequency of a token, about 1 for one in
// fifty rows.
func (t *token) rarity(rows int) float64 {
	return (1 + math.Log(float64(rows+1)/float64(max(1, t.rows())))) / 5
}

// scale is what the weights of a block are multiplied with in a row.
func (l *lanes) scale(r *row, b int) float32 {
	return float32(l.recipe.scale[b] / math.Sqrt(float64(max(1, len(r.ids[b])))))
}

// scores puts the log odds that each lane gives to a row into l.z.
func (l *lanes) scores(r *row) {
	for k, b := range l.bias {
		l.z[k] = float64(b)
	}
	for b, ids := range r.ids {
		var sum [maxLanes]float32
		for _, id := range ids {
			for k, w := range l.weight[int(id)*l.n:][:l.n] {
				sum[k] += w
			}
		}
		x := l.scale(r, b)
		for k := range l.z {
			l.z[k] += float64(x * sum[k])
		}
	}
}

// learn takes the best step for one row in every lane that may see it.
func (l *lanes) learn(r *row) {
	l.scores(r)
	size := l.sizes(r)
	sign := -1.0
	if r.class == l.class {
		sign = 1
	}
	dual := l.dual[r.index*l.n:][:l.n]
	var step [maxLanes]float32
	const least = 0.002 // of the cost; a shorter step is not worth the writing
	moved := false
	for k := range dual {
		if k%(l.folds+1) == int(r.fold) {
			continue
		}
		v := k / (l.folds + 1)
		cost := l.recipe.variants[v].cost
		if r.copied {
			cost *= l.recipe.copied
		}
		d := ascend(float64(dual[k]), sign*l.z[k], size[v], cost) - float64(dual[k])
		if math.Abs(d) > least*cost {
			moved = true
		}
		step[k] = float32(sign * d)
	}
	if !moved {
		return
	}
	for k, d := range step[:l.n] {
		l.bias[k] += d
		dual[k] += float32(sign) * d
	}
	for b, ids := range r.ids {
		var by [maxLanes]float32
		for k, x := 0, l.scale(r, b); k < l.n; k++ {
			by[k] = x * step[k]
		}
		for _, id := range ids {
			w, g := l.weight[int(id)*l.n:][:l.n], l.room[int(id)*l.n:][:l.n]
			for k := range w {
				w[k] += by[k] * g[k]
			}
		}
	}
}

// sizes returns the squared length of a row for each variant, as the lanes that
// see all rows have it; the others differ little.
func (l *lanes) sizes(r *row) (size [maxLanes]float64) {
	n := l.folds + 1
	for v := range l.recipe.variants {
		size[v] = 1
		for b, ids := range r.ids {
			sum := float32(0)
			for _, id := range ids {
				sum += l.room[int(id)*l.n+v*n+l.folds]
			}
			x := l.scale(r, b)
			size[v] += float64(x * x * sum)
		}
	}
	return size
}

// ascend finds the dual variable between 0 and cost that is best for a row of
// this margin and squared size while the others stay.
func ascend(dual, margin, size, cost float64) float64 {
	least := cost * 1e-6
	a := min(max(dual, least), cost-least)
	if dual == 0 { // the first time
		a = cost / 2
	}
	for range 5 { // Newton's method, kept inside the interval
		slope := margin + size*(a-dual) + math.Log(a/(cost-a))
		next := a - slope/(size+cost/(a*(cost-a)))
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
func (l *lanes) fit(ctx context.Context, s *spool, v *vocabulary, seed uint64, progress func(rows int)) error {
	rng := rand.New(rand.NewPCG(seed, 0x77696e6e6f77))
	if err := l.survey(s, v, rng); err != nil {
		return fmt.Errorf("count for the %s head: %w", l.class, err)
	}
	for range l.recipe.rounds(s.rows) {
		n := 0
		err := s.shuffled(rng, func(r *row) error {
			if n++; n%256 == 0 {
				if err := ctx.Err(); err != nil {
					return err
				}
				progress(256)
			}
			if l.sees(r) {
				l.learn(r)
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
func (l *lanes) blend(count []float64) (weights []float64, prior float64) {
	weights = make([]float64, len(l.weight)/l.n)
	for v, c := range count {
		lane := l.lane(v, l.folds)
		prior += c * float64(l.bias[lane])
		for id := range weights {
			weights[id] += c * float64(l.weight[id*l.n+lane])
		}
	}
	return weights, prior
}
