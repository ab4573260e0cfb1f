package classifier

import (
	"math/rand/v2"
	"testing"
)

func TestTrainSamplesLargeSets(t *testing.T) {
	tr := newTrainer(TrainOptions{})
	tr.texts = make([]labelledText, 4*maxRows)
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
