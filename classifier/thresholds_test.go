package classifier

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"winnow/models"
)

func TestRejectThresholdNeedsEnoughHam(t *testing.T) {
	labels := comments(2400, models.Ham, models.Spam)
	for i := range labels {
		labels[i].Site = "gazette"
	}
	m := train(t, labels, TrainOptions{})
	h := m.Manifest().Spam
	if h.Reject < h.Hold || h.Reject > 1 {
		t.Fatalf("thresholds: %+v", h)
	}
	spam := Input{Text: "casino bonus jackpot winner visit deposit profit"}
	if v := m.Verdict(spam, Policy{Site: "gazette"}); v.Action != models.Reject {
		t.Errorf("%s at %v, thresholds %+v", v.Action, *v.Spam, h)
	}
	if v := m.Verdict(spam, Policy{}); v.Action != models.Hold {
		t.Errorf("%s without a site, whose labels might allow to reject", v.Action)
	}
}

func TestLabelsWithoutSiteNeverReject(t *testing.T) {
	m := train(t, comments(2400, models.Ham, models.Spam), TrainOptions{})
	v := m.Verdict(Input{Text: "casino bonus jackpot winner visit deposit profit"}, Policy{Site: "gazette"})
	if v.Action != models.Hold {
		t.Errorf("%s at %v", v.Action, *v.Spam)
	}
}

func TestUpperBound(t *testing.T) {
	for _, c := range []struct {
		k, n float64
		want float64
	}{
		{0, 3000, 1 - math.Pow(0.01, 1.0/3000)},
		{0, 1, 0.99},
		{1, 1, 1},
		{1, 10, 0.5043527},
		{5, 100, 0.1258517},
	} {
		if got := upperBound(c.k, c.n, 0.99); math.Abs(got-c.want) > 1e-5 {
			t.Errorf("%v of %v: %v, want %v", c.k, c.n, got, c.want)
		}
	}
}

func TestThresholdForBoundsFalsePositives(t *testing.T) {
	ham := make([]hamScore, 5000)
	for i := range ham {
		ham[i] = hamScore{1 - float64(i+1)/5000, 1}
	}
	at, ok := thresholdFor(ham, 0.02, 0.99)
	flagged := 0.0
	for _, s := range ham {
		if s.probability >= at {
			flagged++
		}
	}
	if !ok || upperBound(flagged, 5000, 0.99) > 0.02 || upperBound(flagged+1, 5000, 0.99) <= 0.02 {
		t.Errorf("%v of 5000 flagged at %v", flagged, at)
	}
	if _, ok := thresholdFor(ham[:2000], 0.002, 0.99); ok {
		t.Error("2000 ham cannot show that at most 0.2 % are flagged")
	}
}

func TestHoldThresholdOfLittleHam(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	over := 0
	for range 200 { // samples of 40 ham
		ham := make([]hamScore, 40)
		for i := range ham {
			ham[i] = hamScore{sigmoid(rng.NormFloat64() - 3), 1}
		}
		slices.SortFunc(ham, func(a, b hamScore) int { return cmp.Compare(b.probability, a.probability) })
		at := holdThreshold(ham, 0.02)
		if at <= ham[0].probability {
			t.Fatal("ham of the sample is held")
		}
		// What is held of all ham: 2 % are above -3 + 2.05.
		if math.Erfc((logit(at)+3)/math.Sqrt2)/2 > 0.03 {
			over++
		}
	}
	if over > 40 {
		t.Errorf("of 200 thresholds %d hold more than 3 %% of the ham", over)
	}
	if holdThreshold(nil, 0.02) <= 1 {
		t.Error("without any ham something is held")
	}
}
