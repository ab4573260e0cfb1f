package classifier

import (
	"cmp"
	"slices"
)

// foldsOf returns the cross-validation fold of each text. A cluster is in one
// fold, so that no text is scored by a model that has learned its near copy. The
// clusters of each class are spread evenly: the largest first, each into the fold
// that has the fewest texts of the class.
func (t *trainer) foldsOf() []uint8 {
	type cluster struct {
		leader uint32
		size   uint32
		class  int8
	}
	index := make([]uint32, len(t.texts)) // by leader: index into clusters, plus 1
	var clusters []cluster
	for i := range t.texts {
		leader := t.texts[i].cluster
		if index[leader] == 0 {
			clusters = append(clusters, cluster{leader: leader, class: t.texts[i].class})
			index[leader] = uint32(len(clusters))
		}
		clusters[index[leader]-1].size++
	}
	slices.SortFunc(clusters, func(a, b cluster) int {
		return cmp.Or(cmp.Compare(b.size, a.size), cmp.Compare(t.hash(t.keys[a.leader]), t.hash(t.keys[b.leader])), cmp.Compare(a.leader, b.leader))
	})
	var load [len(classes)][maxFolds]uint32
	folds := make([]uint8, len(t.texts))
	for _, c := range clusters {
		least := 0
		for fold := range t.folds {
			if load[c.class][fold] < load[c.class][least] {
				least = fold
			}
		}
		load[c.class][least] += c.size
		folds[c.leader] = uint8(least)
	}
	for i := range t.texts {
		folds[i] = folds[t.texts[i].cluster]
	}
	return folds
}
