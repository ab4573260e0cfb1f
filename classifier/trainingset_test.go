package classifier

import (
	"math/rand/v2"
	"testing"

	"winnow/models"
)

func TestTrainSkipsDuplicatesAndConflicts(t *testing.T) {
	labels := comments(50, models.Ham, models.Spam)
	n := len(labels)
	labels = append(labels, labels[0], labels[1], labels[1])
	contrary := labels[2]
	contrary.Label = models.Spam
	labels = append(labels, contrary)
	got := train(t, labels, TrainOptions{}).Manifest()
	if got.Rows != n-1 || got.Duplicates != 3 || got.Conflicts != 1 {
		t.Errorf("%d rows, %d duplicates, %d conflicts", got.Rows, got.Duplicates, got.Conflicts)
	}
}

func TestTrainSamplesLargeSets(t *testing.T) {
	tr := newTrainer(TrainOptions{})
	tr.uniqueTexts = 4 * maxRows
	rng := rand.New(rand.NewPCG(2, 2))
	in := 0
	for range 10000 {
		if tr.sampled(rng.Uint64()) {
			in++
		}
	}
	if in < 2300 || in > 2700 {
		t.Errorf("%d of 10000 texts are sampled, want a quarter", in)
	}
}
