package screening

import (
	"fmt"
	"testing"
	"time"

	"winnow/models"
)

func TestBurstCounter(t *testing.T) {
	var b BurstCounter
	limit := models.Burst{Count: 10, Minutes: 10, HoldMinutes: 1}
	now := time.Unix(0, 0)
	key := burstKey{"gazette", "harbour"}
	count := func(n int, step time.Duration) (over, begun int) {
		for range n {
			now = now.Add(step)
			o, begins := b.count(key, limit, now)
			if o {
				over++
			}
			if begins {
				begun++
			}
		}
		return over, begun
	}
	if over, _ := count(100, 61*time.Second); over != 0 {
		t.Errorf("one comment a minute: %d of 100 are over the limit", over)
	}
	if over, begun := count(20, time.Second); over < 15 || begun != 1 {
		t.Errorf("20 comments within seconds: %d are over the limit, and %d bursts begin", over, begun)
	}
	if over, _ := b.count(burstKey{"gazette", "tower"}, limit, now); over {
		t.Error("there is a burst on another article")
	}
	b.Reset("gazette", "harbour")
	if over, _ := count(10, time.Second); over != 0 {
		t.Error("comments before the reset are counted")
	}
	now = now.Add(time.Hour)
	if over, _ := count(10, time.Second); over != 0 {
		t.Error("comments of the hour before are counted")
	}
	for i := range 2 * maxWindows {
		b.count(burstKey{"gazette", fmt.Sprint(i)}, limit, now)
	}
	if len(b.windows) > maxWindows {
		t.Errorf("counts of %d articles are in memory", len(b.windows))
	}
}
