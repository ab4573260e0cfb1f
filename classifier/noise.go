package classifier

import "math"

// LabelNoise are the shares of the labels that are estimated to be wrong.
type LabelNoise struct {
	Ham      Ratio `json:"ham"`      // of the ham: rows that are of the head's class
	Positive Ratio `json:"positive"` // of the head's class: rows that are ham
}

// Fractions of a class that the noise is estimated from, and of which at least
// minNoiseRows rows must be.
const (
	leastPure    = 0.3
	minNoiseRows = 20
	minNoise     = 0.005 // less is not told from chance
)

// correctNoise estimates how many labels are wrong, and corrects the recalls at low
// false positive rates for it: one wrong label among a hundred ham is enough to
// make the recall at 1 % fall to almost nothing, although the model is right about
// it.
//
// If a share n of the ham is mislabelled, then at every threshold the observed false
// positive rate is (1-n)·FPR + n·TPR. So the least ratio of both observed rates, at
// thresholds that flag enough, is the greatest n that the rows allow (Scott 2015, "A rate of
// convergence for mixture proportion estimation"). To be safe, the numerator is half a
// standard deviation lower than observed. The recall is corrected in the same way for ham
// among the rows of the class. rows are sorted by falling probability.
func (f *HeadMetrics) correctNoise(rows []prediction) {
	ham, positive := float64(f.Ham), float64(f.Positive)
	if min(f.Ham, f.Positive) < minNoiseRows {
		return
	}
	noiseHam, noisePositive := 1.0, 1.0
	var tp, fp float64
	eachStep(rows, func(stepTP, stepFP float64) {
		tp, fp = tp+stepTP, fp+stepFP
		if tp >= max(leastPure*positive, minNoiseRows) {
			noiseHam = min(noiseHam, cautious(fp)/ham/(tp/positive))
		}
		if ham-fp >= max(leastPure*ham, minNoiseRows) {
			noisePositive = min(noisePositive, cautious(positive-tp)/positive/((ham-fp)/ham))
		}
	})
	if max(noiseHam, noisePositive) < minNoise || max(noiseHam, noisePositive) > 0.3 {
		return
	}
	f.Noise = &LabelNoise{Ham: Ratio(noiseHam), Positive: Ratio(noisePositive)}
	before := f.RecallAtFPR[fprNames[2]]
	for i, maxFPR := range fprs {
		tp, fp = 0, 0
		best := 0.0
		eachStep(rows, func(stepTP, stepFP float64) {
			tp, fp = tp+stepTP, fp+stepFP
			fpr, tpr := unmix(fp/ham, tp/positive, noiseHam, noisePositive)
			if fpr <= maxFPR {
				best = max(best, tpr)
			}
		})
		f.RecallAtFPR[fprNames[i]] = max(f.RecallAtFPR[fprNames[i]], Ratio(best))
	}
	if in, ok := f.Interval[recallInterval]; ok {
		gain := f.RecallAtFPR[fprNames[2]] - before
		f.Interval[recallInterval] = [2]Ratio{in[0], min(in[1]+gain, 1)}
	}
}

// cautious returns a count less half of its standard deviation.
func cautious(n float64) float64 { return n - math.Sqrt(n)/2 }

// unmix solves for the true rates, given the observed ones and the noise of both
// classes.
func unmix(fpr, tpr, noiseHam, noisePositive float64) (trueFPR, trueTPR float64) {
	d := 1 - noiseHam - noisePositive
	return ((1-noisePositive)*fpr - noiseHam*tpr) / d, math.Min(((1-noiseHam)*tpr-noisePositive*fpr)/d, 1)
}

// eachStep calls do with the numbers of rows of either class of each probability.
func eachStep(rows []prediction, do func(positive, ham float64)) {
	for i := 0; i < len(rows); {
		var positive, ham float64
		for p := rows[i].probability; i < len(rows) && rows[i].probability == p; i++ {
			if rows[i].positive {
				positive++
			} else {
				ham++
			}
		}
		do(positive, ham)
	}
}
