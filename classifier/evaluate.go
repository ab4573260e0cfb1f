package classifier

import (
	"iter"

	"winnow/classifier/campaign"
	"winnow/models"
)

// EvaluateScores measures any other classifier, for comparison with models. Its
// rows are the probability that it gave, and whether the row is of its class.
func EvaluateScores(rows iter.Seq2[float64, bool]) *HeadMetrics {
	var all []prediction
	for p, positive := range rows {
		all = append(all, prediction{probability: p, positive: positive, cluster: uint32(len(all))})
	}
	return measureHead(all, 0.5, 0, new(interner), new(interner))
}

// Evaluate measures a model on labelled rows. It returns the first error of rows.
func Evaluate(m *Model, rows labelRows) (Metrics, error) {
	var langs, sources interner
	var predictions [heads][]prediction
	var f Metrics
	s := new(scorer)
	var clusters campaign.Clusters
	for l, err := range rows {
		if err != nil {
			return Metrics{}, err
		}
		f.Rows++
		s.extract(m, FromLabel(l))
		cluster, _ := clusters.Add(&s.scanner.Body, s.tokens)
		for i := range heads {
			h := m.head(i)
			if h == nil || (l.Label != models.Ham && l.Label != headClass[i]) {
				continue
			}
			predictions[i] = append(predictions[i], prediction{sigmoid(s.logit(h, i)), l.Label == headClass[i], langs.id(l.Lang), sources.id(l.Source), uint32(cluster)})
		}
	}
	for i, p := range []**HeadMetrics{&f.Spam, &f.Abuse} {
		if len(predictions[i]) > 0 {
			*p = measureHead(predictions[i], m.head(i).Hold, m.head(i).Reject, &langs, &sources)
		}
	}
	return f, nil
}
