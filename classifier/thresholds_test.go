package classifier

import (
	"math"
	"testing"

	"winnow/models"
)

func TestRejectThresholdNeedsEnoughHam(t *testing.T) {
	m := train(t, comments(2400, models.Ham, models.Spam), TrainOptions{})
	h := m.Manifest().Spam
	if h.Reject < h.Hold || h.Reject > 1 {
		t.Fatalf("thresholds: %+v", h)
	}
	if v := m.Verdict(Input{Text: "casino bonus jackpot winner visit deposit profit"}, Policy{}); v.Action != models.Reject {
		t.Errorf("%s at %v, thresholds %+v", v.Action, *v.Spam, h)
	}
}

func TestUpperBound(t *testing.T) {
	for _, c := range []struct {
		k, n int
		want float64
	}{
		{0, 3000, 1 - math.Pow(0.01, 1.0/3000)},
		{0, 1, 0.99},
		{1, 1, 1},
		{1, 10, 0.5043527},
		{5, 100, 0.1258517},
	} {
		if got := upperBound(c.k, c.n); math.Abs(got-c.want) > 1e-5 {
			t.Errorf("%d of %d: %v, want %v", c.k, c.n, got, c.want)
		}
	}
}

func TestThresholdForBoundsFalsePositives(t *testing.T) {
	ham := make([]float64, 5000)
	for i := range ham {
		ham[i] = float64(i) / 5000
	}
	at, ok := thresholdFor(ham, 0.02)
	flagged := 0
	for _, p := range ham {
		if p >= at {
			flagged++
		}
	}
	if !ok || upperBound(flagged, 5000) > 0.02 || upperBound(flagged+1, 5000) <= 0.02 {
		t.Errorf("%d of 5000 flagged at %v", flagged, at)
	}
	if _, ok := thresholdFor(ham[:2000], 0.002); ok {
		t.Error("2000 ham cannot show that at most 0.2 % are flagged")
	}
}
