package memory

import (
	"slices"
	"time"

	"winnow/models"
)

// The generic cell rate algorithm, GCRA (ITU-T I.371, annex A; as virtual
// scheduling), keeps one number for each thing it counts: the theoretical
// arrival time, TAT, at which the bucket is as if never used. Each request
// moves it one interval further; it may be at most Count intervals ahead of
// now. All is integer microseconds, so that every backend agrees to the last.

// Interval returns the microseconds in which one use of r comes back; at least
// one, so the fastest rate is a million a second.
func Interval(r models.Rate) int64 {
	return max(1, r.Period.Microseconds()/int64(r.Count))
}

// Depth returns how many microseconds ahead of now a TAT may be.
func Depth(r models.Rate) int64 { return Interval(r) * int64(r.Count) }

// Counted returns the limits that limit: those with a Count above 0.
func ActiveLimits(limits []models.Limit) []models.Limit {
	free := func(l models.Limit) bool { return l.Rate.Count <= 0 }
	if !slices.ContainsFunc(limits, free) {
		return limits
	}
	return slices.DeleteFunc(slices.Clone(limits), free)
}

// Judge decides one request at now, in microseconds, under limits whose TATs
// are tats, 0 for one never used. When all of them allow it, Judge moves each
// TAT on in place; when one refuses, all stay.
//
// A TAT further ahead than its limit can have put it, because a clock was put
// back or the rate was made smaller, counts as just used up.
func Evaluate(now int64, limits []models.Limit, tats []int64) models.Allowance {
	var worst int64 // microseconds to wait, over all limits
	a := models.Allowance{Allowed: true}
	for i, l := range limits {
		interval, depth := Interval(l.Rate), Depth(l.Rate)
		tats[i] = min(max(tats[i], now), now+depth)
		if wait := tats[i] + interval - depth - now; wait > worst {
			worst = wait
			a = models.Allowance{Policy: l, RetryAfter: micros(wait), Reset: micros(tats[i] - now)}
		}
	}
	if !a.Allowed {
		return a
	}
	for i, l := range limits {
		interval, depth := Interval(l.Rate), Depth(l.Rate)
		tats[i] += interval
		remaining, reset := int((now+depth-tats[i])/interval), micros(tats[i]-now)
		if i == 0 || remaining < a.Remaining || remaining == a.Remaining && reset > a.Reset {
			a.Policy, a.Remaining, a.Reset = l, remaining, reset
		}
	}
	return a
}

func micros(n int64) time.Duration { return time.Duration(n) * time.Microsecond }
