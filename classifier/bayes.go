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
	lightMass = 1e6 // of the class a token speaks against; sets the resolution
	maxWeight = 14  // of a token, in log odds; more would overflow the masses
)

// newEngine tells an engine what each token weighs: the natural logarithm of
// its likelihood ratio between class and ham.
func newEngine(class models.Class, tokens int, each func(yield func(hash uint64, weight float64))) *bayesian.Classifier {
	ham, other := bayesian.Class(models.Ham), bayesian.Class(class)
	e := bayesian.NewClassifier(other, ham)
	var totalHam, totalOther int
	each(func(hash uint64, weight float64) {
		heavy := int(math.Round(lightMass * math.Exp(min(math.Abs(weight), maxWeight))))
		inHam, inOther := heavy, int(lightMass)
		if weight > 0 {
			inHam, inOther = inOther, inHam
		}
		// The engine adds one to every count.
		e.Observe(engineKey(hash), inHam-1, ham)
		e.Observe(engineKey(hash), inOther-1, other)
		totalHam, totalOther = totalHam+inHam, totalOther+inOther
	})
	const pad = "pad" // no key of a token has three bytes
	e.Observe(pad, max(totalOther-totalHam, 0)+1, ham)
	e.Observe(pad, max(totalHam-totalOther, 0)+1, other)
	return e
}

// engineKey is the word that the engine knows a token by.
func engineKey(hash uint64) string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], hash)
	return string(b[:])
}

// engineWeight asks an engine what a token weighs.
func engineWeight(e *bayesian.Classifier, hash uint64) float64 {
	f := e.WordFrequencies([]string{engineKey(hash)})
	return math.Log(f[0][0] / f[1][0])
}

// Engine returns the naive Bayes engine of a head, spam or abuse, filled with
// the model's token masses, or nil when the head is absent. Verdicts are read
// from a table of the same log ratios, which takes half the time and no lock.
func (m *Model) Engine(class models.Class) *bayesian.Classifier {
	h := headIndex(class)
	if h < 0 || m.head(h) == nil {
		return nil
	}
	return newEngine(class, m.table.size, func(yield func(uint64, float64)) {
		for _, s := range m.table.slots {
			if s.hash != 0 {
				yield(s.hash, float64(s.weight[h]))
			}
		}
	})
}
