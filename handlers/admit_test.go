package handlers

import (
	"fmt"
	"testing"
	"time"

	"winnow/models"
)

// A surge is counted over a sliding window, and told of once.
func TestSurgesAreCounted(t *testing.T) {
	var u surges
	limit := models.Surge{Count: 10, Minutes: 10, HoldMinutes: 1}
	now := time.Unix(0, 0)
	count := func(n int, step time.Duration) (over, first int) {
		for range n {
			now = now.Add(step)
			o, f := u.count("a", limit, now)
			if o {
				over++
			}
			if f {
				first++
			}
		}
		return over, first
	}
	if over, _ := count(100, 61*time.Second); over != 0 {
		t.Errorf("%d of a hundred, one a minute, are too many", over)
	}
	if over, first := count(20, time.Second); over < 15 || first != 1 {
		t.Errorf("of twenty within seconds %d are too many, told %d times", over, first)
	}
	if over, _ := u.count("b", limit, now); over {
		t.Error("another article surges")
	}
	u.forget("a")
	if over, _ := count(10, time.Second); over != 0 {
		t.Error("it is not forgotten")
	}
	now = now.Add(time.Hour)
	if over, _ := count(10, time.Second); over != 0 {
		t.Error("it counts what came an hour before")
	}
	for i := range 2 * maxSurges {
		u.count(fmt.Sprint(i), limit, now)
	}
	if len(u.seen) > maxSurges {
		t.Errorf("%d articles are remembered", len(u.seen))
	}
}
