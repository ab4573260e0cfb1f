package classifier

import (
	"cmp"
	"slices"

	"winnow/models"
)

const (
	// What the texts of one class in one cluster of near copies, and those of
	// them that one person labelled, weigh together at most: neither a campaign nor
	// one moderator shall decide alone what the model thinks of a kind of text.
	maxClusterWeight  = 10.0
	maxLabellerWeight = 3.0
)

// weighTexts bounds the weights of the texts that countVotes set.
func (t *trainer) weighTexts() {
	t.limitVouched()
	type group struct {
		cluster  uint32
		labeller uint16
		class    int8
	}
	byLabeller, byCluster := map[group]float32{}, map[group]float32{}
	capped := func(sums map[group]float32, limit float32, of func(*labelledText) (group, bool)) {
		for i := range t.texts {
			if g, ok := of(&t.texts[i]); ok {
				sums[g] += t.texts[i].weight
			}
		}
		for i := range t.texts {
			if g, ok := of(&t.texts[i]); ok && sums[g] > limit {
				t.texts[i].weight *= limit / sums[g]
			}
		}
	}
	clusterSizes := make([]uint32, len(t.texts)) // by leader
	for i := range t.texts {
		clusterSizes[t.texts[i].cluster]++
	}
	capped(byLabeller, maxLabellerWeight, func(x *labelledText) (group, bool) {
		return group{x.cluster, x.labeller, x.class}, x.labeller != 0 && clusterSizes[x.cluster] > 1
	})
	capped(byCluster, maxClusterWeight, func(x *labelledText) (group, bool) {
		return group{cluster: x.cluster, class: x.class}, clusterSizes[x.cluster] > 1
	})
}

// limitVouched leaves out ham of vouched authors that is more than maxVouched
// times the spam and abuse.
func (t *trainer) limitVouched() {
	var vouched []uint32
	positive := 0
	for i := range t.texts {
		switch x := &t.texts[i]; {
		case x.selected == selectedVouched && classes[x.class] == models.Ham:
			vouched = append(vouched, uint32(i))
		case classes[x.class] != models.Ham:
			positive++
		}
	}
	if len(vouched) <= maxVouched*positive {
		return
	}
	slices.SortFunc(vouched, func(a, b uint32) int {
		return cmp.Or(cmp.Compare(t.hash(t.keys[a]), t.hash(t.keys[b])), cmp.Compare(a, b))
	})
	for _, i := range vouched[maxVouched*positive:] {
		t.texts[i].weight = 0
	}
	t.note("%d of %d comments of vouched authors are left out: at most %d of them are learned from for every spam or abuse", len(vouched)-maxVouched*positive, len(vouched), maxVouched)
}

const (
	minLabellerRows   = 20  // contradicted or not, of a labeller and of the others
	contradictedTimes = 2.5 // how often as many of a labeller's labels must be contradicted as of the others'
	minContradicted   = 0.05
	leastTrust        = 0.1 // lower bound of the factor of a labeller
)

// weighLabellers lowers the weights of texts whose labeller disagrees with the
// others far more often than they do among each other, and reports whether it
// changed any. A label is contradicted when the others' labels of the same text
// outvoted it, or when the model that was fitted without the text finds the other
// class more likely.
func (t *trainer) weighLabellers(fitted [heads]*fittedHead) bool {
	n := len(t.labellers.names) + 1
	if n < 3 {
		return false
	}
	labels, contradicted := make([]float64, n), make([]float64, n)
	for _, f := range fitted {
		if f == nil {
			continue
		}
		for i, r := range f.rows {
			x := &t.texts[r.text]
			if x.selected == selectedVouched {
				continue
			}
			labels[x.labeller]++
			if (f.predictions[i].probability >= 0.5) != r.positive {
				contradicted[x.labeller]++
			}
		}
	}
	for _, v := range t.votes {
		if x := &t.texts[v.text]; x.conflict && v.class != x.class {
			labels[v.labeller]++
			contradicted[v.labeller]++
		}
	}
	factor, changed := t.trust(labels, contradicted)
	if changed {
		for i := range t.texts {
			t.texts[i].weight *= factor[t.texts[i].labeller]
			if factor[t.texts[i].labeller] < 1 {
				t.distrusted[t.texts[i].labeller] = true
			}
		}
	}
	return changed
}

// trust returns what the weights of each labeller's texts are multiplied by: the
// contradicted share of the others, divided by the labeller's own, if that is far above.
func (t *trainer) trust(labels, contradicted []float64) (factor []float32, changed bool) {
	factor = make([]float32, len(labels))
	for i := range factor {
		factor[i] = 1
		if i == 0 || labels[i] < minLabellerRows {
			continue
		}
		// The share of the median labeller: one that labels much does not hide behind it.
		var others []float64
		for j := range labels {
			if j != i && labels[j] >= minLabellerRows {
				others = append(others, contradicted[j]/labels[j])
			}
		}
		if len(others) == 0 {
			continue
		}
		slices.Sort(others)
		usual := max(others[len(others)/2], 0.01)
		own := float64(wilson(contradicted[i]/labels[i], int(labels[i]))[0])
		if own > max(contradictedTimes*usual, minContradicted) {
			factor[i] = float32(max(usual/own, leastTrust))
			changed = true
			t.note("labels of %q count %.0f %%: %.0f of %.0f are contradicted by the others' labels", t.labellers.names[i-1], 100*factor[i], contradicted[i], labels[i])
		}
	}
	return factor, changed
}
