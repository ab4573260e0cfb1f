package browsertest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/chromedp/chromedp"

	"winnow/models"
	"winnow/storage"
)

func TestReportAfterApproval(t *testing.T) { onBothSetups(t, models.ModePost, reportAfterApproval) }

// reportAfterApproval is what happens when a reader reports as illegal what a moderator has
// approved: an editor sees who says so, why and since when, decides, and the reader learns it.
func reportAfterApproval(t *testing.T, d *testServer) {
	d.setRole("alice", models.RoleEditor)
	libel := d.post(1, "Ilse", "The baker at the harbour waters his milk, everybody knows it.")
	_, _, err := d.db.Decide(t.Context(), bob, libel, models.DecisionRequest{Action: models.Approve})
	d.must(err)
	p := d.login("alice")
	p.waitFor(`document.querySelector("#none:not([hidden])")`) // nothing waits

	if status := d.call(http.MethodPost, libel, object{"author": object{"id": "baker-1"}, "reason": "illegal", "words": "This is false. I can prove it."}, nil); status != http.StatusNoContent {
		t.Fatalf("the report: %d", status)
	}
	p.run(chromedp.Reload())
	p.waitFor(fmt.Sprintf("%s === %q", opened, libel))
	p.waitForText("#list .since", "Reported as illegal: now")
	p.waitForText("#illegal", "Only an editor decides it.")
	p.waitForText("#reports", "This is false. I can prove it.")
	p.waitForText("#reports", "known reader baker-1")
	p.waitForText("#reports", "last reports: 1, taken down 0, kept 0")
	p.waitForText("#history", "Readers: left to an editor")
	p.keys("ri")
	d.waitFor(func() bool { return d.status(libel) == models.Rejected })
	var outcome models.ReportOutcome
	if status := d.call(http.MethodGet, libel, nil, &outcome); status != http.StatusOK || outcome.Answer != models.ReportTakenDown || outcome.DecidedAt == nil {
		t.Errorf("the reader learns %d %+v", status, outcome)
	}
	p.run(chromedp.Navigate(d.url + "/console/#comment/" + libel))
	p.waitForText("#reports", "last reports: 1, taken down 1, kept 0")
}

// call reports a comment with the site's key, or asks what became of the report.
func (d *testServer) call(method, id string, body object, into any) int {
	d.Helper()
	data, err := json.Marshal(body)
	d.must(err)
	req, err := http.NewRequestWithContext(d.Context(), method, d.url+"/v1/comments/"+id+"/flags?author_id=baker-1", bytes.NewReader(data))
	d.must(err)
	req.Header.Set("Authorization", "Bearer "+d.key)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	d.must(err)
	defer res.Body.Close()
	if into != nil {
		d.must(json.NewDecoder(res.Body).Decode(into))
	}
	return res.StatusCode
}

// A report as illegal of what a moderator has before them changes the row and the pane at once:
// the moderator cannot decide it any more.
func TestIllegalReportOnScreen(t *testing.T) {
	d := newTestServer(t, models.ModePre)
	libel := d.post(1, "Ilse", "The baker at the harbour waters his milk, everybody knows it.")
	other := d.post(2, "Tomasz", "The miller weighs with his thumb on the scale, and the mayor knows.")
	_, _, err := d.db.Decide(t.Context(), bob, other, models.DecisionRequest{Action: models.Approve})
	d.must(err)
	p := d.login("alice", "403", "409")
	p.waitFor(fmt.Sprintf("%s === %q", opened, libel))
	_, err = d.db.Flag(t.Context(), operator, libel, storage.Report{Who: "author baker-1", Reason: models.ReasonIllegal})
	d.must(err)
	p.waitForText("#list .reason", "For an editor")
	p.waitForText("#list .since", "Reported as illegal")
	p.waitForText("#illegal", "Only an editor decides it.")

	p.evaluate(`location.hash = "comment/` + other + `"`)
	p.waitForText("#list .outcome", "published by bob")
	if status := d.call(http.MethodPost, other, object{"author": object{"id": "baker-1"}, "reason": "illegal"}, nil); status != http.StatusNoContent {
		t.Fatalf("the report: %d", status)
	}
	p.waitForText("#list .outcome", "For an editor")
	p.waitForText("#illegal", "Only an editor decides it.")
}
