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
	epochs  int
	rate    float64         // first step of AdaGrad
	penalty float64         // L2 penalty on each weight, per row of the label set
	scale   [blocks]float64 // how far a block may carry
	nb      float64         // power of the naive Bayes scaling, 0: none
	idf     float64
}

var standard = recipe{epochs: 15, rate: 0.5, penalty: 1, scale: [blocks]float64{1, 1, 0.5}}

// lanes are several linear models fitted side by side over the same rows: one
// for each fold, which never sees the rows of that fold, and a last one that
// sees all. Their weights lie side by side too, so that a token is fetched
// from memory once for all of them.
type lanes struct {
	n      int // folds + 1
	class  models.Class
	vocab  *vocabulary
	recipe recipe
	weight []float32 // token by token, n for each
	square []float32 // sums of squared gradients (Duchi et al. 2011)
	bias   []float64
	biasSq []float64
	gain   []float32 // of each token
	decay  []float32 // penalty of each token at each touch
}

func newLanes(v *vocabulary, class models.Class, folds int, rec recipe) *lanes {
	n := folds + 1
	l := &lanes{
		n: n, class: class, vocab: v, recipe: rec,
		weight: make([]float32, n*len(v.tokens)), square: make([]float32, n*len(v.tokens)),
		bias: make([]float64, n), biasSq: make([]float64, n),
		gain: make([]float32, len(v.tokens)), decay: make([]float32, len(v.tokens)),
	}
	total := float64(v.rows)
	for i, t := range v.tokens {
		df := float64(t.ham + t.spam + t.abuse)
		g := 1.0
		if rec.idf > 0 && t.block != shapeBlock {
			g = math.Pow((1+math.Log(total/df))/4, rec.idf)
		}
		l.gain[i] = float32(g)
		l.decay[i] = float32(rec.penalty / df)
	}
	return l
}

// scores puts the log odds of each lane into z.
func (l *lanes) scores(r *row, z []float64) {
	copy(z, l.bias)
	var sum [maxFolds + 1]float32
	for b, ids := range r.ids {
		if len(ids) == 0 {
			continue
		}
		clear(sum[:])
		for _, id := range ids {
			w := l.weight[int(id)*l.n : int(id)*l.n+l.n]
			g := l.gain[id]
			for k, x := range w {
				sum[k] += x * g
			}
		}
		x := l.recipe.scale[b] / math.Sqrt(float64(len(ids)))
		for k := range z {
			z[k] += x * float64(sum[k])
		}
	}
}

func (l *lanes) learn(r *row, z []float64) {
	l.scores(r, z)
	y := 0.0
	if r.class == l.class {
		y = 1
	}
	for k := range z {
		z[k] = sigmoid(z[k]) - y
		if k == int(r.fold) {
			z[k] = 0
			continue
		}
		l.biasSq[k] += z[k] * z[k]
		l.bias[k] -= l.recipe.rate * z[k] / math.Sqrt(l.biasSq[k]+1e-8)
	}
	for b, ids := range r.ids {
		x := float32(l.recipe.scale[b] / math.Sqrt(float64(max(1, len(ids)))))
		for _, id := range ids {
			at := int(id) * l.n
			w, sq := l.weight[at:at+l.n], l.square[at:at+l.n]
			xg, decay := x*l.gain[id], l.decay[id]
			for k := range w {
				if k == int(r.fold) {
					continue
				}
				g := float32(z[k])*xg + decay*w[k]
				sq[k] += g * g
				w[k] -= float32(l.recipe.rate) * g / float32(math.Sqrt(float64(sq[k]))+1e-6)
			}
		}
	}
}

// fit teaches the lanes over all rows of the spool that are ham or of the class.
func (l *lanes) fit(ctx context.Context, s *spool, seed uint64, progress func(rows int)) error {
	rng := rand.New(rand.NewPCG(seed, 0x77696e6e6f77))
	z := make([]float64, l.n)
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
				l.learn(r, z)
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("fit the %s head: %w", l.class, err)
		}
	}
	return nil
}
