package rules_test

import (
	"math"
	"reflect"
	"slices"
	"testing"

	"winnow/classifier/rules"
	"winnow/models"
)

func TestCombine(t *testing.T) {
	var (
		reject  = models.Signal{Name: "rule:blocked-word", Action: models.Reject}
		hold    = models.Signal{Name: "rule:links", Action: models.Hold}
		trusted = models.Signal{Name: "rule:trusted", Action: models.Approve}
		weight  = models.Signal{Name: "rule:suspect-word", Weight: 2}
		light   = models.Signal{Name: "campaign:copies", Weight: .1}
	)
	p := func(x float64) *float64 { return &x }
	ham := models.Verdict{Spam: p(.2), Action: models.Approve, HoldAt: .5, RejectAt: .9}
	grey := models.Verdict{Spam: p(.6), Action: models.Hold, Reason: models.ReasonSpam, HoldAt: .5, RejectAt: .9}
	rude := models.Verdict{Spam: p(.2), Abuse: p(.8), Action: models.Hold, Reason: models.ReasonAbuse, HoldAt: .5, RejectAt: .9}
	spam := models.Verdict{Spam: p(.95), Action: models.Reject, Reason: models.ReasonSpam, HoldAt: .5, RejectAt: .9}
	cold := models.Verdict{Spam: p(.95), Action: models.Hold, Reason: models.ReasonSpam, HoldAt: .5}
	sure := models.Verdict{Spam: p(.99), Action: models.Hold, Reason: models.ReasonSpam, HoldAt: .5}
	mute := models.Verdict{Action: models.Approve, HoldAt: .5}

	for what, c := range map[string]struct {
		model  models.Verdict
		fired  []models.Signal
		action models.Action
		reason models.Reason
	}{
		"nothing fired":                                {grey, nil, models.Hold, models.ReasonSpam},
		"a rule holds":                                 {ham, []models.Signal{hold}, models.Hold, models.ReasonRule},
		"a rule rejects":                               {ham, []models.Signal{reject}, models.Reject, models.ReasonRule},
		"the stricter rule wins":                       {ham, []models.Signal{hold, reject, hold}, models.Reject, models.ReasonRule},
		"a rule rejects what the model holds":          {grey, []models.Signal{reject}, models.Reject, models.ReasonRule},
		"a rule holds what the model holds":            {grey, []models.Signal{hold}, models.Hold, models.ReasonSpam},
		"a rule is less strict than the model":         {spam, []models.Signal{hold}, models.Reject, models.ReasonSpam},
		"trust lifts a hold":                           {grey, []models.Signal{trusted}, models.Approve, ""},
		"trust lifts a hold for abuse":                 {rude, []models.Signal{trusted}, models.Approve, ""},
		"trust lifts a hold of a cold model":           {cold, []models.Signal{trusted}, models.Approve, ""},
		"trust does not lift what is certain":          {sure, []models.Signal{trusted}, models.Hold, models.ReasonSpam},
		"trust does not lift a rejection":              {spam, []models.Signal{trusted}, models.Reject, models.ReasonSpam},
		"trust does not lift a rule's hold":            {ham, []models.Signal{trusted, hold}, models.Hold, models.ReasonRule},
		"trust does not lift a blocked word":           {grey, []models.Signal{trusted, reject}, models.Reject, models.ReasonRule},
		"trust has no hold to lift":                    {ham, []models.Signal{trusted}, models.Approve, ""},
		"a weight is too light":                        {ham, []models.Signal{light}, models.Approve, ""},
		"weights cross the threshold for holding":      {ham, []models.Signal{weight}, models.Hold, models.ReasonRule},
		"weights cross the threshold for rejecting":    {grey, []models.Signal{weight}, models.Reject, models.ReasonRule},
		"weights do not make a cold model reject":      {cold, []models.Signal{weight, weight}, models.Hold, models.ReasonSpam},
		"trust lifts a hold that a weight made":        {ham, []models.Signal{weight, trusted}, models.Approve, ""},
		"weights have no effect without a probability": {mute, []models.Signal{weight, weight}, models.Approve, ""},
		"rules work without a probability":             {mute, []models.Signal{hold}, models.Hold, models.ReasonRule},
		"a hold for abuse stays one under some weight": {rude, []models.Signal{light}, models.Hold, models.ReasonAbuse},
	} {
		got := rules.Combine(c.model, c.fired...)
		if got.Action != c.action || got.Reason != c.reason {
			t.Errorf("%s: %s %s", what, got.Action, got.Reason)
		}
		if len(got.Signals) != len(c.fired) {
			t.Errorf("%s: %d signals for %d rules", what, len(got.Signals), len(c.fired))
		}
	}
}

func TestCombineAddsWeightsToTheLogOdds(t *testing.T) {
	half, one, zero := .5, 1.0, 0.0
	v := models.Verdict{Spam: &half, Action: models.Approve, HoldAt: .99, Signals: []models.Signal{{Name: "word:big", Weight: -3}, {Name: "word:small", Weight: .5}}}
	before := []models.Signal{v.Signals[0], v.Signals[1]}
	got := rules.Combine(v, models.Signal{Name: "w", Weight: 1}, models.Signal{Name: "x", Weight: math.Log(3) - 1},
		models.Signal{Name: "t", Action: models.Approve}, models.Signal{Name: "h", Action: models.Hold})
	if math.Abs(*got.Spam-.75) > 1e-9 {
		t.Errorf("even odds times three: %v", *got.Spam)
	}
	var names []string
	for _, s := range got.Signals {
		names = append(names, s.Name)
	}
	if !slices.Equal(names, []string{"h", "t", "word:big", "w", "word:small", "x"}) {
		t.Errorf("what acts comes first, then what weighs most: %q", names)
	}
	if half != .5 || !reflect.DeepEqual(v.Signals, before) {
		t.Error("the model's verdict was changed")
	}
	for _, p := range []*float64{&one, &zero} {
		got := rules.Combine(models.Verdict{Spam: p, Action: models.Approve, HoldAt: 1}, models.Signal{Weight: 10})
		if !(*got.Spam >= 0 && *got.Spam <= 1) {
			t.Errorf("from %v to %v", *p, *got.Spam)
		}
	}
}
