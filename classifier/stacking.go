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
	unknowns := n + 1 // unknowns: the counts and the intercept
	for range 50 {
		g, h := make([]float64, unknowns), make([]float64, unknowns*unknowns)
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
			for i := range unknowns {
				g[i] += d * x(i)
				for j := range i + 1 {
					h[i*unknowns+j] += w * x(i) * x(j)
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
				h[i*unknowns+j] -= shrinkage / float64(n)
			}
			h[i*unknowns+i] += shrinkage + 1e-3
		}
		h[unknowns*unknowns-1] += 1e-6
		step := solveCholesky(h, g, unknowns)
		maxStep := 1e-12
		for _, d := range step {
			maxStep = max(maxStep, math.Abs(d))
		}
		damping := min(1, 2/maxStep)
		for i := range n {
			s.weights[i] -= damping * step[i]
		}
		s.intercept -= damping * step[n]
		if maxStep < 1e-9 {
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
func solveCholesky(h, g []float64, n int) []float64 {
	for i := range n {
		for j := range i + 1 {
			sum := h[i*n+j]
			for k := range j {
				sum -= h[i*n+k] * h[j*n+k]
			}
			if i == j {
				h[i*n+i] = math.Sqrt(max(sum, 1e-12))
			} else {
				h[i*n+j] = sum / h[j*n+j]
			}
		}
		for k := range i {
			g[i] -= h[i*n+k] * g[k]
		}
		g[i] /= h[i*n+i]
	}
	for i := n - 1; i >= 0; i-- {
		for k := i + 1; k < n; k++ {
			g[i] -= h[k*n+i] * g[k]
		}
		g[i] /= h[i*n+i]
	}
	return g
}

// calibrate stacks the variants, which turns their scores into probabilities,
// and finds the thresholds, all from scores that lanes give to rows they never
// saw. It returns what each token weighs besides.
func (t *trainer) calibrate(e *ensemble, rows *rowFile) (*Head, *HeadFigures, []float64, error) {
	var outOfFold []outOfFoldRow
	var predictions []prediction
	rng := rand.New(rand.NewPCG(t.opt.Seed, 1))
	err := rows.shuffled(rng, func(r *row) error {
		if !e.includes(r) || r.augmented || len(predictions) >= maxOutOfFold {
			return nil
		}
		e.score(r)
		scores := make([]float32, len(e.params.variants))
		for v := range scores {
			scores[v] = float32(e.logits[e.member(v, int(r.fold))])
		}
		outOfFold = append(outOfFold, outOfFoldRow{scores, r.class == e.class, r.fold})
		predictions = append(predictions, prediction{positive: r.class == e.class, lang: r.lang, source: r.source})
		return nil
	})
	if err != nil {
		return nil, nil, nil, err
	}
	// Figures and thresholds rest on probabilities that neither the weights
	// nor the stack had seen the row for.
	shrinkage := t.stackShrinkage(len(outOfFold))
	var stacks [maxFolds]*stack
	for f := range t.folds {
		stacks[f] = fitStack(outOfFold, f, shrinkage)
	}
	var ham []float64
	for i, r := range outOfFold {
		predictions[i].probability = sigmoid(stacks[r.fold].logOdds(r.scores))
		if !r.positive {
			ham = append(ham, predictions[i].probability)
		}
	}
	all := fitStack(outOfFold, -1, shrinkage)
	weights, prior := e.combine(all.weights)
	h := &Head{Prior: prior + all.intercept, Scale: e.params.blockScale, Variants: all.weights}
	h.Hold = 0.5
	if at, ok := thresholdFor(ham, maxHeldHam); ok {
		h.Hold = max(at, minHoldThreshold)
		if e.class == models.Spam {
			h.Hold = min(h.Hold, maxHoldThreshold)
		}
	}
	if t.opt.Hold > 0 {
		h.Hold = t.opt.Hold
	}
	if at, ok := thresholdFor(ham, maxRejectedHam); ok && e.class == models.Spam && !t.opt.Starter && min(len(ham), len(predictions)-len(ham)) >= minSiteLabels {
		h.Reject = max(at, h.Hold)
	}
	return h, measureHead(predictions, h.Hold, h.Reject, &t.langs, &t.sources), weights, nil
}

// hold is how strongly the stack keeps to the plain average of the variants.
// What is best for labels of many sources is not best for the next source, and
// the average carries over better.
func (t *trainer) stackShrinkage(rows int) float64 {
	return max(3, t.domainShift()*float64(rows)/30)
}
