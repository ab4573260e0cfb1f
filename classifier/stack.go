package classifier

import "math"

func sigmoid(z float64) float64 { return 1 / (1 + math.Exp(-z)) }

func logit(p float64) float64 { return math.Log(p / (1 - p)) }

// outOfFoldRow holds the scores of a row by what was fitted without its fold,
// one for each column.
type outOfFoldRow struct {
	scores   []float32
	weight   float32
	positive bool
	fold     uint8
	text     uint32 // index into trainer.texts
}

// stack is a small logistic regression that combines the columns into calibrated
// log odds.
type stack struct {
	weights   []float64 // of each column; none is negative
	intercept float64
}

func (s *stack) logOdds(scores []float32) float64 {
	z := s.intercept
	for v, w := range s.weights {
		z += w * float64(scores[v])
	}
	return z
}

// stackFit fits stacks to out-of-fold scores (Wolpert 1992, "Stacked
// generalization"). The targets are those of Platt (1999, "Probabilistic outputs
// for support vector machines"), which keep the weights finite on separable rows.
// No weight is negative (Breiman 1996, "Stacked regressions"): the columns agree
// in what they measure, so that a negative weight only fits noise.
type stackFit struct {
	rows  []outOfFoldRow
	means []float64 // the weights that the penalty pulls towards
	scale []float64 // mean square of each column over the rows
	// penalty is the strength of the L2 penalty on the difference of each weight from
	// its mean, of columns of mean square 1.
	penalty []float64
}

func newStackFit(rows []outOfFoldRow, means, penalty []float64) *stackFit {
	f := &stackFit{rows: rows, means: means, penalty: penalty, scale: make([]float64, len(means))}
	total := 0.0
	for _, r := range rows {
		total += float64(r.weight)
		for v, x := range r.scores {
			f.scale[v] += float64(r.weight) * float64(x) * float64(x)
		}
	}
	for v := range f.scale {
		f.scale[v] = f.scale[v]/max(total, 1e-9) + 1e-3
	}
	return f
}

// fit returns the stack without the rows of skipFold; -1 takes all.
func (f *stackFit) fit(skipFold int) *stack {
	n := len(f.means)
	s := &stack{weights: append([]float64(nil), f.means...)}
	positive, negative := 0.0, 0.0
	for _, r := range f.rows {
		switch {
		case int(r.fold) == skipFold:
		case r.positive:
			positive += float64(r.weight)
		default:
			negative += float64(r.weight)
		}
	}
	high, low := (positive+1)/(positive+2), 1/(negative+2)
	// An active set: a weight that would become negative is 0 from then on.
	fixed := make([]bool, n)
	for range 100 {
		gradient, hessian := f.derivatives(s, skipFold, high, low)
		f.addPenalty(s, gradient, hessian)
		fixZeros(fixed, gradient, hessian)
		step := solveCholesky(hessian, gradient, n+1)
		longest := 1e-12
		for _, d := range step {
			longest = max(longest, math.Abs(d))
		}
		damping := min(1, 2/longest) // no unknown moves by more than 2 at a time
		for v := range n {
			if s.weights[v] -= damping * step[v]; s.weights[v] < 0 {
				s.weights[v], fixed[v] = 0, true
			}
		}
		s.intercept -= damping * step[n]
		if longest < 1e-9 {
			break
		}
	}
	// On a handful of rows the out-of-fold scores may be reversed by chance. The sum
	// of the weights is kept positive, so that the model is not without any opinion.
	const minSum = 0.05
	sum := 0.0
	for _, w := range s.weights {
		sum += w
	}
	if sum < minSum {
		for v := range s.weights {
			s.weights[v] = minSum * f.means[v]
		}
		s.intercept = math.Log((positive + 1) / (negative + 1))
	}
	return s
}

// derivatives returns the gradient of the log loss and the lower triangle of
// its Hessian. The unknowns are the weights and, last, the intercept.
func (f *stackFit) derivatives(s *stack, skipFold int, high, low float64) (gradient, hessian []float64) {
	n := len(s.weights)
	unknowns := n + 1
	gradient, hessian = make([]float64, unknowns), make([]float64, unknowns*unknowns)
	x := make([]float64, unknowns)
	x[n] = 1
	for i := range f.rows {
		r := &f.rows[i]
		if int(r.fold) == skipFold {
			continue
		}
		target := low
		if r.positive {
			target = high
		}
		for v, score := range r.scores {
			x[v] = float64(score)
		}
		p := sigmoid(s.logOdds(r.scores))
		residual, curvature := float64(r.weight)*(p-target), float64(r.weight)*p*(1-p)
		for i := range unknowns {
			gradient[i] += residual * x[i]
			row := hessian[i*unknowns:]
			for j := range i + 1 {
				row[j] += curvature * x[i] * x[j]
			}
		}
	}
	return gradient, hessian
}

// addPenalty adds the derivatives of the penalty, and to the diagonal what keeps
// the matrix positive definite.
func (f *stackFit) addPenalty(s *stack, gradient, hessian []float64) {
	unknowns := len(f.means) + 1
	for i := range f.means {
		strength := f.penalty[i] * f.scale[i]
		gradient[i] += strength * (s.weights[i] - f.means[i])
		hessian[i*unknowns+i] += strength + 1e-6
	}
	hessian[unknowns*unknowns-1] += 1e-6
}

// fixZeros takes the fixed unknowns out of the equations.
func fixZeros(fixed []bool, gradient, hessian []float64) {
	unknowns := len(gradient)
	for v, is := range fixed {
		if !is {
			continue
		}
		gradient[v] = 0
		for j := range v {
			hessian[v*unknowns+j] = 0
		}
		for i := v + 1; i < unknowns; i++ {
			hessian[i*unknowns+v] = 0
		}
		hessian[v*unknowns+v] = 1
	}
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
