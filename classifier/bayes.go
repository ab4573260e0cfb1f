package classifier

import (
	"encoding/binary"
	"iter"
	"math"

	"github.com/jbrukh/bayesian"

	"winnow/models"
)

// A token's weight is stored as two counts, one for each class, whose ratio is
// the exponential of the weight. The library computes with
// (count + 1) / (total + vocabulary), so every token has a count in both classes,
// and one padding word makes the totals equal. Then the prior is even, an unknown
// token weighs 0, and the difference of the two log scores is the sum of the
// tokens' weights.
const (
	minorCount = 1e6 // of the class that the token is evidence against: the weights are exact to about 1e-6
	maxWeight  = 14  // of a token, in log odds: the total of maxFileTokens such counts fits into an int64
)

// newNaiveBayes returns a naive Bayes classifier of class and ham in which tokens,
// given by their hashes, have the weights: natural logarithms of the likelihood
// ratio between class and ham.
func newNaiveBayes(class models.Class, weights iter.Seq2[uint64, float64]) *bayesian.Classifier {
	ham, other := bayesian.Class(models.Ham), bayesian.Class(class)
	nb := bayesian.NewClassifier(other, ham)
	var totalHam, totalOther int
	for hash, weight := range weights {
		majorCount := int(math.Round(minorCount * math.Exp(min(math.Abs(weight), maxWeight))))
		hamCount, otherCount := majorCount, int(minorCount)
		if weight > 0 {
			hamCount, otherCount = otherCount, hamCount
		}
		// The library adds one to every count.
		nb.Observe(bayesWord(hash), hamCount-1, ham)
		nb.Observe(bayesWord(hash), otherCount-1, other)
		totalHam, totalOther = totalHam+hamCount, totalOther+otherCount
	}
	const padding = "pad" // a token's word has eight bytes
	nb.Observe(padding, max(totalOther-totalHam, 0)+1, ham)
	nb.Observe(padding, max(totalHam-totalOther, 0)+1, other)
	return nb
}

// bayesWord is the word that stands for a token in the library.
func bayesWord(hash uint64) string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], hash)
	return string(b[:])
}

// bayesWeight returns the weight of a token by the library.
func bayesWeight(nb *bayesian.Classifier, hash uint64) float64 {
	f := nb.WordFrequencies([]string{bayesWord(hash)})
	return math.Log(f[0][0] / f[1][0])
}

// NaiveBayes returns a naive Bayes classifier with the weights of a head, spam or
// abuse, or nil when the model has no such head. Verdicts use a table of the same
// weights instead, which takes half the time and no lock.
func (m *Model) NaiveBayes(class models.Class) *bayesian.Classifier {
	h := headIndex(class)
	if h < 0 || m.head(h) == nil {
		return nil
	}
	return newNaiveBayes(class, func(yield func(uint64, float64) bool) {
		for _, slot := range m.features.slots {
			if slot.hash != 0 && !yield(slot.hash, float64(slot.weight[h])) {
				return
			}
		}
	})
}
