package handlers_test

import (
	"net/http"
	"testing"

	"winnow/models"
)

func TestEscalation(t *testing.T) {
	onBoth(t, "only editors decide an escalated comment", escalation)
}

func escalation(d *desk) {
	c := d.pending("gazette", "is this libel?")
	var left decided
	d.as("bob", "POST", "/v1/comments/"+c.ID+"/escalate", object{"note": "please look"}).into(http.StatusOK, &left)
	if left.Action != models.Escalate || left.Comment.Reason != models.ReasonEscalated {
		d.Fatalf("left: %+v", left)
	}
	d.as("bob", "POST", "/v1/comments/"+c.ID+"/escalate", object{}).must(http.StatusConflict)
	d.as("greta", "POST", "/v1/comments/"+c.ID+"/escalate", object{}).must(http.StatusNotFound)
	d.as("carl", "POST", "/v1/comments/"+c.ID+"/decision", object{"action": "approve"}).must(http.StatusForbidden)
	d.as("carl", "POST", "/v1/decisions/"+left.ID+"/undo", nil).must(http.StatusForbidden)
	if dealt := d.claim("carl", 9); len(dealt) != 0 {
		d.Fatalf("carl is dealt %+v", dealt)
	}
	if dealt := d.claim("eve", 9); len(dealt) != 1 {
		d.Fatalf("eve is dealt %+v", dealt)
	}
	d.decide("eve", c.ID, object{"action": "approve"})
	var got struct{ History []models.Decision }
	d.as("bob", "GET", "/v1/comments/"+c.ID, nil).into(http.StatusOK, &got)
	if len(got.History) != 2 || got.History[0].Note != "please look" || got.History[1].Label != models.Ham {
		d.Fatalf("history: %+v", got.History)
	}
}
