package classifier

import (
	"cmp"
	"slices"

	"winnow/classifier/campaign"
	"winnow/classifier/text/normalize"
	"winnow/models"
)

// maxLeaders bounds the memory of clusterer: of more clusters than this, near
// copies of the oldest ones are no longer found.
const maxLeaders = 1 << 18

// clusterer groups the texts that are near copies of each other. Every text is
// compared with the first text of each cluster, its leader (Hartigan 1975,
// "Clustering Algorithms", chapter 3: the leader algorithm), so that a chain of
// small differences does not make one cluster of all texts. The comparison is
// that of package campaign.
type clusterer struct {
	younger, older map[uint64]uint32 // from a band of a sketch, or a whole text, to the leader
	leaders        int               // in younger
}

func newClusterer() *clusterer {
	return &clusterer{younger: map[uint64]uint32{}, older: map[uint64]uint32{}}
}

func (c *clusterer) find(band uint64) (leader uint32, ok bool) {
	if leader, ok = c.younger[band]; !ok {
		leader, ok = c.older[band]
	}
	return leader, ok
}

// add returns the leader of the cluster of a text, which is the text itself
// when it is the first of its cluster. hash is that of the text without its author.
func (c *clusterer) add(text uint32, hash uint64, body *normalize.Text) uint32 {
	if leader, ok := c.find(hash); ok {
		return leader
	}
	sketch, ok := campaign.SketchOf(body)
	if ok {
		if leader, found := c.nearest(&sketch); found {
			return leader
		}
	}
	if c.leaders >= maxLeaders/2 {
		c.older, c.younger, c.leaders = c.younger, map[uint64]uint32{}, 0
	}
	c.leaders++
	c.younger[hash] = text
	if ok {
		for i, band := range sketch {
			c.younger[bandKey(i, band)] = text
		}
	}
	return text
}

// nearest returns the leader that shares the most bands with a sketch.
func (c *clusterer) nearest(sketch *models.Sketch) (uint32, bool) {
	var leaders [models.SketchSize]uint32
	var shared [models.SketchSize]int
	best := 0
	for i, band := range sketch {
		leader, ok := c.find(bandKey(i, band))
		if !ok {
			continue
		}
		j := 0
		for shared[j] > 0 && leaders[j] != leader {
			j++
		}
		leaders[j] = leader
		if shared[j]++; shared[j] > shared[best] {
			best = j
		}
	}
	return leaders[best], shared[best] >= models.MinSharedBands
}

func bandKey(i int, band uint64) uint64 { return band ^ uint64(i+1)*0x9e3779b97f4a7c15 }

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
