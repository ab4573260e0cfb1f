package classifier

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/jbrukh/bayesian"

	"winnow/models"
)

// countsFor are the counts of three tokens in 100 rows of spam and 300 of ham.
var (
	countsFor = []classCount{{ham: 3, positive: 40}, {ham: 90, positive: 2}, {ham: 30, positive: 10}}
	totalsFor = classCount{ham: 300, positive: 100}
	hashesFor = []uint64{11, 12, 13}
)

func TestNaiveBayesHoldsTheCounts(t *testing.T) {
	nb := newNaiveBayes(models.Spam, hashesFor, countsFor, totalsFor)
	for class, total := range map[models.Class]float32{models.Spam: totalsFor.positive, models.Ham: totalsFor.ham} {
		shares := nb.WordsByClass(bayesian.Class(class))
		for i, hash := range hashesFor {
			c, first := countsFor[i], countsFor[0]
			n, n0 := c.ham, first.ham
			if class == models.Spam {
				n, n0 = c.positive, first.positive
			}
			pooled := func(c classCount) float64 {
				return bayesSmoothing * float64(c.ham+c.positive) / float64(totalsFor.ham+totalsFor.positive)
			}
			want := (float64(n) + pooled(c)) / (float64(n0) + pooled(first))
			if got := shares[bayesWord(hash)] / shares[bayesWord(hashesFor[0])]; math.Abs(got/want-1) > 0.01 {
				t.Errorf("%s of %v rows: token %d is %v times as frequent as the first, want %v", class, total, hash, got, want)
			}
		}
	}
	ratios := bayesRatios(nb, hashesFor)
	if !(ratios[0] > 1 && ratios[1] < -1 && math.Abs(ratios[2]) < 0.01) {
		t.Errorf("log ratios %v; the first token is of spam, the second of ham, the third of neither", ratios)
	}
}

func TestBayesColumnIsTheLibrarysLogScore(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	hashes := make([]uint64, 500)
	counts := make([]classCount, len(hashes))
	for i := range hashes {
		hashes[i] = rng.Uint64() | 1
		counts[i] = classCount{ham: float32(rng.IntN(200)), positive: float32(rng.IntN(50))}
	}
	nb := newNaiveBayes(models.Abuse, hashes, counts, classCount{ham: 1000, positive: 60})
	ratios := bayesRatios(nb, hashes)
	for range 50 {
		var words []string
		sum := 0.0
		for i := range hashes {
			if rng.IntN(10) == 0 {
				words, sum = append(words, bayesWord(hashes[i])), sum+ratios[i]
			}
		}
		words = append(words, "unknown") // it has no weight, and the prior is even
		scores, _, _ := nb.LogScores(words)
		if got := scores[0] - scores[1]; math.Abs(got-sum) > 1e-6*float64(len(words)) {
			t.Fatalf("the library's log scores differ by %v, the column is %v", got, sum)
		}
	}
}

func TestBayesColumnsHaveWeight(t *testing.T) {
	m := train(t, comments(300, models.Ham, models.Spam), TrainOptions{})
	sum := 0.0
	for _, c := range m.Manifest().Spam.Columns {
		if c.Weight < 0 {
			t.Errorf("%s has the weight %v", c.Name, c.Weight)
		}
		for _, group := range bayesGroups {
			if c.Name == group.name {
				sum += c.Weight
			}
		}
	}
	if sum == 0 {
		t.Errorf("no Bayes column has any weight: %+v", m.Manifest().Spam.Columns)
	}
	without := train(t, comments(300, models.Ham, models.Spam), TrainOptions{WithoutColumns: []string{"bayes words", "bayes characters"}})
	for _, c := range without.Manifest().Spam.Columns {
		if (c.Name == "bayes words" || c.Name == "bayes characters") && c.Weight != 0 {
			t.Errorf("%s was left out and has the weight %v", c.Name, c.Weight)
		}
	}
}
