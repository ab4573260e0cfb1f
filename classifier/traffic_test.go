package classifier

import (
	"iter"
	"math"
	"math/rand/v2"
	"testing"

	"winnow/models"
)

// trafficOf mixes comments of which a share is spam; every labelEach-th is labelled.
func trafficOf(n int, share float64, labelEach int) iter.Seq2[Sample, error] {
	rng := rand.New(rand.NewPCG(6, 6))
	rows := comments(n, models.Ham, models.Spam)
	return func(yield func(Sample, error) bool) {
		for i := range n {
			l := rows[2*i]
			if rng.Float64() < share {
				l = rows[2*i+1]
			}
			s := Sample{Input: FromLabel(l), Site: "gazette"}
			if labelEach > 0 && i%labelEach == 0 {
				s.Label = l.Label
			}
			if !yield(s, nil) {
				return
			}
		}
	}
}

func TestPositiveShareOfTraffic(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 7))
	for _, share := range []float64{0.02, 0.1, 0.5} {
		var scores []trafficScore
		for range 5000 { // log odds of normal scores, calibrated for a share of one half
			x := -2.0
			if rng.Float64() < share {
				x = 2
			}
			scores = append(scores, trafficScore{logOdds: 2 * (x + rng.NormFloat64()*math.Sqrt2)})
		}
		if got := positiveShare(scores, models.Spam, 0.5); math.Abs(got-share) > 0.03 {
			t.Errorf("the share of spam is %v, estimated %v", share, got)
		}
	}
}

// TestTrafficSetsPriorAndThreshold trains on labels that are half spam, for sites
// that have little.
func TestTrafficSetsPriorAndThreshold(t *testing.T) {
	labels := comments(400, models.Ham, models.Spam)
	plain := train(t, labels, TrainOptions{})
	m := train(t, labels, TrainOptions{Traffic: trafficOf(3000, 0.05, 0)})
	summary := m.Manifest().Traffic
	if summary == nil || summary.Comments != 3000 || math.Abs(summary.Spam-0.05) > 0.04 {
		t.Fatalf("%+v", summary)
	}
	if m.Manifest().Spam.Prior >= plain.Manifest().Spam.Prior-0.5 {
		t.Errorf("prior %v without and %v with traffic", plain.Manifest().Spam.Prior, m.Manifest().Spam.Prior)
	}
	held, found, spam := 0, 0, 0
	fresh := comments(1501, models.Ham, models.Spam)
	for _, l := range fresh {
		hold := m.Verdict(FromLabel(l), Policy{}).Action != models.Approve
		switch {
		case l.Label == models.Ham && hold:
			held++
		case l.Label == models.Spam:
			if spam++; hold {
				found++
			}
		}
	}
	if float64(held) > 0.03*1501 || float64(found) < 0.7*float64(spam) {
		t.Errorf("%d of 1501 ham are held, %d of %d spam", held, found, spam)
	}
	again := train(t, labels, TrainOptions{Traffic: trafficOf(3000, 0.05, 0)})
	if again.Version() != m.Version() {
		t.Error("the same labels and traffic give another model")
	}
}

func TestLittleTrafficSetsNothing(t *testing.T) {
	labels := comments(200, models.Ham, models.Spam)
	m := train(t, labels, TrainOptions{Traffic: trafficOf(50, 0.5, 2)})
	if m.Manifest().Traffic != nil || len(m.Manifest().Notes) == 0 || m.Manifest().Spam.Prior != train(t, labels, TrainOptions{}).Manifest().Spam.Prior {
		t.Errorf("%+v", m.Manifest())
	}
}

func TestHoldBudgetBoundsTheThreshold(t *testing.T) {
	labels := comments(600, models.Ham, models.Spam)
	little := train(t, labels, TrainOptions{HoldBudget: 0.005}).Manifest().Spam.Hold
	much := train(t, labels, TrainOptions{HoldBudget: 0.05}).Manifest().Spam.Hold
	if little <= much {
		t.Errorf("hold at %v with a budget of 0.5 %%, at %v with 5 %%", little, much)
	}
}

// TestHoldBudgetOfASite trains for two sites, of which one lets more be held.
func TestHoldBudgetOfASite(t *testing.T) {
	labels := comments(600, models.Ham, models.Spam)
	budgets := map[string]float64{"herald": 0.2}
	m := train(t, labels, TrainOptions{HoldBudgets: budgets, Traffic: trafficOf(1000, 0.05, 0)})
	common, _ := m.Thresholds(Policy{Site: "gazette"})
	own, reject := m.Thresholds(Policy{Site: "herald"})
	if common != m.Manifest().Spam.Hold || own >= common || reject != 0 {
		t.Errorf("hold at %v and %v, reject at %v", common, own, reject)
	}
	if without, _ := train(t, labels, TrainOptions{HoldBudgets: budgets}).Thresholds(Policy{Site: "herald"}); without >= 1 {
		t.Errorf("without traffic: hold at %v", without)
	}
	for _, extreme := range []float64{0, 1} {
		m := train(t, labels, TrainOptions{HoldBudgets: map[string]float64{"herald": extreme}})
		if at, _ := m.Thresholds(Policy{Site: "herald"}); !(at >= minHoldThreshold && at <= neverHold) {
			t.Errorf("hold at %v with a budget of %v", at, extreme)
		}
	}
	// Labels from which nothing can be told hold nothing on any site.
	few := train(t, comments(4, models.Ham, models.Spam), TrainOptions{HoldBudgets: budgets})
	if at, _ := few.Thresholds(Policy{Site: "herald"}); at <= 1 {
		t.Errorf("a head without evidence holds at %v", at)
	}
}
