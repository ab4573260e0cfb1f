package handlers_test

import (
	"fmt"
	"net/http"
	"testing"

	"winnow/models"
)

func TestEscalation(t *testing.T) {
	onBoth(t, "only editors decide an escalated comment", escalation)
}

func escalation(d *testNode) {
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
	if claimed := d.claim("carl", 9); len(claimed) != 0 {
		d.Fatalf("carl claimed %+v", claimed)
	}
	if claimed := d.claim("eve", 9); len(claimed) != 1 {
		d.Fatalf("eve claimed %+v", claimed)
	}
	d.decide("eve", c.ID, object{"action": "approve"})
	var got struct{ History []models.Decision }
	d.as("bob", "GET", "/v1/comments/"+c.ID, nil).into(http.StatusOK, &got)
	if len(got.History) != 2 || got.History[0].Note != "please look" || got.History[1].Label != models.Ham {
		d.Fatalf("history: %+v", got.History)
	}
}

func TestBatchByFilter(t *testing.T) {
	onBoth(t, "a filter is previewed, decided and undone", filteredBatch)
}

func filteredBatch(d *testNode) {
	for i := range 4 {
		d.pending("gazette", fmt.Sprintf("buy now %d", i))
	}
	other := d.pending("gazette", "something else")
	filter := object{"site": "gazette", "q": "buy now", "sort": "oldest"}
	var p models.Preview
	d.as("bob", "POST", "/v1/decisions/preview", object{"filter": filter}).into(http.StatusOK, &p)
	if p.Count != 4 || p.Authors != 1 || p.Articles != 1 || len(p.Sample) != 3 || p.Sample[0].Comment.Body != "buy now 0" || p.FirstAt == nil {
		d.Fatalf("preview: %+v", p)
	}
	reject := object{"filter": filter, "expect": 3, "action": "reject", "reason": "spam"}
	d.as("bob", "POST", "/v1/decisions", reject).must(http.StatusConflict)
	reject["expect"], reject["token"] = p.Count, p.Token
	var got struct {
		Batch  string
		Count  int
		Failed []object
	}
	d.as("bob", "POST", "/v1/decisions", reject).into(http.StatusOK, &got)
	if got.Count != 4 || len(got.Failed) != 0 {
		d.Fatalf("decided: %+v", got)
	}
	var page items[models.QueueItem]
	d.as("bob", "GET", "/v1/queue", nil).into(http.StatusOK, &page)
	if page.Total != 1 || page.Items[0].Comment.ID != other.ID {
		d.Fatalf("left: %+v", page)
	}
	var undone struct{ Count int }
	d.as("carl", "POST", "/v1/decisions/"+got.Batch+"/undo", nil).into(http.StatusOK, &undone)
	if undone.Count != 4 {
		d.Fatalf("undone: %+v", undone)
	}
	d.as("greta", "POST", "/v1/decisions/preview", object{"filter": filter}).must(http.StatusNotFound)
	d.as("greta", "POST", "/v1/decisions", reject).must(http.StatusNotFound)
}

// A batch whose answer was lost is sent again: what a colleague has decided in
// the meantime stands.
func repeatedBatch(d *testNode) {
	one, two := d.pending("gazette", "one"), d.pending("gazette", "two")
	word := object{
		"comment_ids": []string{one.ID, two.ID}, "versions": object{one.ID: one.Version, two.ID: two.Version}, "action": "approve",
	}
	type answer struct {
		Count  int
		Failed []struct{ Status int }
	}
	var first, again answer
	d.as("bob", "POST", "/v1/decisions", word).into(http.StatusOK, &first)
	if first.Count != 2 || len(first.Failed) != 0 {
		d.Fatalf("at first: %+v", first)
	}
	path, change := "/v1/comments/"+one.ID+"/decision", object{"action": "reject", "reason": "abuse"}
	d.as("carl", "POST", path, change).must(http.StatusConflict) // bob's is fresh
	change["version"] = one.Version + 1
	d.as("carl", "POST", path, change).must(http.StatusOK)
	d.as("bob", "POST", "/v1/decisions", word).into(http.StatusOK, &again)
	if again.Count != 0 || len(again.Failed) != 2 || again.Failed[0].Status != http.StatusConflict {
		d.Fatalf("again: %+v", again)
	}
	var now struct{ Comment models.Comment }
	d.as("bob", "GET", "/v1/comments/"+one.ID, nil).into(http.StatusOK, &now)
	if now.Comment.Status != models.Rejected {
		d.Fatalf("the colleague's decision was lost: %+v", now.Comment)
	}
}
