package classifier

import (
	"encoding/binary"
	"math"

	"github.com/jbrukh/bayesian"

	"winnow/models"
)

// A Bayes column is the score of a naive Bayes classifier of the library for one
// group of tokens. The library holds, for each token and class, in how many of
// bayesMass texts of the class the token is: the counts of the labels, normalised
// to classes of one size, because the library would take the shares of the
// classes among the labels for a prior, and would let unknown words vote for the
// smaller class. One padding word makes the totals equal. Then the prior is even, an
// unknown token weighs 0, and the difference of the two log scores is the sum of
// the tokens' log likelihood ratios.
const (
	bayesMass = 1e9
	// bayesSmoothing is how many texts of either class are added, in which tokens
	// are as frequent as in both classes together. So a rare token weighs little,
	// and one that was seen in the larger class only never speaks for the other.
	bayesSmoothing = 10
)

// newNaiveBayes returns a naive Bayes classifier of class and ham for the tokens
// of the hashes. counts are the weights of the rows that have the token, totals
// those of all rows.
func newNaiveBayes(class models.Class, hashes []uint64, counts []classCount, totals classCount) *bayesian.Classifier {
	ham, other := bayesian.Class(models.Ham), bayesian.Class(class)
	nb := bayesian.NewClassifier(other, ham)
	var totalHam, totalOther int
	for i, hash := range hashes {
		hamCount, otherCount := bayesCounts(counts[i], totals)
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

// bayesCounts returns the normalised counts of a token in both classes, at least 1.
func bayesCounts(c, totals classCount) (ham, other int) {
	pooled := bayesSmoothing * (float64(c.ham+c.positive) + 0.01) / (float64(totals.ham+totals.positive) + 1)
	normalise := func(n, total float32) int {
		return max(1, int(math.Round(bayesMass*(float64(n)+pooled)/(float64(total)+bayesSmoothing))))
	}
	return normalise(c.ham, totals.ham), normalise(c.positive, totals.positive)
}

// bayesWord is the word that stands for a token in the library.
func bayesWord(hash uint64) string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], hash)
	return string(b[:])
}

// bayesRatios returns the log likelihood ratios of tokens by the library.
func bayesRatios(nb *bayesian.Classifier, hashes []uint64) []float64 {
	ratios := make([]float64, len(hashes))
	word := make([]string, 1)
	for i, hash := range hashes {
		word[0] = bayesWord(hash)
		f := nb.WordFrequencies(word)
		ratios[i] = math.Log(f[0][0] / f[1][0])
	}
	return ratios
}

// bayesGroups are the blocks that have a Bayes column, and its names.
var bayesGroups = [...]struct {
	block block
	name  string
}{{wordBlock, "bayes words"}, {charBlock, "bayes characters"}, {shapeBlock, "bayes shape"}}

// bayesColumns holds the log likelihood ratios of the Bayes columns of a head: of
// every term, from the rows without each fold and from all rows.
type bayesColumns struct {
	folds  int
	ratios []float32
}

// newBayesColumns counts with the library. A term belongs to the group of its block.
func newBayesColumns(e *ensemble, v *vocabulary) *bayesColumns {
	n := e.folds + 1
	c := &bayesColumns{folds: e.folds, ratios: make([]float32, n*len(v.terms))}
	for _, group := range bayesGroups {
		var ids []int
		var hashes []uint64
		for id := range v.terms {
			if v.terms[id].block == group.block {
				ids, hashes = append(ids, id), append(hashes, v.terms[id].hash)
			}
		}
		counts := make([]classCount, len(ids))
		for fold := range n {
			for i, id := range ids {
				counts[i] = e.counts[id*n+fold]
			}
			nb := newNaiveBayes(e.class, hashes, counts, e.totals[fold])
			for i, ratio := range bayesRatios(nb, hashes) {
				c.ratios[ids[i]*n+fold] = float32(ratio)
			}
		}
	}
	return c
}

// score returns the score of a group for a row without a fold; fold c.folds is
// the score from all rows. Like all scores of a block it is divided by the root of
// the number of its tokens.
func (c *bayesColumns) score(r *row, b block, fold int) float32 {
	sum := float32(0)
	for _, id := range r.terms[b] {
		sum += c.ratios[int(id)*(c.folds+1)+fold]
	}
	return sum / float32(blockRoot(b, len(r.terms[b])))
}
