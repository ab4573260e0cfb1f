package classifier

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestStrongestIsWhatASortPutsFirst(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		all := make([]share, random.IntN(40))
		for i := range all {
			all[i] = share{int32(i), float64(random.IntN(9) - 4)} // many are equal
		}
		want := slices.SortedStableFunc(slices.Values(all), func(a, b share) int {
			return cmp.Compare(math.Abs(b.weight), math.Abs(a.weight))
		})
		got := slices.Clone(all)
		n := min(len(all), random.IntN(12))
		strongest(got, n)
		if !slices.Equal(got[:n], want[:n]) {
			t.Fatalf("of %v: %v, %v wanted", all, got[:n], want[:n])
		}
		byHit := func(a, b share) int { return cmp.Compare(a.hit, b.hit) }
		if slices.SortFunc(got, byHit); !slices.Equal(got, all) {
			t.Fatalf("of %v some are lost: %v", all, got)
		}
	}
}
