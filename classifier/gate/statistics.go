package gate

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"
)

// binomialTail returns the probability of k or more successes in n trials.
func binomialTail(k, n int, p float64) float64 {
	switch {
	case k <= 0:
		return 1
	case k > n || p <= 0:
		return 0
	case p >= 1:
		return 1
	}
	return mathext.RegIncBeta(float64(k), float64(n-k+1), p)
}

// mcnemar returns the one-sided p-value of the exact test of McNemar: the
// probability that of worse+better rows on which two equally good models differ so
// many or more are worse.
func mcnemar(worse, better int) float64 { return binomialTail(worse, worse+better, 0.5) }

// scored is a probability and whether the row is of the class.
type scored struct {
	p        float64
	positive bool
}

// ranking returns the area under the ROC curve, and its z-score against a ranking
// by chance (Mann and Whitney 1947, normal approximation). ok is false without rows
// of both kinds.
func ranking(rows []scored) (auc, z float64, ok bool) {
	slices.SortFunc(rows, func(a, b scored) int { return cmp.Compare(a.p, b.p) })
	var positives, negatives, wins float64
	for i := 0; i < len(rows); {
		var p, n float64 // of equal probability
		for at := rows[i].p; i < len(rows) && rows[i].p == at; i++ {
			if rows[i].positive {
				p++
			} else {
				n++
			}
		}
		wins += p*negatives + p*n/2
		positives, negatives = positives+p, negatives+n
	}
	if positives == 0 || negatives == 0 {
		return 0, 0, false
	}
	auc = wins / (positives * negatives)
	deviation := math.Sqrt((positives + negatives + 1) / (12 * positives * negatives))
	return auc, (auc - 0.5) / deviation, true
}

// variationDistance returns the total variation distance of two distributions that
// are given by counts, 0 for equal ones to 1 for those with nothing in common.
func variationDistance(a, b map[string]int) float64 {
	total := func(m map[string]int) (n float64) {
		for _, k := range m {
			n += float64(k)
		}
		return n
	}
	na, nb := total(a), total(b)
	distance := 0.0
	for name, n := range a {
		distance += math.Abs(float64(n)/na - float64(b[name])/nb)
	}
	for name, n := range b {
		if _, both := a[name]; !both {
			distance += float64(n) / nb
		}
	}
	return distance / 2
}
