package classifier

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"winnow/models"
)

var threat = Input{Text: "If I see you in town again I will break your neck."}

func TestPatternsHoldWithoutAnAbuseHead(t *testing.T) {
	m, err := Starter()
	if err != nil {
		t.Fatal(err)
	}
	one := 1.0
	for text, want := range map[string]models.Action{
		threat.Text: models.Hold,
		"You are a stupid idiot and everybody hates you.":                models.Hold,
		"The council should have repaired the bridge before the winter.": models.Approve,
		`He wrote "I will kill you" on the door of the school.`:          models.Approve,
	} {
		v := m.Verdict(Input{Text: text}, Policy{})
		if v.Action != want {
			t.Errorf("%q: %s, want %s", text, v.Action, want)
		}
		if want == models.Hold && v.Reason != models.ReasonAbuse {
			t.Errorf("%q is held for %s", text, v.Reason)
		}
	}
	if v := m.Verdict(threat, Policy{Abuse: &one}); v.Action != models.Approve {
		t.Errorf("with a threshold of 1: %s", v.Action)
	}
}

func TestSignalsOfPatternsSumToTheirLogOdds(t *testing.T) {
	m, err := Starter()
	if err != nil {
		t.Fatal(err)
	}
	v := m.Verdict(Input{Text: "You are an idiot. I will break your neck."}, Policy{})
	sum, named := 0.0, 0
	for _, s := range v.Signals {
		sum += s.Weight
		if strings.HasPrefix(s.Name, addressPrefix) {
			named++
		}
	}
	if named != 2 || math.Abs(sum-logit(*v.Abuse)) > 1e-9 {
		t.Errorf("%d patterns with %v in %+v, want 2 with %v", named, sum, v.Signals, logit(*v.Abuse))
	}
}

func TestLabelsMoveThePriorsOfPatterns(t *testing.T) {
	var labels []models.Label
	for i := range 80 {
		labels = append(labels,
			models.Label{Text: fmt.Sprintf("Chapter %d of the thriller: I will break your neck, and other lines", i), Label: models.Ham},
			models.Label{Text: fmt.Sprintf("Visit casino number %d and win", i), Label: models.Spam})
	}
	m := train(t, labels, TrainOptions{MinRows: 1})
	if got := m.Manifest().Address["threat"]; got >= 0 {
		t.Errorf("the log odds of a threat are %.2f after 80 labels of ham that have one", got)
	}
	if got := m.Manifest().Address["wish"]; math.Abs(got-addressPriors["wish"]) > 1e-9 {
		t.Errorf("the log odds of a wish moved to %.2f without a label that has one", got)
	}
	if v := m.Verdict(threat, Policy{}); v.Reason == models.ReasonAbuse {
		t.Error("a threat is held although the labels say that it is ham")
	}
}
