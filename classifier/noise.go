package classifier

import (
	"math"
	"slices"
)

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
	maxNoise     = 0.3   // with more, the labels are of another question
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
// among the rows of the class. Abuse is not corrected: much of it is unlike the
// rest, so that ham that resembles it need not be mislabelled. rows are sorted by falling probability.
func (f *HeadMetrics) correctNoise(rows []prediction) {
	noiseHam, noisePositive := estimateNoise(rows)
	if max(noiseHam, noisePositive) == 0 {
		return
	}
	ham, positive := float64(f.Ham), float64(f.Positive)
	var tp, fp float64
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

// estimateNoise returns the shares of wrong labels among the ham and among the
// other rows, see correctNoise; both are 0 when they cannot be told from chance.
func estimateNoise(rows []prediction) (noiseHam, noisePositive float64) {
	var ham, positive, tp, fp float64
	eachStep(rows, func(stepTP, stepFP float64) { positive, ham = positive+stepTP, ham+stepFP })
	if min(ham, positive) < minNoiseRows {
		return 0, 0
	}
	noiseHam, noisePositive = 1, 1
	eachStep(rows, func(stepTP, stepFP float64) {
		tp, fp = tp+stepTP, fp+stepFP
		if tp >= max(leastPure*positive, minNoiseRows) {
			noiseHam = min(noiseHam, cautious(fp)/ham/(tp/positive))
		}
		if ham-fp >= max(leastPure*ham, minNoiseRows) {
			noisePositive = min(noisePositive, cautious(positive-tp)/positive/((ham-fp)/ham))
		}
	})
	if max(noiseHam, noisePositive) < minNoise || max(noiseHam, noisePositive) > maxNoise {
		return 0, 0
	}
	return max(noiseHam, 0), max(noisePositive, 0)
}

// discountNoise lowers the weights of ham by the probability that it is
// mislabelled: as much of it as is estimated has the scores of the other rows. Both are
// sorted by falling probability.
func discountNoise(ham []hamScore, rows []prediction) []hamScore {
	noise, _ := estimateNoise(rows)
	if noise == 0 {
		return ham
	}
	total := 0.0
	for _, s := range ham {
		total += s.weight
	}
	const parts = 10 // quantiles of the other rows
	var positives []float64
	for _, r := range rows {
		if r.positive {
			positives = append(positives, r.probability)
		}
	}
	discounted := slices.Clone(ham)
	start := 0
	for part := range parts {
		end, weight := start, 0.0
		least := positives[(part+1)*len(positives)/parts-1]
		for end < len(ham) && ham[end].probability >= least {
			weight += ham[end].weight
			end++
		}
		for i := start; i < end; i++ {
			discounted[i].weight *= max(0, 1-noise*total/parts/weight)
		}
		start = end
	}
	return discounted
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
