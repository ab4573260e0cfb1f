package memory

import (
	"slices"
	"time"

	"winnow/models"
)

// The generic cell rate algorithm, GCRA (ITU-T I.371, annex A, virtual scheduling),
// stores one number for each key: the theoretical arrival time, TAT, at which the
// bucket is full again. Each request advances it by one interval; it may be at most
// Count intervals ahead of now. All times are integer microseconds, so that every
// backend computes the same result.

// Interval returns after how many microseconds r allows one more request. It is at
// least 1, so the highest rate is a million a second.
func Interval(r models.Rate) int64 {
	return max(1, r.Period.Microseconds()/int64(r.Count))
}

// Depth returns how many microseconds ahead of now a TAT may be.
func Depth(r models.Rate) int64 { return Interval(r) * int64(r.Count) }

// ActiveLimits returns the limits with a Count above 0; the others do not limit.
func ActiveLimits(limits []models.Limit) []models.Limit {
	free := func(l models.Limit) bool { return l.Rate.Count <= 0 }
	if !slices.ContainsFunc(limits, free) {
		return limits
	}
	return slices.DeleteFunc(slices.Clone(limits), free)
}

// Evaluate applies one request at now, in microseconds, to limits with the TATs
// tats, 0 for an unused one. When all limits allow the request, it advances each
// TAT in place; when one refuses, it changes none.
//
// A TAT that is further ahead than its limit allows, because the clock was set back
// or the rate was lowered, counts as exactly used up.
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
