package classifier

import (
	"cmp"
	"slices"

	"winnow/classifier/campaign"
	"winnow/classifier/text/features"
	"winnow/classifier/text/normalize"
	"winnow/models"
)

const (
	// maxIndexed bounds the memory of clusterer: when more texts than this were
	// indexed since, near copies of an old one are no longer found.
	maxIndexed = 1 << 18
	// maxClusterMembers is how many texts of a cluster are compared with the next
	// ones. With all of them, a chain of small differences would make one cluster of
	// many texts.
	maxClusterMembers = 8
	// minResemblance is the share of the words and pairs of words of both that near
	// copies have in common; unrelated comments have less than a tenth.
	minResemblance = 0.4
)

// clusterer groups the texts that are near copies of each other. Every text is
// compared with the first texts of each cluster; the very first is its leader
// (Hartigan 1975, "Clustering Algorithms", chapter 3: the leader algorithm). Two
// texts are compared when their sketches of package campaign have a band in common.
type clusterer struct {
	younger, older map[uint64]*indexedText // by band of a sketch, or hash of a whole text
	indexed        int                     // texts in younger
	members        map[uint32]uint8        // by leader: texts that were indexed
}

// indexedText is a text that the next ones are compared with.
type indexedText struct {
	leader uint32
	lowest bottom
}

// bottom are the lowest hashes of the words and pairs of a text, in rising order:
// a sample of them from which the resemblance of two texts is estimated (Broder 1997, "On the
// resemblance and containment of documents").
type bottom struct {
	n      uint8
	hashes [48]uint32
}

func newClusterer() *clusterer {
	return &clusterer{younger: map[uint64]*indexedText{}, older: map[uint64]*indexedText{}, members: map[uint32]uint8{}}
}

func (c *clusterer) find(band uint64) *indexedText {
	if text := c.younger[band]; text != nil {
		return text
	}
	return c.older[band]
}

// add returns the leader of the cluster of a text, which is the text itself when
// it is the first of its cluster. The scanner has scanned the text last; hash is that of
// the text without its author.
func (c *clusterer) add(text uint32, hash uint64, body *normalize.Text, tokens []features.Token) uint32 {
	if known := c.find(hash); known != nil {
		return known.leader
	}
	this := &indexedText{leader: text}
	sketch, ok := campaign.SketchOf(body)
	if ok {
		this.lowest = bottomOf(tokens)
		best := minResemblance
		for i, band := range sketch {
			if other := c.find(bandKey(i, band)); other != nil {
				if r := this.lowest.resemblance(&other.lowest); r >= best {
					best, this.leader = r, other.leader
				}
			}
		}
	}
	c.index(this, hash, &sketch, ok)
	return this.leader
}

// index remembers a text, unless its cluster has enough.
func (c *clusterer) index(text *indexedText, hash uint64, sketch *models.Sketch, ok bool) {
	if c.members[text.leader] >= maxClusterMembers {
		return
	}
	if c.indexed >= maxIndexed/2 {
		c.older, c.younger, c.indexed = c.younger, map[uint64]*indexedText{}, 0
		clear(c.members)
	}
	c.members[text.leader]++
	c.indexed++
	c.younger[hash] = text
	if ok {
		for i, band := range sketch {
			if key := bandKey(i, band); c.younger[key] == nil {
				c.younger[key] = text
			}
		}
	}
}

func bandKey(i int, band uint64) uint64 { return band ^ uint64(i+1)*0x9e3779b97f4a7c15 }

func bottomOf(tokens []features.Token) (b bottom) {
	for i := range tokens {
		if k := tokens[i].Kind; k == features.Word || k == features.Pair {
			b.add(uint32(tokens[i].Hash * 0x9e3779b97f4a7c15 >> 32))
		}
	}
	return b
}

func (b *bottom) add(hash uint32) {
	if b.n == uint8(len(b.hashes)) && hash >= b.hashes[b.n-1] {
		return
	}
	at, found := slices.BinarySearch(b.hashes[:b.n], hash)
	if found {
		return
	}
	if b.n < uint8(len(b.hashes)) {
		b.n++
	}
	copy(b.hashes[at+1:b.n], b.hashes[at:])
	b.hashes[at] = hash
}

// resemblance estimates the share of the hashes of two texts that both have, from
// the lowest hashes of their union.
func (b *bottom) resemblance(other *bottom) float64 {
	var i, j uint8
	common, seen := 0, 0
	for seen < len(b.hashes) && (i < b.n || j < other.n) {
		seen++
		switch {
		case j == other.n || i < b.n && b.hashes[i] < other.hashes[j]:
			i++
		case i == b.n || other.hashes[j] < b.hashes[i]:
			j++
		default:
			common, i, j = common+1, i+1, j+1
		}
	}
	return float64(common) / float64(max(seen, 1))
}

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
