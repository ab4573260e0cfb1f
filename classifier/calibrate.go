package classifier

import (
	"math"
	"slices"
)

func sigmoid(z float64) float64 { return 1 / (1 + math.Exp(-z)) }

// outOfFold is the score that a row got from a model that had not seen it.
type outOfFold struct {
	score    float64
	positive bool
	fold     uint8
}

// line turns a score into calibrated log odds.
type line struct {
	Slope     float64 `json:"slope"`
	Intercept float64 `json:"intercept"`
}

func (l line) at(score float64) float64 { return l.Slope*score + l.Intercept }

// platt fits log odds to out-of-fold scores by logistic regression of one
// variable (Platt 1999), with his targets that keep it finite on separable
// rows. Rows of the fold without are left out; -1 takes all.
func platt(rows []outOfFold, without int) line {
	positive, negative := 0.0, 0.0
	for _, r := range rows {
		if int(r.fold) == without {
			continue
		}
		if r.positive {
			positive++
		} else {
			negative++
		}
	}
	high, low := (positive+1)/(positive+2), 1/(negative+2)
	l := line{1, 0}
	for range 50 { // Newton's method; some six steps are enough
		var ga, gb, haa, hab, hbb float64
		for _, r := range rows {
			if int(r.fold) == without {
				continue
			}
			target := low
			if r.positive {
				target = high
			}
			p := sigmoid(l.at(r.score))
			d, v := p-target, p*(1-p)
			ga, gb = ga+d*r.score, gb+d
			haa, hab, hbb = haa+v*r.score*r.score, hab+v*r.score, hbb+v
		}
		// A slope prior as weak as one row, for scores that are all alike.
		ga, haa, hbb = ga+0.01*(l.Slope-1), haa+0.01, hbb+1e-6
		det := haa*hbb - hab*hab
		da, db := (hbb*ga-hab*gb)/det, (haa*gb-hab*ga)/det
		step := min(1, 4/max(math.Abs(da), math.Abs(db), 1e-12))
		l.Slope, l.Intercept = l.Slope-step*da, l.Intercept-step*db
		if math.Abs(da)+math.Abs(db) < 1e-9 {
			break
		}
	}
	return l
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
