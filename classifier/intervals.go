package classifier

import (
	"math"
	"math/rand/v2"
	"slices"
)

const (
	aucInterval    = "auc"
	mccInterval    = "mcc"
	recallInterval = "recall_at_fpr 0.01"
)

// intervalsOf returns 95 % intervals of metrics. Near copies say no more than one
// of them, so the clusters, not the rows, are resampled: they are the percentile
// intervals of 200 resamples with a fixed seed. Each cluster is drawn a Poisson(1)
// number of times, so that the resamples need not be sorted (Chamandy et al. 2012,
// "Estimating uncertainty for massive data streams"). Resamples of a perfect order
// are perfect too, however few there are. So the intervals also contain that of a
// proportion of the clusters (Wilson 1927, "Probable inference, the law of
// succession, and statistical inference"): for the AUC, of the smaller class. rows are
// sorted by falling probability.
func intervalsOf(rows []prediction) map[string][2]Ratio {
	ids, ham, positive := clusterIDs(rows)
	const times = 200
	rng := rand.New(rand.NewPCG(1, uint64(len(rows))))
	var auc, mcc, recall []float64
	drawn, weight := make([]uint8, ham+positive), make([]uint8, len(rows))
	for range times {
		for i := range drawn {
			drawn[i] = poisson1(rng)
		}
		c := Confusion{Threshold: 0.5}
		for i, p := range rows {
			weight[i] = drawn[ids[i]]
			c.addTimes(p, int(weight[i]))
		}
		curve := newROCCurve(rows, weight)
		if math.IsNaN(curve.auc) {
			return nil // so few clusters that a resample has only one class
		}
		auc, mcc, recall = append(auc, curve.auc), append(mcc, c.mcc()), append(recall, curve.recall[2])
	}
	curve := newROCCurve(rows, nil)
	recallBounds := widen(percentiles(recall), wilson(curve.recall[2], positive))
	if ham < minTailClusters {
		recallBounds[0] = min(recallBounds[0], wilson(recallBeyondHam(rows), positive)[0])
	}
	return map[string][2]Ratio{
		aucInterval:    widen(percentiles(auc), wilson(curve.auc, min(ham, positive))),
		mccInterval:    percentiles(mcc),
		recallInterval: recallBounds,
	}
}

// minTailClusters is how many clusters of ham show where the upper 1 % of the ham
// begins.
const minTailClusters = 300

// recallBeyondHam returns the recall at a probability that 1 % of the ham exceeds
// at most, which is extrapolated from little ham.
func recallBeyondHam(rows []prediction) float64 {
	var ham []hamScore
	seen := map[uint32]bool{}
	for _, p := range rows { // the first of a cluster has its highest probability
		if !p.positive && !seen[p.cluster] {
			seen[p.cluster] = true
			ham = append(ham, hamScore{p.probability, 1})
		}
	}
	at := holdThreshold(ham, fprs[2])
	found, positive := 0, 0
	for _, p := range rows {
		if p.positive {
			positive++
			if p.probability >= at {
				found++
			}
		}
	}
	return float64(found) / float64(positive)
}

// clusterIDs numbers the clusters of the rows of either class.
func clusterIDs(rows []prediction) (ids []int, ham, positive int) {
	type group struct {
		cluster  uint32
		positive bool
	}
	known := map[group]int{}
	ids = make([]int, len(rows))
	for i, p := range rows {
		g := group{p.cluster, p.positive}
		id, ok := known[g]
		if !ok {
			id = len(known)
			known[g] = id
			if p.positive {
				positive++
			} else {
				ham++
			}
		}
		ids[i] = id
	}
	return ids, ham, positive
}

func percentiles(v []float64) [2]Ratio {
	slices.Sort(v)
	n := len(v)
	return [2]Ratio{Ratio(v[n/40]), Ratio(v[n-1-n/40])}
}

func widen(a, b [2]Ratio) [2]Ratio { return [2]Ratio{min(a[0], b[0]), max(a[1], b[1])} }

// wilson returns the 95 % interval of a proportion of n by Wilson's score.
func wilson(p float64, trials int) [2]Ratio {
	const z = 1.959964
	n := float64(trials)
	middle := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return [2]Ratio{Ratio(max(middle-half, 0)), Ratio(min(middle+half, 1))}
}

// poisson1 draws from the Poisson distribution of mean 1 by Knuth's method of
// multiplying uniform numbers.
func poisson1(rng *rand.Rand) uint8 {
	n := uint8(0)
	for p := rng.Float64(); p > 1/math.E; p *= rng.Float64() {
		n++
	}
	return n
}
