package classifier

import (
	"encoding/binary"
	"math"

	"github.com/jbrukh/bayesian"

	"winnow/models"
)

// The engine is a naive Bayes classifier of two classes that is told token
// masses instead of counts. Each token is observed in both classes, so that
// the two vocabularies are the same, and one pad token levels the totals: then
// the prior is even, a token that was never seen weighs nothing, and the
// difference of the two log scores is the sum of the tokens' log ratios.
const (
	minorCount = 1e6 // of the class a token speaks against; sets the resolution
	maxWeight  = 14  // of a token, in log odds; more would overflow the masses
)

// newEngine tells an engine what each token weighs: the natural logarithm of
// its likelihood ratio between class and ham.
func newNaiveBayes(class models.Class, tokens int, weights func(yield func(hash uint64, weight float64))) *bayesian.Classifier {
	ham, other := bayesian.Class(models.Ham), bayesian.Class(class)
	nb := bayesian.NewClassifier(other, ham)
	var totalHam, totalOther int
	weights(func(hash uint64, weight float64) {
		majorCount := int(math.Round(minorCount * math.Exp(min(math.Abs(weight), maxWeight))))
		hamCount, otherCount := majorCount, int(minorCount)
		if weight > 0 {
			hamCount, otherCount = otherCount, hamCount
		}
		// The engine adds one to every count.
		nb.Observe(bayesWord(hash), hamCount-1, ham)
		nb.Observe(bayesWord(hash), otherCount-1, other)
		totalHam, totalOther = totalHam+hamCount, totalOther+otherCount
	})
	const pad = "pad" // no key of a token has three bytes
	nb.Observe(pad, max(totalOther-totalHam, 0)+1, ham)
	nb.Observe(pad, max(totalHam-totalOther, 0)+1, other)
	return nb
}

// engineKey is the word that the engine knows a token by.
func bayesWord(hash uint64) string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], hash)
	return string(b[:])
}

// engineWeight asks an engine what a token weighs.
func bayesWeight(nb *bayesian.Classifier, hash uint64) float64 {
	f := nb.WordFrequencies([]string{bayesWord(hash)})
	return math.Log(f[0][0] / f[1][0])
}

// Engine returns the naive Bayes engine of a head, spam or abuse, filled with
// the model's token masses, or nil when the head is absent. Verdicts are read
// from a table of the same log ratios, which takes half the time and no lock.
func (m *Model) NaiveBayes(class models.Class) *bayesian.Classifier {
	h := headIndex(class)
	if h < 0 || m.head(h) == nil {
		return nil
	}
	return newNaiveBayes(class, m.features.size, func(yield func(uint64, float64)) {
		for _, slot := range m.features.slots {
			if slot.hash != 0 {
				yield(slot.hash, float64(slot.weight[h]))
			}
		}
	})
}
