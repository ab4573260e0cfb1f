package campaign_test

import (
	"fmt"
	"math"
	"testing"

	"winnow/classifier/campaign"
	"winnow/models"
)

func TestWeightOfCopies(t *testing.T) {
	for _, c := range []struct {
		count, authors, articles int
		weight                   float64 // 0: no signal
	}{
		{1, 1, 1, 0},
		{2, 2, 2, 0},
		{50, 1, 1, 0}, // one author, on one article
		{3, 2, 1, math.Log(2)},
		{3, 1, 3, math.Log(3)},
		{12, 10, 5, math.Log(50)},
		{300, 200, 100, 4},
	} {
		var s models.Signal
		all := campaign.Signals(models.Campaign{Count: c.count, Authors: c.authors, Articles: c.articles}, campaign.Print{})
		ok := len(all) == 1
		if ok {
			s = all[0]
		}
		if ok != (c.weight > 0) || math.Abs(s.Weight-c.weight) > 1e-9 {
			t.Errorf("%+v: %+v, %v", c, s, ok)
		}
		if ok && (s.Name != "campaign:copies" || s.Detail != fmt.Sprint(c.count) || s.Action != "") {
			t.Errorf("%+v: %+v", c, s)
		}
	}
}

func TestWhichCampaignsAreHeld(t *testing.T) {
	for _, c := range []struct {
		authors, articles int
		slogan            bool
		want              bool
	}{
		{4, 4, false, false},
		{5, 1, false, true},
		{40, 2, true, false}, // readers of one article or two
		{14, 9, true, false}, // "Great article, thank you for this"
		{15, 3, true, true},
	} {
		if got := campaign.Held(models.Campaign{Authors: c.authors, Articles: c.articles}, campaign.Print{Slogan: c.slogan}, 5); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}
