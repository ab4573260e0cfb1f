package handlers_test

import (
	"net/http"
	"testing"

	"winnow/models"
	"winnow/storage"
)

func TestStats(t *testing.T) {
	onBoth(t, "only the caller's sites are counted", statsOfOwnSites)
}

func statsOfOwnSites(d *testNode) {
	c := d.pending("gazette", "what a harbour")
	d.pending("gazette", "and another")
	d.pending("herald", "elsewhere")
	d.decide("bob", c.ID, object{"action": "approve"})
	count := func(name, query string) int {
		var got struct {
			Pending int              `json:"pending"`
			Days    []map[string]any `json:"days"`
		}
		d.as(name, "GET", "/v1/stats"+query, nil).into(http.StatusOK, &got)
		if len(got.Days) == 0 {
			d.Error("no days")
		}
		return got.Pending
	}
	if a, b, c := count("eve", ""), count("eve", "?site=gazette"), count("hanna", ""); a != 2 || b != 1 || c != 1 {
		d.Errorf("pending: %d of all, %d of the gazette, %d for hanna; want 2, 1, 1", a, b, c)
	}
	d.as("hanna", "GET", "/v1/stats?site=gazette", nil).must(http.StatusNotFound)
	d.as("eve", "GET", "/v1/stats?site=No!", nil).names("site")
	type reply struct {
		storage.Stats
		Thresholds *models.Thresholds `json:"thresholds"`
	}
	var all, one reply
	d.as("eve", "GET", "/v1/stats", nil).into(http.StatusOK, &all)
	d.as("eve", "GET", "/v1/stats?site=gazette", nil).into(http.StatusOK, &one)
	sum := func(bins [20]int64) (n int64) {
		for _, b := range bins {
			n += b
		}
		return n
	}
	if a, b := sum(all.Scores.Arrived), sum(one.Scores.Arrived); a != 3 || b != 2 || sum(one.Scores.Approved) != 1 || sum(one.Scores.Rejected) != 0 {
		d.Errorf("risks of %d and %d comments: %+v", a, b, one.Scores)
	}
	if one.Waiting.Counts[0] != 1 || one.Waiting.MedianToday == nil {
		d.Errorf("waiting: %+v", one.Waiting)
	}
	if all.Thresholds != nil || one.Thresholds == nil || one.Thresholds.Hold == nil || one.Thresholds.Reject != nil {
		d.Errorf("thresholds %+v of all, %+v of a site with the starter model", all.Thresholds, one.Thresholds)
	}
	d.as("ada", "PATCH", "/v1/sites/gazette", object{"thresholds": object{"hold": 0.25}}).must(http.StatusOK)
	if d.as("eve", "GET", "/v1/stats?site=gazette", nil).into(http.StatusOK, &one); *one.Thresholds.Hold != 0.25 {
		d.Errorf("the site's own threshold is %v", *one.Thresholds.Hold)
	}
}
