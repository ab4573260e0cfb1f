package classifier

import (
	"math/rand/v2"
	"testing"

	"winnow/models"
)

func TestRowFileShuffledVisitsEveryRowOnce(t *testing.T) {
	s, err := newRowFile()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	const rows = 5000 // enough to drop offsets
	for i := range rows {
		r := row{class: models.Spam, fold: uint8(i % 5), augmented: i%2 == 0, source: uint16(i)}
		r.terms[charBlock] = []uint32{uint32(i), uint32(i + 1)}
		if err := s.append(&r); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.flush(); err != nil {
		t.Fatal(err)
	}
	seen := map[int]bool{}
	inOrder := 0
	last := -1
	err = s.shuffled(rand.New(rand.NewPCG(1, 1)), func(r *row) error {
		i := r.index
		ids := r.terms[charBlock]
		if seen[i] || r.class != models.Spam || int(r.fold) != i%5 || r.augmented != (i%2 == 0) || int(r.source) != i ||
			len(r.terms[wordBlock]) != 0 || len(ids) != 2 || int(ids[0]) != i || int(ids[1]) != i+1 {
			t.Fatalf("row %d came back as %+v", i, r)
		}
		seen[i] = true
		if i == last+1 {
			inOrder++
		}
		last = i
		return nil
	})
	if err != nil || len(seen) != rows || inOrder > rows/10 {
		t.Errorf("%d of %d rows, %d in their original order, %v", len(seen), rows, inOrder, err)
	}
}
