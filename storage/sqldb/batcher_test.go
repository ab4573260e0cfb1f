package sqldb

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestBatcherWaitsForAsManyAsCameLastTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		type work struct {
			at    time.Duration // since begun
			batch []int
		}
		var done []work
		g := startBatcher(func(batch []int) {
			done = append(done, work{time.Since(begun), batch})
			time.Sleep(2 * time.Millisecond)
		})
		for _, step := range []struct {
			after time.Duration
			add   []int
		}{
			{0, []int{1}}, // alone: at once
			{time.Millisecond, []int{2, 3, 4}},
			{1500 * time.Microsecond, []int{5}}, // waits for two others
			{2 * time.Millisecond, []int{6, 7, 8}},
			{20 * time.Millisecond, []int{9}},  // waits half as long as the last batch took
			{20 * time.Millisecond, []int{10}}, // was alone the last time: at once
		} {
			time.Sleep(step.after)
			for _, v := range step.add {
				if err := g.add(v); err != nil {
					t.Fatal(err)
				}
			}
			synctest.Wait()
		}
		g.close()
		want := []work{
			{0, []int{1}},
			{2000 * time.Microsecond, []int{2, 3, 4}},
			{4500 * time.Microsecond, []int{5, 6, 7, 8}},
			{25500 * time.Microsecond, []int{9}},
			{44500 * time.Microsecond, []int{10}},
		}
		if !slices.EqualFunc(done, want, func(a, b work) bool { return a.at == b.at && slices.Equal(a.batch, b.batch) }) {
			t.Errorf("got %v\nwant %v", done, want)
		}
	})
}
