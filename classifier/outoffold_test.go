package classifier

import (
	"bytes"
	"math"
	"testing"

	"winnow/models"
)

func TestOutOfFold(t *testing.T) {
	labels := comments(300, models.Ham, models.Spam, models.Abuse)
	m := train(t, labels, TrainOptions{})
	if len(m.outOfFold) != 12*len(labels) || !m.KeepsAll() {
		t.Fatalf("%d bytes for %d labels", len(m.outOfFold), len(labels))
	}
	spams, hams, held, lower := 0, 0, 0, 0
	for _, l := range labels {
		spam, abuse, ok := m.OutOfFold(l)
		if !ok || (spam == nil) != (l.Label == models.Abuse) || (abuse == nil) != (l.Label == models.Spam) {
			t.Fatalf("%s: %v %v %v", l.Label, spam, abuse, ok)
		}
		own := m.Verdict(FromLabel(l), Policy{})
		switch l.Label {
		case models.Spam:
			spams++
			if *spam < *own.Spam {
				lower++ // the model knows a text better that it has learned from
			}
		case models.Ham:
			hams++
			if *spam >= m.Manifest().Spam.Hold {
				held++
			}
		}
	}
	if float64(lower) < 0.6*float64(spams) {
		t.Errorf("%d of %d spam have a lower probability by cross-validation", lower, spams)
	}
	if want := m.Manifest().Metrics.Spam.AtHold.FalsePositive; max(held-want, want-held) > 1 { // one may be at the threshold, where 16 bits round
		t.Errorf("%d of %d ham are held by the scores, %d by the metrics", held, hams, want)
	}
	other := labels[0]
	other.Author = "Somebody Else"
	for _, l := range []models.Label{other, {Text: "A text that is nowhere in the labels"}} {
		if _, _, ok := m.OutOfFold(l); ok {
			t.Errorf("the model has not learned from %+v", l)
		}
	}
}

func TestOutOfFoldFollowsTheTraffic(t *testing.T) {
	labels := comments(300, models.Ham, models.Spam)
	plain := train(t, labels, TrainOptions{})
	m := train(t, labels, TrainOptions{Traffic: trafficOf(1000, 0.05, 0)})
	shift := 0.0
	for _, l := range labels {
		before, _, _ := plain.OutOfFold(l)
		after, _, _ := m.OutOfFold(l)
		if *before > 0.05 && *before < 0.95 {
			shift = logitOf(*after) - logitOf(*before)
		}
	}
	if want := m.Manifest().Spam.Prior - plain.Manifest().Spam.Prior; math.Abs(shift-want) > 0.01 {
		t.Errorf("the scores are shifted by %v, the prior by %v", shift, want)
	}
}

func TestModelsWithoutOutOfFold(t *testing.T) {
	labels := comments(100, models.Ham, models.Spam)
	m := train(t, labels, TrainOptions{})
	m.outOfFold = nil // as in a file of an earlier release
	old, err := Read(bytes.NewReader(bytesOf(t, m)))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []*Model{old, train(t, labels, TrainOptions{Starter: true})} {
		if _, _, ok := m.OutOfFold(labels[0]); ok || m.KeepsAll() {
			t.Error("scores without a section")
		}
		if b := bytesOf(t, m); b[8] != fileFormat {
			t.Errorf("format %d", b[8])
		}
	}
}

func TestScoresOfTheFileMustBeSorted(t *testing.T) {
	m := train(t, comments(100, models.Ham, models.Spam), TrainOptions{})
	copy(m.outOfFold[entrySize:], m.outOfFold[:entrySize])
	if _, err := Read(bytes.NewReader(bytesOf(t, m))); models.KindOf(err) != models.KindInvalid {
		t.Errorf("the error is %v", err)
	}
}
