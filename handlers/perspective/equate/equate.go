// Package equate says which score of this server stands for a score of the Perspective
// API, from comments that have both.
//
// The method is equipercentile equating of a single group (Kolen and Brennan, "Test
// Equating, Scaling, and Linking", chapter 2): the score above which there are as many of the
// comments as there are above the old one. A house that sent one comment in fifty to its
// moderators goes on doing so. A regression would be wrong here: it draws scores that are
// uncertain to the mean, so that a threshold would catch fewer comments than before.
package equate

import (
	"math"
	"slices"
)

// Pair are both scores of one comment.
type Pair struct{ Old, New float64 }

// Row says what an old threshold is here.
type Row struct {
	Old   float64 `json:"old"`
	New   float64 `json:"new"`
	Low   float64 `json:"low"` // 95 % confidence interval of New
	High  float64 `json:"high"`
	Above int     `json:"above"` // comments with the old score or a higher one
	Both  int     `json:"both"`  // those of them that are above New too
}

// Table returns a row for each of these old scores that any comment reaches.
func Table(pairs []Pair, at []float64) []Row {
	scores := make([]float64, len(pairs)) // of this server, the highest first
	for i, p := range pairs {
		scores[i] = p.New
	}
	slices.SortFunc(scores, func(a, b float64) int { return -compare(a, b) })
	var rows []Row
	for _, old := range at {
		r := Row{Old: old}
		for _, p := range pairs {
			if p.Old >= old {
				r.Above++
			}
		}
		if r.Above == 0 {
			continue
		}
		r.New = threshold(scores, float64(r.Above))
		// Distribution-free, by order statistics (David and Nagaraja, "Order Statistics",
		// section 7.1), with the normal approximation of the binomial.
		n, k := float64(len(pairs)), float64(r.Above)
		spread := 1.96 * math.Sqrt(k*(1-k/n))
		r.Low, r.High = threshold(scores, math.Ceil(k+spread)), threshold(scores, math.Floor(k-spread))
		for _, p := range pairs {
			if p.Old >= old && p.New >= r.New {
				r.Both++
			}
		}
		rows = append(rows, r)
	}
	return rows
}

// threshold returns the score that k of the sorted scores reach: half-way between the last
// that does and the first that does not.
func threshold(scores []float64, k float64) float64 {
	i := int(min(max(k, 1), float64(len(scores))))
	if i == len(scores) {
		return scores[i-1]
	}
	return (scores[i-1] + scores[i]) / 2
}

// RankCorrelation returns Spearman's coefficient, with mean ranks for ties: 1 when both
// scores put the comments in the same order. It is NaN for fewer than two different scores.
func RankCorrelation(pairs []Pair) float64 {
	a, b := ranks(pairs, func(p Pair) float64 { return p.Old }), ranks(pairs, func(p Pair) float64 { return p.New })
	mean := float64(len(pairs)+1) / 2
	var ab, aa, bb float64
	for i := range a {
		ab += (a[i] - mean) * (b[i] - mean)
		aa += (a[i] - mean) * (a[i] - mean)
		bb += (b[i] - mean) * (b[i] - mean)
	}
	return ab / math.Sqrt(aa*bb)
}

func ranks(pairs []Pair, of func(Pair) float64) []float64 {
	order := make([]int, len(pairs))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return compare(of(pairs[i]), of(pairs[j])) })
	all := make([]float64, len(pairs))
	for from := 0; from < len(order); {
		to := from + 1
		for to < len(order) && of(pairs[order[to]]) == of(pairs[order[from]]) {
			to++
		}
		for _, i := range order[from:to] {
			all[i] = float64(from+to+1) / 2
		}
		from = to
	}
	return all
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
