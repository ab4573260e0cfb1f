package classifier

import (
	"iter"

	"winnow/models"
)

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

// Evaluate measures a model on labelled rows.
func Evaluate(m *Model, rows labelRows) (Figures, error) {
	var langs, sources names
	var of [heads][]scored
	var f Figures
	r := new(reading)
	for l, err := range rows {
		if err != nil {
			return Figures{}, err
		}
		f.Rows++
		r.read(m, FromLabel(l))
		for i := range heads {
			h := m.head(i)
			if h == nil || (l.Label != models.Ham && l.Label != headClass[i]) {
				continue
			}
			of[i] = append(of[i], scored{sigmoid(r.logit(h, i)), l.Label == headClass[i], langs.of(l.Lang), sources.of(l.Source)})
		}
	}
	for i, p := range []**HeadFigures{&f.Spam, &f.Abuse} {
		if len(of[i]) > 0 {
			*p = headFigures(of[i], m.head(i).Hold, m.head(i).Reject, &langs, &sources)
		}
	}
	return f, nil
}
