package classifier

import (
	"cmp"
	"slices"

	"winnow/classifier/campaign"
	"winnow/classifier/text/features"
	"winnow/classifier/text/normalize"
)

// copyFinder finds the near copies of texts.
type copyFinder struct {
	clusters, loose campaign.Clusters
	first           []member // by cluster
}

// member is the first text of a cluster.
type member struct{ text, group uint32 }

// add returns the first text of the cluster of a text, and its group: the loose cluster of
// that first one, so that no cluster is in two groups.
func (f *copyFinder) add(text uint32, body *normalize.Text, tokens []features.Token) (cluster, group uint32) {
	id, isFirst := f.clusters.Add(body, tokens)
	loose, _ := f.loose.Add(body, tokens)
	if isFirst {
		f.first = append(f.first, member{text, uint32(loose)})
	}
	return f.first[id].text, f.first[id].group
}

// foldsOf returns the cross-validation fold of each text. A group is in one fold, so
// that no text is scored by a model that has learned its near copy. The groups of each
// class are spread evenly: the largest first, each into the fold that has the fewest
// texts of the class.
func (t *trainer) foldsOf() []uint8 {
	t.splitGroups()
	type group struct {
		first uint32 // index of its first text
		size  uint32
		class int8
	}
	index := map[uint32]int{} // by number of a group: index into groups
	var groups []group
	for i := range t.texts {
		x := &t.texts[i]
		at, known := index[x.group]
		if !known {
			at = len(groups)
			index[x.group] = at
			groups = append(groups, group{first: uint32(i), class: x.class})
		}
		groups[at].size++
	}
	slices.SortFunc(groups, func(a, b group) int {
		return cmp.Or(cmp.Compare(b.size, a.size), cmp.Compare(t.hash(t.keys[a.first]), t.hash(t.keys[b.first])), cmp.Compare(a.first, b.first))
	})
	var load [len(classes)][maxFolds]uint32
	foldOf := map[uint32]uint8{} // by number of a group
	for _, g := range groups {
		least := 0
		for fold := range t.folds {
			if load[g.class][fold] < load[g.class][least] {
				least = fold
			}
		}
		load[g.class][least] += g.size
		foldOf[t.texts[g.first].group] = uint8(least)
	}
	folds := make([]uint8, len(t.texts))
	for i := range t.texts {
		folds[i] = foldOf[t.texts[i].group]
	}
	return folds
}

// splitGroups divides each group that has more than half a fold of its class into its
// clusters, and numbers these groups by their first text. Else a template that most of the
// spam was written after would be in one fold, and be scored by a model without spam.
func (t *trainer) splitGroups() {
	var perClass [len(classes)]uint32
	sizes := map[uint32]*[len(classes)]uint32{}
	for i := range t.texts {
		x := &t.texts[i]
		if sizes[x.group] == nil {
			sizes[x.group] = new([len(classes)]uint32)
		}
		sizes[x.group][x.class]++
		perClass[x.class]++
	}
	isLarge := func(size *[len(classes)]uint32) bool {
		for class, n := range size {
			if 2*uint32(t.folds)*n > perClass[class] {
				return n > 1
			}
		}
		return false
	}
	offset := uint32(len(t.texts)) // loose clusters are fewer
	for i := range t.texts {
		if x := &t.texts[i]; isLarge(sizes[x.group]) {
			x.group = offset + x.cluster
		}
	}
}
