package classifier

// featureTable maps the 64-bit hash of a token to its weights. It is an open
// addressing hash table with linear probing, which is immutable once filled: a
// lookup takes one or two memory reads, no lock and no allocation.
type featureTable struct {
	slots []slot
	shift uint // see bucket
	size  int
}

// slot holds one token. The hash of a token is never 0, which marks an empty slot.
type slot struct {
	hash   uint64
	weight [heads]float32 // in natural log odds, before Head.Scale and the length of the text
}

// newFeatureTable returns an empty table for n tokens, which fill at most half.
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

// bucket returns the index of the slot at which the search for a hash starts.
func (t *featureTable) bucket(hash uint64) uint64 {
	// Fibonacci hashing: the high bits of the product depend on all of hash.
	return hash * 0x9e3779b97f4a7c15 >> t.shift
}

// find returns the index of the slot of a hash, or of the empty slot for it.
func (t *featureTable) find(hash uint64) uint64 {
	mask := uint64(len(t.slots) - 1)
	i := t.bucket(hash)
	for t.slots[i].hash != hash && t.slots[i].hash != 0 {
		i = (i + 1) & mask
	}
	return i
}
