package classifier

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"

	"winnow/models"
)

const (
	// Largest share of the ham that the default thresholds may flag. The aim for
	// held ham is 2 %. It is lower here, because the thresholds are found on
	// out-of-fold scores, and the final model is fitted on all rows.
	maxHeldHam     = 0.016
	maxRejectedHam = 0.002

	// Range of the default hold threshold, in probability. A comment that is
	// more likely spam than not must always be held.
	minHoldThreshold = 0.1
	maxHoldThreshold = 0.5
)

// thresholds returns the probabilities at which a head holds and rejects by
// default. ham are the out-of-fold probabilities of the ham rows; positive is
// the number of the head's other rows. A reject threshold of 0 means never:
// abuse is never rejected, nor is anything by a starter model or on few labels.
func (t *trainer) thresholds(class models.Class, ham []float64, positive int) (hold, reject float64) {
	hold = 0.5
	if at, ok := thresholdFor(ham, maxHeldHam); ok {
		hold = max(at, minHoldThreshold)
		if class == models.Spam {
			hold = min(hold, maxHoldThreshold)
		}
	}
	if t.opt.Hold > 0 {
		hold = t.opt.Hold
	}
	if class != models.Spam || t.opt.Starter || min(len(ham), positive) < minSiteLabels {
		return hold, 0
	}
	if at, ok := thresholdFor(ham, maxRejectedHam); ok {
		reject = max(at, hold)
	}
	return hold, reject
}

// thresholdFor returns the lowest probability at which no more than maxRate of
// the ham is flagged, with 99 % confidence, and false when there is too little
// ham to show it. It sorts ham, the out-of-fold probabilities of ham rows.
func thresholdFor(ham []float64, maxRate float64) (float64, bool) {
	if upperBound(0, len(ham)) > maxRate {
		return 0, false
	}
	slices.Sort(ham)
	flagged, n := 0, len(ham)
	for flagged < n && upperBound(flagged+1, n) <= maxRate {
		flagged++
	}
	return math.Nextafter(ham[n-1-min(flagged, n-1)], 2), true
}

// upperBound is the upper end of the one-sided 99 % confidence interval of a
// rate that was observed k times in n trials (Clopper and Pearson 1934): a
// quantile of the beta distribution.
func upperBound(k, n int) float64 {
	if k >= n {
		return 1
	}
	return mathext.InvRegIncBeta(float64(k+1), float64(n-k), 0.99)
}
