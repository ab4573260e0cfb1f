package browsertest

import (
	"math"
	"strconv"
	"testing"

	"winnow/models"
)

// TestThresholdTickStandsAtTheThreshold measures where the browser draws the
// tick: that a style is not applied is seen nowhere else.
func TestThresholdTickStandsAtTheThreshold(t *testing.T) {
	d := newDesk(t, models.ModePre)
	threshold := 0.25
	_, err := d.db.UpdateSite(t.Context(), operator, "demo", func(s *models.Site) error { s.Thresholds.Hold = &threshold; return nil })
	d.must(err)
	d.post(1, "Ilse", "The clock is right.")
	p := d.login("alice")
	p.says("#why .gauge small", "held from 25%")
	share := p.text(`(() => {
		const track = document.querySelector("#why .track").getBoundingClientRect();
		const tick = document.querySelector("#why .track i").getBoundingClientRect();
		return ((tick.left + tick.right) / 2 - track.left) / track.width;
	})()`)
	if got, err := strconv.ParseFloat(share, 64); err != nil || math.Abs(got-threshold) > 0.01 {
		t.Errorf("the tick of the threshold %v stands at %s of the track", threshold, share)
	}
}
