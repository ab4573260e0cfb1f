package rules

import (
	"cmp"
	"math"
	"slices"

	"winnow/models"
)

// certain is the probability from which a trusted author's comment is held all
// the same: so sure is the model of few but those whose login was stolen. A
// lower threshold for rejecting comes first.
const trustLimit = 0.98

// Combine adds signals that fired beside the model, those of rules and of
// campaigns, to the model's verdict. First their weights move the probability
// of spam, when the model has one, which may cross the verdict's thresholds.
// Then Approve lifts a hold, unless the model is as good as certain. Last,
// Hold and Reject are the least that happens. The reason is ReasonRule when
// the outcome is stricter than the model's own.
//
// The verdict given is not changed.
func Combine(v models.Verdict, fired ...models.Signal) models.Verdict {
	if len(fired) == 0 {
		return v
	}
	own := v.Action
	weight, floor, trusted := 0.0, models.Action(""), false
	for _, s := range fired {
		weight += s.Weight
		trusted = trusted || s.Action == models.Approve
		if severity(s.Action) > severity(floor) {
			floor = s.Action
		}
	}

	if weight != 0 && v.Spam != nil {
		p := addLogOdds(*v.Spam, weight)
		v.Spam = &p
		switch {
		case v.Reject > 0 && p >= v.Reject:
			v.Action = stricter(v.Action, models.Reject)
		case p >= v.Hold:
			v.Action = stricter(v.Action, models.Hold)
		}
	}
	sure := trustLimit
	if v.Reject > 0 {
		sure = min(sure, v.Reject)
	}
	if trusted && v.Action == models.Hold && v.Probability() < sure {
		v.Action = models.Approve
	}
	v.Action = stricter(v.Action, floor)
	switch {
	case v.Action == models.Approve:
		v.Reason = ""
	case severity(v.Action) > severity(own):
		v.Reason = models.ReasonRule
	}
	v.Signals = slices.Concat(fired, v.Signals)
	slices.SortStableFunc(v.Signals, func(a, b models.Signal) int {
		return cmp.Or(cmp.Compare(severity(b.Action), severity(a.Action)), cmp.Compare(math.Abs(b.Weight), math.Abs(a.Weight)))
	})
	return v
}

// severity orders actions; none comes first.
func severity(a models.Action) int {
	switch a {
	case models.Reject:
		return 3
	case models.Hold:
		return 2
	case models.Approve:
		return 1
	}
	return 0
}

func stricter(a, b models.Action) models.Action {
	if severity(b) > severity(a) {
		return b
	}
	return a
}

// shift adds weight to the log odds of p, and stays clear of 0 and 1.
func addLogOdds(p, weight float64) float64 {
	const least = 1e-9
	p = min(max(p, least), 1-least)
	return 1 / (1 + (1-p)/p*math.Exp(-weight))
}
