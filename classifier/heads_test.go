package classifier

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"winnow/models"
)

var obviousSpam = []Input{
	{Text: "Subscribe to my channel!!! http://bit.ly/x free free free"},
	{Text: "Earn $5000 a week from home, click here http://easy-money.top and join now"},
	{Text: "CHECK OUT MY CHANNEL and subscribe please, I make music http://youtube.com/x"},
}

func TestHeadWithoutLabelsIsTheBaseModels(t *testing.T) {
	base, err := Starter()
	if err != nil {
		t.Fatal(err)
	}
	m := train(t, comments(30, models.Ham, models.Abuse), TrainOptions{Base: base})
	h := m.Manifest().Spam
	if h == nil || !h.Base || h.Prior != base.manifest.Spam.Prior || h.Hold != base.manifest.Spam.Hold {
		t.Fatalf("the spam head is %+v", h)
	}
	for _, in := range append(slices.Clone(obviousSpam), Input{Text: "The council should repair the bridge, you idiot, before the winter."}) {
		want, got := base.Verdict(in, Policy{}), m.Verdict(in, Policy{})
		if math.Abs(*want.Spam-*got.Spam) > 1e-9 {
			t.Errorf("%q: %v, by the base model %v", in.Text, *got.Spam, *want.Spam)
		}
		if want.Action != models.Approve && got.Action == models.Approve {
			t.Errorf("%q is let through", in.Text)
		}
	}
	again, err := Read(strings.NewReader(string(bytesOf(t, m))))
	if err != nil || *again.Verdict(obviousSpam[0], Policy{}).Spam != *m.Verdict(obviousSpam[0], Policy{}).Spam {
		t.Errorf("the file gives another verdict: %v", err)
	}
}

func TestHeadWithoutEvidenceHoldsNothing(t *testing.T) {
	// The classes differ by nothing.
	labels := comments(100, models.Ham, models.Spam)
	for i := range labels {
		labels[i].Label = []models.Class{models.Ham, models.Spam}[i/2%2]
	}
	m := train(t, labels, TrainOptions{})
	if h := m.Manifest().Spam; h.Hold <= 1 || h.Reject != 0 || len(m.Manifest().Notes) == 0 {
		t.Errorf("%+v, notes %q", h, m.Manifest().Notes)
	}
	if v := m.Verdict(obviousSpam[0], Policy{}); v.Action != models.Approve {
		t.Errorf("%s at %v", v.Action, *v.Spam)
	}
}

func TestHeldLabelsAreNotRepresentative(t *testing.T) {
	labels := comments(200, models.Ham, models.Spam)
	for i := range labels {
		labels[i].SelectedBy = models.SelectedHeld
	}
	if h := train(t, labels, TrainOptions{}).Manifest().Spam; h.Hold <= 1 {
		t.Errorf("with labels of held comments only: %+v", h)
	}
	for i := range labels {
		if i%4 < 2 {
			labels[i].SelectedBy = models.SelectedSample
		}
	}
	if h := train(t, labels, TrainOptions{}).Manifest().Spam; h.Hold > surelySpam {
		t.Errorf("with a sample, too: %+v", h)
	}
}

func TestLabelsThatTheBaseHeldAreNotRepresentative(t *testing.T) {
	base := train(t, comments(300, models.Ham, models.Spam), TrainOptions{})
	var labels []models.Label
	for i := range 40 { // ham that looks like spam
		labels = append(labels, models.Label{Text: fmt.Sprintf("casino bonus %d deposit winner profit %s", i, strings.Repeat(filler[i%len(filler)]+" ", i%7)), Label: models.Ham})
	}
	for _, l := range comments(100, models.Ham, models.Spam) {
		if l.Label == models.Spam {
			labels = append(labels, l)
		}
	}
	m := train(t, labels, TrainOptions{Base: base})
	if h := m.Manifest().Spam; !h.Base || len(m.Manifest().Notes) == 0 {
		t.Errorf("%+v, notes %q", h, m.Manifest().Notes)
	}
}

func TestUncontradictedIntentsKeepTheirWeight(t *testing.T) {
	base, err := Starter()
	if err != nil {
		t.Fatal(err)
	}
	m := train(t, comments(300, models.Ham, models.Spam), TrainOptions{Base: base})
	for _, in := range obviousSpam {
		if v := m.Verdict(in, Policy{}); v.Action == models.Approve {
			t.Errorf("%q is let through at %v", in.Text, *v.Spam)
		}
	}
}
