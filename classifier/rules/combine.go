package rules

import (
	"cmp"
	"math"
	"slices"

	"winnow/models"
)

// trustLimit is the probability of spam from which the comment of a trusted author
// is held nevertheless: a model is as certain as that only of few comments of
// trusted authors, those of a stolen account. A lower threshold for rejecting takes
// its place.
const trustLimit = 0.98

// Combine adds signals of rules and campaigns to the model's verdict. First their
// weights are added to the log odds of spam, when the model gave a probability;
// the result may cross the verdict's thresholds. Then a signal with Approve lifts a
// hold, unless the probability reaches trustLimit. Last, Hold and Reject are the
// least that happens. The reason is ReasonRule when the outcome is stricter than
// the model's own.
//
// The verdict v is not changed.
func Combine(v models.Verdict, fired ...models.Signal) models.Verdict {
	if len(fired) == 0 {
		return v
	}
	modelAction := v.Action
	weight, floor, trusted := 0.0, models.Action(""), false
	for _, s := range fired {
		weight += s.Weight
		trusted = trusted || s.Action == models.Approve
		if severity(s.Action) > severity(floor) {
			floor = s.Action
		}
	}

	if weight != 0 && v.Spam != nil {
		p := AddLogOdds(*v.Spam, weight)
		v.Spam = &p
		switch {
		case v.RejectAt > 0 && p >= v.RejectAt:
			v.Action = stricter(v.Action, models.Reject)
		case p >= v.HoldAt:
			v.Action = stricter(v.Action, models.Hold)
		}
	}
	limit := trustLimit
	if v.RejectAt > 0 {
		limit = min(limit, v.RejectAt)
	}
	if trusted && v.Action == models.Hold && v.Probability() < limit {
		v.Action = models.Approve
	}
	v.Action = stricter(v.Action, floor)
	switch {
	case v.Action == models.Approve:
		v.Reason = ""
	case severity(v.Action) > severity(modelAction):
		v.Reason = models.ReasonRule
	}
	v.Signals = slices.Concat(fired, v.Signals)
	slices.SortStableFunc(v.Signals, func(a, b models.Signal) int {
		return cmp.Or(cmp.Compare(severity(b.Action), severity(a.Action)), cmp.Compare(a.Rank(), b.Rank()), cmp.Compare(math.Abs(b.Weight), math.Abs(a.Weight)))
	})
	return v
}

// severity orders actions; no action is the least.
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

// AddLogOdds adds weight to the log odds of p, and never returns 0 or 1.
func AddLogOdds(p, weight float64) float64 {
	const least = 1e-9
	p = min(max(p, least), 1-least)
	return 1 / (1 + (1-p)/p*math.Exp(-weight))
}
