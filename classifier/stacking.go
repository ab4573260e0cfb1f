package classifier

import (
	"math"
	"math/rand/v2"

	"winnow/models"
)

func sigmoid(z float64) float64 { return 1 / (1 + math.Exp(-z)) }

// outOfFold holds the scores that a row got from the lanes, one for each
// variant, that had not seen it.
type outOfFoldRow struct {
	scores   []float32
	positive bool
	fold     uint8
}

// stack is a small logistic regression that turns the scores of the variants
// into calibrated log odds.
type stack struct {
	weights   []float64 // what each variant's score is multiplied with
	intercept float64
}

func (s *stack) logOdds(scores []float32) float64 {
	z := s.intercept
	for v, c := range s.weights {
		z += c * float64(scores[v])
	}
	return z
}

// fitStack fits a stack to out-of-fold scores (Wolpert 1992), with the targets
// of Platt (1999) that keep it finite on separable rows. Rows of the fold
// without are left out; -1 takes all. hold is how strongly the stack keeps to
// the plain average of the variants, in rows of unit score.
func fitStack(rows []outOfFoldRow, skipFold int, shrinkage float64) *stack {
	n := len(rows[0].scores)
	s := &stack{weights: make([]float64, n)}
	for v := range s.weights {
		s.weights[v] = 1 / float64(n)
	}
	positive, negative := 0.0, 0.0
	for _, r := range rows {
		switch {
		case int(r.fold) == skipFold:
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
			if int(r.fold) == skipFold {
				continue
			}
			target := low
			if r.positive {
				target = high
			}
			p := sigmoid(s.logOdds(r.scores))
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
		for _, c := range s.weights {
			mean += c / float64(n)
		}
		for i := range n {
			g[i] += shrinkage * (s.weights[i] - mean)
			for j := range i + 1 {
				h[i*m+j] -= shrinkage / float64(n)
			}
			h[i*m+i] += shrinkage + 1e-3
		}
		h[m*m-1] += 1e-6
		step := solveCholesky(h, g, m)
		longest := 1e-12
		for _, d := range step {
			longest = max(longest, math.Abs(d))
		}
		short := min(1, 2/longest)
		for i := range n {
			s.weights[i] -= short * step[i]
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
	for _, c := range s.weights {
		total += c
	}
	if total < least {
		for v := range s.weights {
			s.weights[v] = least / float64(n)
		}
		s.intercept = math.Log((positive + 1) / (negative + 1))
	}
	return s
}

// solve returns x of h·x = g by Cholesky's method, for a positive definite
// matrix of m rows of which the lower half is given. It overwrites both.
func solveCholesky(h, g []float64, m int) []float64 {
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
func (t *trainer) calibrate(l *ensemble, s *rowFile) (*Head, *HeadFigures, []float64, error) {
	var rows []outOfFoldRow
	var facts []prediction
	rng := rand.New(rand.NewPCG(t.opt.Seed, 1))
	err := s.shuffled(rng, func(r *row) error {
		if !l.includes(r) || r.augmented || len(facts) >= maxOutOfFold {
			return nil
		}
		l.score(r)
		scores := make([]float32, len(l.params.variants))
		for v := range scores {
			scores[v] = float32(l.logits[l.member(v, int(r.fold))])
		}
		rows = append(rows, outOfFoldRow{scores, r.class == l.class, r.fold})
		facts = append(facts, prediction{positive: r.class == l.class, lang: r.lang, source: r.source})
		return nil
	})
	if err != nil {
		return nil, nil, nil, err
	}
	// Figures and thresholds rest on probabilities that neither the weights
	// nor the stack had seen the row for.
	hold := t.stackShrinkage(len(rows))
	var without [maxFolds]*stack
	for f := range t.folds {
		without[f] = fitStack(rows, f, hold)
	}
	var ham []float64
	for i, r := range rows {
		facts[i].p = sigmoid(without[r.fold].logOdds(r.scores))
		if !r.positive {
			ham = append(ham, facts[i].p)
		}
	}
	all := fitStack(rows, -1, hold)
	weights, prior := l.combine(all.weights)
	h := &Head{Prior: prior + all.intercept, Scale: l.params.blockScale, Variants: all.weights}
	h.Hold = 0.5
	if at, ok := thresholdFor(ham, maxHeldHam); ok {
		h.Hold = max(at, minHoldThreshold)
		if l.class == models.Spam {
			h.Hold = min(h.Hold, maxHoldThreshold)
		}
	}
	if t.opt.Hold > 0 {
		h.Hold = t.opt.Hold
	}
	if at, ok := thresholdFor(ham, maxRejectedHam); ok && l.class == models.Spam && !t.opt.Starter && min(len(ham), len(facts)-len(ham)) >= minSiteLabels {
		h.Reject = max(at, h.Hold)
	}
	return h, measureHead(facts, h.Hold, h.Reject, &t.langs, &t.sources), weights, nil
}

// hold is how strongly the stack keeps to the plain average of the variants.
// What is best for labels of many sources is not best for the next source, and
// the average carries over better.
func (t *trainer) stackShrinkage(rows int) float64 {
	return max(3, t.domainShift()*float64(rows)/30)
}
