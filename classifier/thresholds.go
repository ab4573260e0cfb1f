package classifier

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"

	"winnow/models"
)

const (
	// Share of the hold budget that the thresholds aim at. It is below 1, because
	// they are found on out-of-fold scores, and the final model is fitted on all rows.
	budgetMargin   = 0.8
	maxRejectedHam = 0.002

	// A comment that is held in error costs a moderator's look, one that is rejected
	// costs its author's voice.
	holdConfidence   = 0.8
	rejectConfidence = 0.99

	// Range of the default hold threshold, in probability. A comment that is more
	// likely spam than not is held, even if the confidence that the hold budget is
	// kept is low, as long as the ham that was looked at keeps it.
	minHoldThreshold = 0.1
	maxHoldThreshold = 0.5
)

// neverHold is above every probability.
var neverHold = math.Nextafter(1, 2)

// hamScore is the out-of-fold probability of ham that is representative: the
// highest of a group of near copies, and its weight.
type hamScore struct{ probability, weight float64 }

// hamScores returns the representative ham of a head by falling probability.
func (t *trainer) hamScores(f *fittedHead) []hamScore {
	byGroup := map[uint32]hamScore{}
	for i, r := range f.rows {
		x := &t.texts[r.text]
		if r.positive || !t.representative(x) {
			continue
		}
		s := byGroup[x.group]
		byGroup[x.group] = hamScore{max(s.probability, f.predictions[i].probability), max(s.weight, float64(r.weight))}
	}
	scores := make([]hamScore, 0, len(byGroup))
	for _, s := range byGroup {
		scores = append(scores, s)
	}
	slices.SortFunc(scores, func(a, b hamScore) int {
		return cmp.Or(cmp.Compare(b.probability, a.probability), cmp.Compare(a.weight, b.weight))
	})
	return scores
}

// setThresholds sets the probabilities at which a head holds and rejects by
// default, from the ham of its out-of-fold predictions. share is the head's part
// of the hold budgets. A reject threshold of 0 means never: abuse is never
// rejected, nor is anything by a starter model or on little ham.
func (t *trainer) setThresholds(f *fittedHead, class models.Class, share float64) {
	ham := t.hamScores(f)
	sorted := slices.Clone(f.predictions)
	sortPredictions(sorted)
	likely := ham
	if class == models.Spam {
		likely = discountNoise(ham, sorted)
	}
	h := f.head
	h.Hold = labelThreshold(likely, class, share*t.holdBudget(""))
	h.SiteHold = map[string]float64{}
	for site := range t.opt.HoldBudgets {
		h.SiteHold[site] = labelThreshold(likely, class, share*t.holdBudget(site))
	}
	fixed := t.opt.Hold
	if class == models.Abuse {
		fixed = t.opt.HoldAbuse
	}
	if fixed > 0 {
		h.Hold, h.SiteHold = fixed, nil
	}
	if class != models.Spam || t.opt.Starter {
		return
	}
	if at, ok := thresholdFor(ham, maxRejectedHam, rejectConfidence); ok {
		h.Reject = max(at, h.Hold)
	}
}

// labelThreshold returns the probability at which a head holds for a budget.
func labelThreshold(ham []hamScore, class models.Class, budget float64) float64 {
	hold := max(holdThreshold(ham, budgetMargin*budget), minHoldThreshold)
	if class != models.Spam {
		return hold
	}
	hold = min(hold, spamThreshold(hold, ham, budget))
	return max(hold, leastThreshold(len(ham)))
}

// holdThreshold returns the probability at which no more than budget of the ham
// is held, with 80 % confidence. With less ham than can show it, it is the
// greater of two: the highest probability of any ham, and the quantile of a
// normal distribution that has the ham's mean and standard deviation in log odds,
// with the upper ends of the intervals of both.
func holdThreshold(ham []hamScore, budget float64) float64 {
	if at, ok := thresholdFor(ham, budget, holdConfidence); ok {
		return at
	}
	if len(ham) == 0 {
		return neverHold
	}
	var n, mean, variance float64
	for _, s := range ham {
		n++
		mean += logitOf(s.probability)
	}
	mean /= n
	for _, s := range ham {
		d := logitOf(s.probability) - mean
		variance += d * d
	}
	deviation := math.Sqrt(variance / max(n-1, 1))
	// The usual approximation of a one-sided tolerance bound (Natrella 1963,
	// "Experimental Statistics", section 2-5), with 80 % confidence.
	z, confidence := mathext.NormalQuantile(1-budget), 0.84
	a := 1 - confidence*confidence/(2*max(n-1, 1))
	k := (z + math.Sqrt(max(z*z-a*(z*z-confidence*confidence/n), 0))) / a
	return min(max(math.Nextafter(ham[0].probability, 2), sigmoid(mean+k*deviation)), neverHold)
}

func logitOf(p float64) float64 {
	const least = 1e-6
	return logit(min(max(p, least), 1-least))
}

// Numbers of ham between which spamThreshold goes over from caution to what was
// observed, and the highest probability that it is cautious up to.
const (
	leastHam   = 50
	littleHam  = 100
	muchHam    = 300
	surelySpam = 0.9
)

// spamThreshold bounds a hold threshold of spam from above, because a few ham that
// look like spam would let most of the spam through. What was observed of the ham
// must keep the budget; the less ham there is, the closer is the bound to
// surelySpam.
func spamThreshold(cautious float64, ham []hamScore, budget float64) float64 {
	n := float64(len(ham))
	if n < leastHam {
		return cautious
	}
	observed := max(observedThreshold(ham, budget), maxHoldThreshold)
	share := min(max((n-littleHam)/(muchHam-littleHam), 0), 1)
	return sigmoid(share*logitOf(observed) + (1-share)*max(logitOf(surelySpam), logitOf(observed)))
}

// leastThreshold bounds a hold threshold of spam from below: the quantile of a few
// dozen ham is too uncertain to hold what is not surely spam.
func leastThreshold(ham int) float64 {
	if ham >= muchHam {
		return minHoldThreshold
	}
	share := min(max(float64(ham-leastHam)/(littleHam-leastHam), 0), 1)
	return sigmoid(share*logitOf(maxHoldThreshold) + (1-share)*logitOf(surelySpam))
}

// observedThreshold returns the lowest probability at which no more than a share
// of the ham is flagged, without any confidence that this is so of other ham.
func observedThreshold(ham []hamScore, share float64) float64 {
	total := 0.0
	for _, s := range ham {
		total += s.weight
	}
	flagged := 0.0
	for _, s := range ham {
		if flagged += s.weight; flagged > share*total {
			return math.Nextafter(s.probability, 2)
		}
	}
	return 0
}

// thresholdFor returns the lowest probability at which no more than maxRate of
// the ham is flagged, with a confidence, and false when there is too little
// ham to show it. ham is by falling probability. Weights count: n rows of unequal
// weight say as much as (Σw)²/Σw² rows of equal weight (Kish 1965, "Survey Sampling").
func thresholdFor(ham []hamScore, maxRate, confidence float64) (float64, bool) {
	var sum, squares float64
	for _, s := range ham {
		sum += s.weight
		squares += s.weight * s.weight
	}
	if sum == 0 {
		return 0, false
	}
	n := sum * sum / squares
	bound := func(flagged float64) float64 { return upperBound(flagged/sum*n, n, confidence) }
	if bound(0) > maxRate {
		return 0, false
	}
	flagged, i := 0.0, 0
	for i < len(ham)-1 && bound(flagged+ham[i].weight) <= maxRate {
		flagged += ham[i].weight
		i++
	}
	return math.Nextafter(ham[i].probability, 2), true
}

// upperBound is the upper end of the one-sided confidence interval of a rate that was observed k times in n trials (Clopper and Pearson 1934): a
// quantile of the beta distribution.
func upperBound(k, n, confidence float64) float64 {
	if k >= n {
		return 1
	}
	return mathext.InvRegIncBeta(k+1, n-k, confidence)
}
