package classifier

import (
	"math"
	"slices"
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

// thresholdFor returns the lowest probability at which at most the share most
// of the ham is flagged, with 99 % confidence, and false when there is too
// little ham to tell. It sorts ham, the out-of-fold probabilities of ham rows.
func thresholdFor(ham []float64, most float64) (float64, bool) {
	if upperBound(0, len(ham)) > most {
		return 0, false
	}
	slices.Sort(ham)
	flagged, top := 0, len(ham)
	for flagged < top && upperBound(flagged+1, len(ham)) <= most {
		flagged++
	}
	return math.Nextafter(ham[top-1-min(flagged, top-1)], 2), true
}

// upperBound is the upper end of the one-sided 99 % confidence interval of a
// rate of which k of n were seen (Clopper and Pearson 1934).
func upperBound(k, n int) float64 {
	if k >= n {
		return 1
	}
	low, high := float64(k)/float64(n), 1.0
	for range 60 {
		mid := (low + high) / 2
		if binomialCDF(k, n, mid) > 0.01 {
			low = mid
		} else {
			high = mid
		}
	}
	return high
}

// binomialCDF is the chance of at most k hits in n trials of chance p.
func binomialCDF(k, n int, p float64) float64 {
	if p >= 1 {
		return 0
	}
	// Terms are taken from k downwards until they no longer matter.
	logGamma := func(x int) float64 { g, _ := math.Lgamma(float64(x)); return g }
	log := logGamma(n+1) - logGamma(k+1) - logGamma(n-k+1) + float64(k)*math.Log(p) + float64(n-k)*math.Log1p(-p)
	term, sum := math.Exp(log), 0.0
	for i := k; i >= 0 && term > sum*1e-12; i-- {
		sum += term
		term *= float64(i) / float64(n-i+1) * (1 - p) / p
	}
	return sum
}
