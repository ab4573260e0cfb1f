package classifier

// table holds what each token weighs, by the 64-bit hash of the token: an
// immutable open-addressing table, so that looking a token up takes one or two
// memory reads, no lock and no allocation.
type featureTable struct {
	slots []slot
	shift uint // of the hash, to the slot where its search begins
	size  int
}

// slot is one token. A token's hash is never 0: that marks an empty slot.
type slot struct {
	hash   uint64
	weight [heads]float32 // in natural log odds, before the length of the text is taken out
}

// newTable makes a table for n tokens, at most half full.
func newFeatureTable(n int) featureTable {
	t := featureTable{shift: 63}
	size := 2
	for size < 2*n {
		size *= 2
		t.shift--
	}
	t.slots = make([]slot, size)
	return t
}

func (t *featureTable) put(hash uint64, weight [heads]float32) {
	i := t.find(hash)
	if t.slots[i].hash == 0 {
		t.size++
	}
	t.slots[i] = slot{hash, weight}
}

// home returns the slot where the search for hash begins.
func (t *featureTable) bucket(hash uint64) uint64 {
	// Fibonacci hashing: the high bits of the product depend on all of hash.
	return hash * 0x9e3779b97f4a7c15 >> t.shift
}

// find returns the slot of hash, or the empty one where it would be.
func (t *featureTable) find(hash uint64) uint64 {
	mask := uint64(len(t.slots) - 1)
	i := t.bucket(hash)
	for t.slots[i].hash != hash && t.slots[i].hash != 0 {
		i = (i + 1) & mask
	}
	return i
}
