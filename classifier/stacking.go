package classifier

import (
	"math"
	"math/rand/v2"

	"winnow/models"
)

func sigmoid(z float64) float64 { return 1 / (1 + math.Exp(-z)) }

// outOfFold holds the scores that a row got from the lanes, one for each
// variant, that had not seen it.
type outOfFold struct {
	scores   []float32
	positive bool
	fold     uint8
}

// stack is a small logistic regression that turns the scores of the variants
// into calibrated log odds.
type stack struct {
	count     []float64 // what each variant's score is multiplied with
	intercept float64
}

func (s *stack) at(scores []float32) float64 {
	z := s.intercept
	for v, c := range s.count {
		z += c * float64(scores[v])
	}
	return z
}

// fitStack fits a stack to out-of-fold scores (Wolpert 1992), with the targets
// of Platt (1999) that keep it finite on separable rows. Rows of the fold
// without are left out; -1 takes all. hold is how strongly the stack keeps to
// the plain average of the variants, in rows of unit score.
func fitStack(rows []outOfFold, without int, hold float64) *stack {
	n := len(rows[0].scores)
	s := &stack{count: make([]float64, n)}
	for v := range s.count {
		s.count[v] = 1 / float64(n)
	}
	positive, negative := 0.0, 0.0
	for _, r := range rows {
		switch {
		case int(r.fold) == without:
		case r.positive:
			positive++
		default:
			negative++
		}
	}
	high, low := (positive+1)/(positive+2), 1/(negative+2)
	m := n + 1 // unknowns: the counts and the intercept
	for range 50 {
		g, h := make([]float64, m), make([]float64, m*m)
		for _, r := range rows {
			if int(r.fold) == without {
				continue
			}
			target := low
			if r.positive {
				target = high
			}
			p := sigmoid(s.at(r.scores))
			d, w := p-target, p*(1-p)
			x := func(i int) float64 {
				if i == n {
					return 1
				}
				return float64(r.scores[i])
			}
			for i := range m {
				g[i] += d * x(i)
				for j := range i + 1 {
					h[i*m+j] += w * x(i) * x(j)
				}
			}
		}
		mean := 0.0
		for _, c := range s.count {
			mean += c / float64(n)
		}
		for i := range n {
			g[i] += hold * (s.count[i] - mean)
			for j := range i + 1 {
				h[i*m+j] -= hold / float64(n)
			}
			h[i*m+i] += hold + 1e-3
		}
		h[m*m-1] += 1e-6
		step := solve(h, g, m)
		longest := 1e-12
		for _, d := range step {
			longest = max(longest, math.Abs(d))
		}
		short := min(1, 2/longest)
		for i := range n {
			s.count[i] -= short * step[i]
		}
		s.intercept -= short * step[n]
		if longest < 1e-9 {
			break
		}
	}
	// With a handful of rows the scores of those held out may happen to run the
	// wrong way. That says nothing yet, and must not turn the scores round.
	const least = 0.05
	total := 0.0
	for _, c := range s.count {
		total += c
	}
	if total < least {
		for v := range s.count {
			s.count[v] = least / float64(n)
		}
		s.intercept = math.Log((positive + 1) / (negative + 1))
	}
	return s
}

// solve returns x of h·x = g by Cholesky's method, for a positive definite
// matrix of m rows of which the lower half is given. It overwrites both.
func solve(h, g []float64, m int) []float64 {
	for i := range m {
		for j := range i + 1 {
			sum := h[i*m+j]
			for k := range j {
				sum -= h[i*m+k] * h[j*m+k]
			}
			if i == j {
				h[i*m+i] = math.Sqrt(max(sum, 1e-12))
			} else {
				h[i*m+j] = sum / h[j*m+j]
			}
		}
		for k := range i {
			g[i] -= h[i*m+k] * g[k]
		}
		g[i] /= h[i*m+i]
	}
	for i := m - 1; i >= 0; i-- {
		for k := i + 1; k < m; k++ {
			g[i] -= h[k*m+i] * g[k]
		}
		g[i] /= h[i*m+i]
	}
	return g
}

// calibrate stacks the variants, which turns their scores into probabilities,
// and finds the thresholds, all from scores that lanes give to rows they never
// saw. It returns what each token weighs besides.
func (t *trainer) calibrate(l *lanes, s *spool) (*Head, *HeadFigures, []float64, error) {
	var rows []outOfFold
	var facts []scored
	rng := rand.New(rand.NewPCG(t.opt.Seed, 1))
	err := s.shuffled(rng, func(r *row) error {
		if !l.sees(r) || r.copied || len(facts) >= maxScores {
			return nil
		}
		l.scores(r)
		scores := make([]float32, len(l.recipe.variants))
		for v := range scores {
			scores[v] = float32(l.z[l.lane(v, int(r.fold))])
		}
		rows = append(rows, outOfFold{scores, r.class == l.class, r.fold})
		facts = append(facts, scored{positive: r.class == l.class, lang: r.lang, source: r.source})
		return nil
	})
	if err != nil {
		return nil, nil, nil, err
	}
	// Figures and thresholds rest on probabilities that neither the weights
	// nor the stack had seen the row for.
	hold := t.hold(len(rows))
	var without [maxFolds]*stack
	for f := range t.folds {
		without[f] = fitStack(rows, f, hold)
	}
	var ham []float64
	for i, r := range rows {
		facts[i].p = sigmoid(without[r.fold].at(r.scores))
		if !r.positive {
			ham = append(ham, facts[i].p)
		}
	}
	all := fitStack(rows, -1, hold)
	weights, prior := l.blend(all.count)
	h := &Head{Prior: prior + all.intercept, Scale: l.recipe.scale, Variants: all.count}
	h.Hold = 0.5
	if at, ok := thresholdFor(ham, mostHeld); ok {
		h.Hold = max(at, leastHold)
		if l.class == models.Spam {
			h.Hold = min(h.Hold, mostHold)
		}
	}
	if t.opt.Hold > 0 {
		h.Hold = t.opt.Hold
	}
	if at, ok := thresholdFor(ham, mostRejected); ok && l.class == models.Spam && !t.opt.Starter && min(len(ham), len(facts)-len(ham)) >= warmLabels {
		h.Reject = max(at, h.Hold)
	}
	return h, headFigures(facts, h.Hold, h.Reject, &t.langs, &t.sources), weights, nil
}

// hold is how strongly the stack keeps to the plain average of the variants.
// What is best for labels of many sources is not best for the next source, and
// the average carries over better.
func (t *trainer) hold(rows int) float64 {
	return max(3, t.variety()*float64(rows)/30)
}
