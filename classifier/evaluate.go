package classifier

import "iter"

// Measure gives the figures of any filter, from the probability that it gave
// to each row and whether the row was of the class looked for: for comparing
// other filters with models.
func Measure(rows iter.Seq2[float64, bool]) *HeadFigures {
	var all []scored
	for p, positive := range rows {
		all = append(all, scored{p: p, positive: positive})
	}
	return headFigures(all, 0.5, 0, new(names), new(names))
}
