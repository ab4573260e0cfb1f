package handlers_test

import (
	"bytes"
	"net/http"
	"testing"

	"winnow/models"
	"winnow/storage"
)

func TestSecondLooks(t *testing.T) {
	onBoth(t, "a share of decisions is decided again, blind", secondLooks)
	onBoth(t, "the first comments of a site are looked at", trainingSample)
}

func secondLooks(d *testNode) {
	d.as("ada", "PATCH", "/v1/sites/gazette", object{"second_look": 2}).names("second_look")
	d.as("ada", "PATCH", "/v1/sites/gazette", object{"second_look": 1}).must(http.StatusOK)
	c := d.pending("gazette", "what a harbour")
	d.decide("bob", c.ID, object{"action": "reject", "reason": "spam"})
	d.as("front end", "POST", "/v1/comments", object{
		"article": object{"id": "harbour"}, "author": object{"name": "Ada"}, "body": "I walked along the new quay this morning.",
	}).must(http.StatusCreated) // which the starter approves
	var looks items[models.SecondLook]
	d.as("carl", "POST", "/v1/second-looks/claim", object{"limit": 0}).names("limit")
	d.as("greta", "POST", "/v1/second-looks/claim", object{"site": "gazette"}).must(http.StatusNotFound)
	d.as("greta", "POST", "/v1/second-looks/claim", object{}).into(http.StatusOK, &looks)
	if len(looks.Items) != 0 {
		d.Errorf("greta looks at %+v", looks.Items)
	}
	r := d.as("carl", "POST", "/v1/second-looks/claim", object{"site": "gazette", "limit": 5})
	r.into(http.StatusOK, &looks)
	if len(looks.Items) != 2 || looks.Items[0].Comment.Body != c.Body {
		d.Fatalf("looks: %s", r.body)
	}
	for _, secret := range []string{"bob", "reject", "status", "reason", "verdict", c.ID} {
		if bytes.Contains(r.body, []byte(secret)) {
			d.Errorf("carl gets %q: %s", secret, r.body)
		}
	}
	path := "/v1/second-looks/" + looks.Items[0].ID
	d.as("carl", "POST", path, object{"action": "hold"}).names("action")
	d.as("ada", "POST", path, object{"action": "approve"}).must(http.StatusConflict)
	var opinion models.SecondLookResult
	d.as("carl", "POST", path, object{"action": "approve"}).into(http.StatusOK, &opinion)
	if opinion.Agreed || opinion.FirstBy != "bob" || opinion.Comment.Status != models.Pending || opinion.Comment.Reason != models.ReasonSecondLook {
		d.Errorf("%+v", opinion)
	}
	d.as("carl", "POST", path, object{"action": "approve"}).must(http.StatusConflict)
	d.as("carl", "POST", "/v1/second-looks/"+looks.Items[1].ID, object{"action": "approve"}).into(http.StatusOK, &opinion)
	var got storage.Stats
	d.as("eve", "GET", "/v1/stats?site=gazette", nil).into(http.StatusOK, &got)
	if got.SecondLooks.Decision.RejectedApproved != 1 || got.SecondLooks.Machine.ApprovedApproved != 1 {
		d.Errorf("figures: %+v", got.SecondLooks)
	}
	var waiting items[models.QueueItem]
	if d.as("eve", "GET", "/v1/queue?reason=second_look", nil).into(http.StatusOK, &waiting); waiting.Total != 1 {
		d.Errorf("%d wait because of it", waiting.Total)
	}
}

func trainingSample(d *testNode) {
	d.as("ada", "PATCH", "/v1/sites/gazette", object{"training_sample": -1}).names("training_sample")
	d.as("ada", "PATCH", "/v1/sites/gazette", object{"training_sample": 1}).must(http.StatusOK)
	for _, text := range []string{"I walked along the new quay this morning.", "The library opens at nine on most days."} {
		d.as("front end", "POST", "/v1/comments", object{
			"article": object{"id": "harbour"}, "author": object{"name": "Ada"}, "body": text,
		}).must(http.StatusCreated) // which the starter approves
	}
	status := func(name string) models.SecondLookState {
		var state models.SecondLookState
		d.as(name, "GET", "/v1/second-looks", nil).into(http.StatusOK, &state)
		return state
	}
	before := status("bob")
	if got := before.Sites[0]; got.Site != "gazette" || got.Open != 1 || *got.TrainingSample != (models.TrainingSampleStatus{Arrived: 1, Total: 1}) {
		d.Errorf("before: %+v", before)
	}
	d.as("greta", "GET", "/v1/second-looks?site=gazette", nil).must(http.StatusNotFound)
	var looks items[models.SecondLook]
	d.as("bob", "POST", "/v1/second-looks/claim", object{}).into(http.StatusOK, &looks)
	d.as("bob", "POST", "/v1/second-looks/"+looks.Items[0].ID, object{"action": "approve"}).must(http.StatusOK)
	if after := status("bob"); after.Open != 0 || after.Sites[0].TrainingSample.Looked != 1 {
		d.Errorf("after: %+v", after)
	}
	rows := d.labels("eve", "")
	if len(rows) != 1 || rows[0].Label != models.Ham || rows[0].SelectedBy != models.SelectedSample || rows[0].SelectionRate != 1 {
		d.Errorf("labels: %+v", rows)
	}
}
