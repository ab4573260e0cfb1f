package campaign

import (
	"hash/fnv"
	"slices"

	"winnow/classifier/text/features"
	"winnow/classifier/text/normalize"
)

const (
	// maxIndexed bounds the memory of Clusters: when more texts than this were
	// indexed since, near copies of an old one are no longer found.
	maxIndexed = 1 << 18
	// maxClusterMembers is how many texts of a cluster are compared with the next
	// ones. With all of them, a chain of small differences would make one cluster of
	// many texts.
	maxClusterMembers = 8
	// minResemblance is the share of the words and pairs of words of both that near
	// copies have in common; unrelated comments have less than a tenth.
	minResemblance = 0.4
	// minLooseResemblance is that of loose clusters. Two copies of a text in each of which
	// a fifth of the words was replaced have about .36.
	minLooseResemblance = 0.25
	// looseKeys is how many pairs of words of a text find those that it resembles: of two
	// texts with minLooseResemblance, 99 in 100 share one.
	looseKeys = 16
)

// Clusters groups texts that are near copies of each other. Every text is compared
// with the first texts of each cluster (Hartigan 1975, "Clustering Algorithms",
// chapter 3: the leader algorithm). Two texts are compared when their sketches have a
// band in common; texts without a sketch must be equal after normalization. The
// clusters depend on the order of the texts. The zero value is empty.
type Clusters struct {
	// Loose groups for cross-validation, where a copy that is missed does more harm than two
	// texts too many in a cluster: less resemblance is enough, and two texts are compared
	// when they share a pair of words, also those without a sketch.
	Loose bool

	younger, older map[uint64]*indexedText // by band of a sketch, pair of words, or hash of a whole text
	indexed        int                     // texts in younger
	members        map[int]uint8           // by cluster: texts that were indexed
	size           int
}

// indexedText is a text that the next ones are compared with.
type indexedText struct {
	cluster int
	lowest  bottom
}

// Len returns the number of clusters.
func (c *Clusters) Len() int { return c.size }

// Add returns the cluster of a text, from 0, and whether the text is its first. body and
// tokens are those of the scanner that has scanned the text last.
func (c *Clusters) Add(body *normalize.Text, tokens []features.Token) (cluster int, first bool) {
	h := fnv.New64a()
	h.Write(body.Bytes) // a hash never fails to write
	hash := h.Sum64()
	if known := c.find(hash); known != nil {
		return known.cluster, false
	}
	text := &indexedText{cluster: c.size}
	keys, best := bandKeys(body), minResemblance
	if c.Loose {
		keys, best = pairKeys(tokens), minLooseResemblance
	}
	if len(keys) > 0 {
		text.lowest = bottomOf(tokens)
	}
	for _, key := range keys {
		if other := c.find(key); other != nil {
			if r := text.lowest.resemblance(&other.lowest); r >= best {
				best, text.cluster = r, other.cluster
			}
		}
	}
	if first = text.cluster == c.size; first {
		c.size++
	}
	c.index(text, hash, keys)
	return text.cluster, first
}

// bandKeys returns the keys of the bands of a text's sketch, none when it has no sketch.
func bandKeys(body *normalize.Text) []uint64 {
	sketch, ok := SketchOf(body)
	if !ok {
		return nil
	}
	keys := make([]uint64, len(sketch))
	for i, band := range sketch {
		keys[i] = band ^ uint64(i+1)*0x9e3779b97f4a7c15
	}
	return keys
}

// pairKeys returns the pairs of words of a text with the lowest hashes.
func pairKeys(tokens []features.Token) []uint64 {
	var keys []uint64
	for i := range tokens {
		if tokens[i].Kind == features.Pair {
			keys = append(keys, tokens[i].Hash)
		}
	}
	slices.Sort(keys)
	keys = slices.Compact(keys)
	return keys[:min(len(keys), looseKeys)]
}

func (c *Clusters) find(band uint64) *indexedText {
	if text := c.younger[band]; text != nil {
		return text
	}
	return c.older[band]
}

// index remembers a text, unless its cluster has enough.
func (c *Clusters) index(text *indexedText, hash uint64, keys []uint64) {
	if c.members[text.cluster] >= maxClusterMembers {
		return
	}
	if c.younger == nil || c.indexed >= maxIndexed/2 {
		c.older, c.younger, c.indexed = c.younger, map[uint64]*indexedText{}, 0
		c.members = map[int]uint8{}
	}
	c.members[text.cluster]++
	c.indexed++
	c.younger[hash] = text
	for _, key := range keys {
		if c.younger[key] == nil {
			c.younger[key] = text
		}
	}
}

// bottom are the lowest hashes of the words and pairs of a text, in rising order:
// a sample of them from which the resemblance of two texts is estimated (Broder 1997, "On the
// resemblance and containment of documents").
type bottom struct {
	n      uint8
	hashes [48]uint32
}

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
