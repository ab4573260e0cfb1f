package classifier

import (
	"maps"
	"math"
	"testing"

	"winnow/models"
)

// TestFeatureTableMatchesNaiveBayes compares the sums of weights that verdicts
// are computed from with the log scores of the library.
func TestFeatureTableMatchesNaiveBayes(t *testing.T) {
	m := train(t, comments(300, models.Ham, models.Spam, models.Abuse), TrainOptions{})
	for i, class := range headClass {
		nb := m.NaiveBayes(class)
		s := new(scorer)
		for _, l := range comments(100, models.Ham, models.Spam, models.Abuse) {
			l.Text += " neverseenword zzyzx " + l.ID
			s.extract(m, FromLabel(l))
			var words [blocks][]string
			for _, token := range s.tokens {
				b := blockOf(token.Kind)
				words[b] = append(words[b], bayesWord(token.Hash))
			}
			for b := range blocks {
				scores, _, _ := nb.LogScores(words[b])
				want := scores[0] - scores[1]
				if got := s.sum[i][b]; math.Abs(got-want) > 1e-4*math.Sqrt(float64(1+len(words[b]))) {
					t.Fatalf("%s, block %d of %q: sum %v in the table, %v in the library", class, b, l.Text, got, want)
				}
			}
		}
	}
	if m.NaiveBayes(models.Ham) != nil {
		t.Error("there is a classifier of ham against ham")
	}
}

func TestNaiveBayesReturnsItsWeights(t *testing.T) {
	weights := map[uint64]float64{1: 0, 2: 1.5, 3: -0.25, 4: maxWeight, 5: -maxWeight, 6: 1e-5}
	nb := newNaiveBayes(models.Spam, maps.All(weights))
	for h, want := range weights {
		if got := bayesWeight(nb, h); math.Abs(got-want) > 2e-6 {
			t.Errorf("weight of token %d is %v, want %v", h, got, want)
		}
	}
	if got := bayesWeight(nb, 99); got != 0 {
		t.Errorf("weight of an unknown token is %v", got)
	}
	if scores, _, _ := nb.LogScores(nil); scores[0] != scores[1] {
		t.Errorf("the prior is not even: %v", scores)
	}
}
