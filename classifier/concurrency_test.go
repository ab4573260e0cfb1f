package classifier

import (
	"sync"
	"testing"

	"winnow/models"
)

// Two trainings with two heads, and many scorings by one model, at the same time: a run
// with the race detector sees all goroutines of this package here.
func TestTrainingAndScoringAtOnce(t *testing.T) {
	labels := comments(60, models.Ham, models.Spam, models.Abuse)
	m := train(t, labels, TrainOptions{})
	var work sync.WaitGroup
	for range 2 {
		work.Go(func() {
			if again := train(t, labels, TrainOptions{Base: m}); again.Version() == m.Version() {
				t.Error("a model with a base is the one without")
			}
		})
	}
	want := m.Verdict(Input{Text: labels[1].Text}, Policy{})
	for range 8 {
		work.Go(func() {
			for range 50 {
				if got := m.Verdict(Input{Text: labels[1].Text}, Policy{}); *got.Spam != *want.Spam {
					t.Errorf("scored %v and %v", *got.Spam, *want.Spam)
				}
			}
		})
	}
	work.Wait()
}
