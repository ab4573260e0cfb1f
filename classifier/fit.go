package classifier

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"winnow/models"
)

// recipe is how the weights of a head are fitted.
type recipe struct {
	epochs int
	costs  []float64       // what a mistake costs against large weights, to choose from
	scale  [blocks]float64 // how much a block may carry
	idf    float64
}

var standard = recipe{epochs: 20, costs: []float64{1, 3, 10}, scale: [blocks]float64{1, 1, 0.5}, idf: 1}

// lanes are several logistic regressions fitted side by side over the same
// rows: for each cost one for each fold, which never sees the rows of that
// fold, and one that sees all. The weights of a token in all lanes lie side by
// side, so that it is fetched from memory once.
//
// The solver is dual coordinate descent (Yu, Huang and Lin 2011): it has no
// step size to tune and ends at the same weights from any order of the rows.
type lanes struct {
	n      int // lanes: len(costs) · (folds + 1)
	folds  int
	class  models.Class
	recipe recipe
	weight []float32 // token by token, n for each
	bias   []float32
	gain   []float32 // of each token: rare ones tell more
	dual   []float32 // row by row, n for each
	z      []float64
}

func newLanes(v *vocabulary, class models.Class, folds, rows int, rec recipe) *lanes {
	n := len(rec.costs) * (folds + 1)
	l := &lanes{
		n: n, folds: folds, class: class, recipe: rec, z: make([]float64, n),
		weight: make([]float32, n*len(v.tokens)), bias: make([]float32, n),
		gain: make([]float32, len(v.tokens)), dual: make([]float32, n*rows),
	}
	for i, t := range v.tokens {
		l.gain[i] = float32(t.gain(v.rows, rec.idf))
	}
	return l
}

// gain is the inverse document frequency of a token, about 1 for one in a
// hundred rows.
func (t *token) gain(rows int, power float64) float64 {
	if t.block == shapeBlock {
		return 1
	}
	return math.Pow((1+math.Log(float64(rows+1)/float64(t.rows())))/5, power)
}

// lane returns the number of the lane of a cost that skips a fold; the fold
// after the last skips none.
func (l *lanes) lane(cost, fold int) int { return cost*(l.folds+1) + fold }

// scores puts the log odds that each lane gives to a row into l.z.
func (l *lanes) scores(r *row) {
	for k, b := range l.bias {
		l.z[k] = float64(b)
	}
	var sum [maxLanes]float32
	for b, ids := range r.ids {
		if len(ids) == 0 {
			continue
		}
		clear(sum[:l.n])
		for _, id := range ids {
			g := l.gain[id]
			for k, w := range l.weight[int(id)*l.n:][:l.n] {
				sum[k] += w * g
			}
		}
		x := l.recipe.scale[b] / math.Sqrt(float64(len(ids)))
		for k := range l.z {
			l.z[k] += x * float64(sum[k])
		}
	}
}

// learn takes the best step for one row in every lane that may see it.
func (l *lanes) learn(r *row) {
	l.scores(r)
	size := 1.0
	var x [blocks]float32
	for b, ids := range r.ids {
		scale := l.recipe.scale[b] / math.Sqrt(float64(max(1, len(ids))))
		x[b] = float32(scale)
		for _, id := range ids {
			g := scale * float64(l.gain[id])
			size += g * g
		}
	}
	sign := -1.0
	if r.class == l.class {
		sign = 1
	}
	dual := l.dual[r.index*l.n:][:l.n]
	var step [maxLanes]float32
	for k := range dual {
		if k%(l.folds+1) == int(r.fold) {
			continue
		}
		before := float64(dual[k])
		after := ascend(before, sign*l.z[k], size, l.recipe.costs[k/(l.folds+1)])
		dual[k] = float32(after)
		step[k] = float32(sign * (float64(dual[k]) - before))
		l.bias[k] += step[k]
	}
	for b, ids := range r.ids {
		for _, id := range ids {
			g := x[b] * l.gain[id]
			w := l.weight[int(id)*l.n:][:l.n]
			for k := range w {
				w[k] += step[k] * g
			}
		}
	}
}

// ascend finds the dual variable between 0 and cost that is best for a row of
// this margin and squared size while the others stay.
func ascend(dual, margin, size, cost float64) float64 {
	least := cost * 1e-6
	a := min(max(dual, least), cost-least)
	for range 4 { // Newton's method, kept inside the interval
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
func (l *lanes) fit(ctx context.Context, s *spool, seed uint64, progress func(rows int)) error {
	rng := rand.New(rand.NewPCG(seed, 0x77696e6e6f77))
	for range l.recipe.epochs {
		n := 0
		err := s.shuffled(rng, func(r *row) error {
			if n++; n%256 == 0 {
				if err := ctx.Err(); err != nil {
					return err
				}
				progress(256)
			}
			if r.class == l.class || r.class == models.Ham {
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

// column returns what each token weighs in one lane.
func (l *lanes) column(lane int) []float32 {
	w := make([]float32, len(l.gain))
	for id, g := range l.gain {
		w[id] = l.weight[id*l.n+lane] * g
	}
	return w
}
