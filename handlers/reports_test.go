package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"winnow/models"
	"winnow/storage"
)

// A comment that a moderator has approved is reported as illegal: it waits for an editor, who
// sees what the reader said, and the reader learns what became of it.
func TestAReportAfterApproval(t *testing.T) {
	f := newTestSite(t)
	id := f.approved("harbour", "The baker waters his milk.")
	path := "/v1/comments/" + id + "/flags"
	reporter := func(sub string) headers {
		return headers{"Origin": page, "X-Reader-Token": reader(t, jwt.MapClaims{"sub": sub, "name": "Ann", "exp": f.now().Add(time.Hour).Unix()})}
	}
	f.decide("bob", id, object{"action": "approve"})
	answer := func(h headers, query, want string, decided bool) {
		t.Helper()
		var o models.ReportOutcome
		f.send("GET", path+query, h, nil).into(http.StatusOK, &o)
		if o.CommentID != id || string(o.Answer) != want || (o.DecidedAt != nil) != decided {
			t.Errorf("the reader learns %+v, want %s", o, want)
		}
	}
	f.send("GET", path, reporter("baker-1"), nil).must(http.StatusNotFound)
	f.send("POST", path, reporter("baker-1"), object{"reason": "illegal", "words": strings.Repeat("x", 1001)}).names("words")
	f.send("POST", path, reporter("baker-1"), object{"reason": "illegal", "words": "This is <b>false</b>, and he knows it."}).must(http.StatusNoContent)
	answer(reporter("baker-1"), "", "waits", false)
	f.send("GET", path, headers{"Origin": page}, nil).must(http.StatusOK) // of the same household
	f.send("GET", path, headers{"Origin": "https://evil.example"}, nil).must(http.StatusNotFound)
	f.send("GET", path, bearer(f.key), nil).names("client.ip")
	f.send("GET", path+"?author_id=nobody", bearer(f.key), nil).must(http.StatusNotFound)

	var queue items[models.QueueItem]
	f.as("bob", "GET", "/v1/queue?site=gazette&reason=escalated", nil).into(http.StatusOK, &queue)
	if len(queue.Items) != 1 || queue.Items[0].Comment.ID != id || queue.Items[0].IllegalSince == nil {
		t.Fatalf("the queue has %+v", queue.Items)
	}
	f.as("bob", "POST", "/v1/comments/"+id+"/decision", object{"action": "approve"}).must(http.StatusForbidden)
	var d storage.Detail
	f.as("eve", "GET", "/v1/comments/"+id, nil).into(http.StatusOK, &d)
	if len(d.Reports) != 1 || d.Reports[0].Reason != models.ReasonIllegal || d.Reports[0].Words != "This is <b>false</b>, and he knows it." ||
		d.Reports[0].From != models.ReporterVouched || d.Reports[0].Reader != "baker-1" || d.Reports[0].Record.Reports != 1 {
		t.Fatalf("the reports are %+v", d.Reports)
	}
	f.decide("eve", id, object{"action": "reject", "reason": "illegal", "version": d.Comment.Version})
	answer(reporter("baker-1"), "", "taken_down", true)
	answer(bearer(f.key), "?author_id=baker-1", "taken_down", true)
	f.as("eve", "POST", "/v1/comments/"+id+"/decision", object{"action": "approve", "version": d.Comment.Version + 1}).must(http.StatusOK)
	answer(reporter("baker-1"), "", "kept", true)

	// Who is banned does not learn that the report was dropped.
	f.as("eve", "POST", "/v1/bans", object{"site": "gazette", "kind": "shadow", "author_id": "nuisance"}).must(http.StatusCreated)
	f.send("POST", path, bearer(f.key), object{"author": object{"id": "nuisance"}, "reason": "illegal"}).must(http.StatusNoContent)
	answer(bearer(f.key), "?author_id=nuisance", "waits", false)
	if c, err := f.db.Comment(t.Context(), id); err != nil || c.Status != models.Approved {
		t.Errorf("after a dropped report: %s, %v", c.Status, err)
	}
}

// TestIllegalReportsAreFew: one hides a comment until an editor has seen it, so that nobody
// can hide a page by them.
func TestIllegalReportsAreFew(t *testing.T) {
	f := newTestSite(t)
	texts := []string{"The baker waters his milk.", "Nobody reads the council's letters.", "I saw the mayor at the harbour.", "The old clock is worth more than the tower."}
	page := headers{"Origin": page}
	for i, text := range texts {
		id := f.approved("harbour", text)
		got := f.send("POST", "/v1/comments/"+id+"/flags", page, object{"reason": "illegal"})
		if i < 3 {
			got.must(http.StatusNoContent)
			continue
		}
		got.must(http.StatusTooManyRequests)
		if c, err := f.db.Comment(t.Context(), id); err != nil || c.Status != models.Approved {
			t.Errorf("the fourth comment is %s, %v", c.Status, err)
		}
		f.send("POST", "/v1/comments/"+id+"/flags", page, object{"reason": "spam"}).must(http.StatusNoContent)
	}
}
