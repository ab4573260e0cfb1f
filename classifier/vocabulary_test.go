package classifier

import (
	"testing"

	"winnow/models"
)

func TestVocabularyPrunesRareTerms(t *testing.T) {
	v := newVocabulary()
	frequent := func(h uint64) bool { return h <= 1000 }
	for h := uint64(1); h < maxCounted+5000; h++ {
		v.count(h, wordBlock, models.Ham, true)
		if frequent(h) {
			v.count(h, wordBlock, models.Spam, true)
			v.count(h, wordBlock, models.Spam, true)
		}
	}
	if len(v.terms) > maxCounted {
		t.Fatalf("%d tokens are counted at once", len(v.terms))
	}
	v.selectTerms(2, 100)
	if len(v.terms) != 100 {
		t.Fatalf("%d tokens were chosen", len(v.terms))
	}
	for i, term := range v.terms {
		if !frequent(term.hash) || term.rows() != 3 || v.ids[term.hash] != uint32(i) {
			t.Fatalf("token %d is %+v", i, term)
		}
	}
}
