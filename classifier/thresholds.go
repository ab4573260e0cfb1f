package classifier

import (
	"math"
	"slices"
)

// Shares of the ham that the default thresholds may flag.
const (
	maxHeldHam       = 0.016 // measured before the model learned from all rows; leaves room below 2 %
	maxRejectedHam   = 0.002
	minHoldThreshold = 0.1 // below it nobody would call a comment suspect
	maxHoldThreshold = 0.5 // what is more likely spam than not is never published unseen
)

// thresholdFor returns the lowest probability at which at most the share most
// of the ham is flagged, with 99 % confidence, and false when there is too
// little ham to tell. It sorts ham, the out-of-fold probabilities of ham rows.
func thresholdFor(ham []float64, maxRate float64) (float64, bool) {
	if upperBound(0, len(ham)) > maxRate {
		return 0, false
	}
	slices.Sort(ham)
	flagged, top := 0, len(ham)
	for flagged < top && upperBound(flagged+1, len(ham)) <= maxRate {
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
