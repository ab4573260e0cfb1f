package campaign

import (
	"hash/maphash"

	"winnow/classifier/text/normalize"
	"winnow/models"
)

// Clusters groups texts into near-copies. Two texts are in one cluster when they
// are equal after normalization, or when the sketch of one has models.MinSharedBands bands
// in common with the first text of the cluster. The zero value is empty.
//
// A text is compared with first texts only (leader clustering: Hartigan,
// "Clustering Algorithms", 1975), so that a chain of small changes does not join
// texts that have nothing in common. The clusters depend on the order of the texts.
type Clusters struct {
	seed  maphash.Seed
	exact map[uint64]int                      // cluster of each text without a sketch
	bands [models.SketchSize]map[uint64][]int // clusters by a band of their first text
	size  int
}

// maxPerBand bounds the work for one text: of very many clusters with the same
// band only the first ones are compared.
const maxPerBand = 64

// Len returns the number of clusters.
func (c *Clusters) Len() int { return c.size }

// Add returns the cluster of a text, from 0, and whether the text is its first.
func (c *Clusters) Add(t *normalize.Text) (cluster int, first bool) {
	if c.exact == nil {
		c.seed, c.exact = maphash.MakeSeed(), map[uint64]int{}
		for i := range c.bands {
			c.bands[i] = map[uint64][]int{}
		}
	}
	sketch, ok := SketchOf(t)
	if !ok {
		key := maphash.Bytes(c.seed, t.Bytes)
		if id, found := c.exact[key]; found {
			return id, false
		}
		c.exact[key] = c.size
		c.size++
		return c.size - 1, true
	}
	if id, found := c.nearest(&sketch); found {
		return id, false
	}
	for i, band := range sketch {
		if ids := c.bands[i][band]; len(ids) < maxPerBand {
			c.bands[i][band] = append(ids, c.size)
		}
	}
	c.size++
	return c.size - 1, true
}

// nearest returns the cluster with most bands in common, the older one of equals.
func (c *Clusters) nearest(s *models.Sketch) (int, bool) {
	common := map[int]int{}
	best := -1
	for i, band := range s {
		for _, id := range c.bands[i][band] {
			common[id]++
			if n := common[id]; best < 0 || n > common[best] || n == common[best] && id < best {
				best = id
			}
		}
	}
	return best, best >= 0 && common[best] >= models.MinSharedBands
}
