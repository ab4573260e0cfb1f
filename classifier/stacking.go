package classifier

import (
	"math"
	"math/rand/v2"
)

func sigmoid(z float64) float64 { return 1 / (1 + math.Exp(-z)) }

// outOfFoldRow holds the scores of a row by the members that were fitted
// without its fold, one for each variant.
type outOfFoldRow struct {
	scores   []float32
	positive bool
	fold     uint8
}

// stack is a small logistic regression that combines the scores of the variants
// into calibrated log odds.
type stack struct {
	weights   []float64 // of each variant's score
	intercept float64
}

func (s *stack) logOdds(scores []float32) float64 {
	z := s.intercept
	for v, w := range s.weights {
		z += w * float64(scores[v])
	}
	return z
}

// fitStack fits a stack to out-of-fold scores (Wolpert 1992, "Stacked
// generalization") by Newton's method. The targets are those of Platt (1999,
// "Probabilistic outputs for support vector machines"), which keep the weights
// finite on separable rows. Rows of skipFold are left out; -1 takes all.
//
// shrinkage is the strength of an L2 penalty on the differences between the
// variants' weights. It draws the stack towards the plain average.
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
	for range 50 {
		gradient, hessian := s.derivatives(rows, skipFold, high, low)
		s.addPenalty(gradient, hessian, shrinkage)
		step := solveCholesky(hessian, gradient, n+1)
		longest := 1e-12
		for _, d := range step {
			longest = max(longest, math.Abs(d))
		}
		damping := min(1, 2/longest) // no unknown moves by more than 2 at a time
		for v := range n {
			s.weights[v] -= damping * step[v]
		}
		s.intercept -= damping * step[n]
		if longest < 1e-9 {
			break
		}
	}
	// On a handful of rows the out-of-fold scores may be reversed by chance. A
	// stack with a negative sum of weights would then reverse every score, so
	// the sum is kept positive.
	const minSum = 0.05
	sum := 0.0
	for _, w := range s.weights {
		sum += w
	}
	if sum < minSum {
		for v := range s.weights {
			s.weights[v] = minSum / float64(n)
		}
		s.intercept = math.Log((positive + 1) / (negative + 1))
	}
	return s
}

// derivatives returns the gradient of the log loss and the lower triangle of
// its Hessian. The unknowns are the weights and, last, the intercept.
func (s *stack) derivatives(rows []outOfFoldRow, skipFold int, high, low float64) (gradient, hessian []float64) {
	n := len(s.weights)
	unknowns := n + 1
	gradient, hessian = make([]float64, unknowns), make([]float64, unknowns*unknowns)
	for _, r := range rows {
		if int(r.fold) == skipFold {
			continue
		}
		target := low
		if r.positive {
			target = high
		}
		p := sigmoid(s.logOdds(r.scores))
		residual, curvature := p-target, p*(1-p)
		x := func(i int) float64 {
			if i == n {
				return 1
			}
			return float64(r.scores[i])
		}
		for i := range unknowns {
			gradient[i] += residual * x(i)
			for j := range i + 1 {
				hessian[i*unknowns+j] += curvature * x(i) * x(j)
			}
		}
	}
	return gradient, hessian
}

// addPenalty adds the derivatives of the penalty of fitStack, and to the
// diagonal what keeps the matrix positive definite.
func (s *stack) addPenalty(gradient, hessian []float64, shrinkage float64) {
	n := len(s.weights)
	unknowns := n + 1
	mean := 0.0
	for _, w := range s.weights {
		mean += w / float64(n)
	}
	for i := range n {
		gradient[i] += shrinkage * (s.weights[i] - mean)
		for j := range i + 1 {
			hessian[i*unknowns+j] -= shrinkage / float64(n)
		}
		hessian[i*unknowns+i] += shrinkage + 1e-3
	}
	hessian[unknowns*unknowns-1] += 1e-6
}

// solveCholesky returns the solution x of h·x = g for a positive definite matrix
// of n rows, of which only the lower triangle is read. It overwrites both.
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

// calibrate fits the stack of a head and finds its thresholds, both from
// out-of-fold scores. It also returns the head's metrics and the weight of each
// term, in the order of the vocabulary.
func (t *trainer) calibrate(e *ensemble, file *rowFile) (*Head, *HeadMetrics, []float64, error) {
	rows, predictions, err := t.scoreOutOfFold(e, file)
	if err != nil {
		return nil, nil, nil, err
	}
	// The metrics and the thresholds need probabilities from a stack, too, that
	// was not fitted on the row: one stack for each fold.
	shrinkage := t.stackShrinkage(len(rows))
	var stacks [maxFolds]*stack
	for fold := range t.folds {
		stacks[fold] = fitStack(rows, fold, shrinkage)
	}
	var ham []float64
	for i, r := range rows {
		predictions[i].probability = sigmoid(stacks[r.fold].logOdds(r.scores))
		if !r.positive {
			ham = append(ham, predictions[i].probability)
		}
	}
	final := fitStack(rows, -1, shrinkage)
	weights, bias := e.combine(final.weights)
	h := &Head{Prior: bias + final.intercept, Scale: e.params.blockScale, StackWeights: final.weights}
	h.Hold, h.Reject = t.thresholds(e.class, ham, len(rows)-len(ham))
	return h, measureHead(predictions, h.Hold, h.Reject, &t.langs, &t.sources), weights, nil
}

// scoreOutOfFold scores each row with the members that were fitted without its
// fold. The predictions are of the same rows; they have no probability yet.
func (t *trainer) scoreOutOfFold(e *ensemble, file *rowFile) (rows []outOfFoldRow, predictions []prediction, err error) {
	rng := rand.New(rand.NewPCG(t.opt.Seed, 1))
	err = file.shuffled(rng, func(r *row) error {
		if !e.includes(r) || r.augmented || len(rows) >= maxOutOfFold {
			return nil
		}
		e.score(r)
		scores := make([]float32, len(e.params.variants))
		for v := range scores {
			scores[v] = float32(e.logits[e.member(v, int(r.fold))])
		}
		rows = append(rows, outOfFoldRow{scores, r.class == e.class, r.fold})
		predictions = append(predictions, prediction{positive: r.class == e.class, lang: r.lang, source: r.source})
		return nil
	})
	return rows, predictions, err
}

// stackShrinkage returns the shrinkage of the stacks, see fitStack. The weights
// that fit the sources of the labels best are not the best ones for another
// source, where the plain average of the variants does better. So the penalty
// grows with the domain shift and, like the log loss, with the number of rows.
// The constants were chosen by hand with cmd/accuracy.
func (t *trainer) stackShrinkage(rows int) float64 {
	return max(3, t.domainShift()*float64(rows)/30)
}
