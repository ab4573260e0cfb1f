package handlers_test

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"winnow/models"
)

// Each change replaces a list or a number behind a pointer: the audit row's
// before must have the old one, its after the new one.
func TestAuditHasTheOldValueOfAPatch(t *testing.T) {
	f := newTestSite(t)
	reason := func(id string) []object { return []object{{"id": id, "under": "abuse", "name": id}} }
	f.as("ada", "PATCH", "/v1/sites/gazette", object{
		"origins": []string{"https://old.example"}, "reasons": reason("old"), "thresholds": object{"hold": 0.11, "reject": 0.91}, "second_look": 0.13,
	}).must(http.StatusOK)
	f.as("ada", "PATCH", "/v1/sites/gazette", object{
		"origins": []string{"https://new.example"}, "reasons": reason("new"), "thresholds": object{"hold": 0.12}, "second_look": 0.14,
	}).must(http.StatusOK)
	f.as("ada", "POST", "/v1/moderators", object{"name": "zoe", "password": pass, "sites": []string{"herald"}}).must(http.StatusCreated)
	f.as("ada", "PATCH", "/v1/moderators/zoe", object{"sites": []string{"gazette"}}).must(http.StatusOK)
	for _, count := range []int{21, 22} {
		f.as("eve", "PUT", "/v1/articles", object{"site": "gazette", "article": "a", "surge": object{"count": count, "minutes": 5, "hold_minutes": 30}}).must(http.StatusOK)
	}
	for _, kind := range []string{"ban", "shadow"} {
		f.as("eve", "PUT", "/v1/authors", object{"site": "gazette", "name": "Mallory", "sanction": object{"kind": kind}}).must(http.StatusOK)
	}
	for _, actor := range []string{"eve", "moderator:eve"} { // people type the name
		var trail items[models.Audit]
		f.as("ada", "GET", "/v1/audit?limit=1&actor="+actor, nil).into(http.StatusOK, &trail)
		if len(trail.Items) != 1 || trail.Items[0].Actor != "moderator:eve" {
			t.Errorf("of %s: %+v", actor, trail.Items)
		}
	}
	for action, want := range map[string]struct{ before, after []string }{
		"site.update":      {[]string{"https://old.example", `"old"`, "0.11", "0.91", "0.13"}, []string{"https://new.example", `"new"`, "0.12", "0.91", "0.14"}},
		"moderator.update": {[]string{"herald"}, []string{"gazette"}},
		"article.update":   {[]string{"21"}, []string{"22"}},
		"author.*":         {[]string{"ban"}, []string{"shadow"}},
	} {
		var trail items[models.Audit]
		f.as("ada", "GET", "/v1/audit?limit=1&action="+action, nil).into(http.StatusOK, &trail)
		if len(trail.Items) != 1 {
			t.Fatalf("%s: %+v", action, trail.Items)
		}
		row := trail.Items[0]
		for i := range want.before {
			if old := want.before[i]; !strings.Contains(string(row.Before), old) {
				t.Errorf("%s: before is %s, want %s in it", action, row.Before, old)
			}
			if now := want.after[i]; !strings.Contains(string(row.After), now) {
				t.Errorf("%s: after is %s, want %s in it", action, row.After, now)
			}
		}
	}
}

func TestAuditTrail(t *testing.T) {
	onBoth(t, "each change is in the audit trail, an export too", auditTrail)
}

func auditTrail(d *testNode) {
	c := d.pending("gazette", "what a harbour")
	d.decide("bob", c.ID, object{"action": "approve"})
	d.labels("eve", "?site=gazette")
	var rows []models.Audit
	for next := ""; ; {
		var page items[models.Audit]
		d.as("eve", "GET", "/v1/audit?limit=1&site=gazette&cursor="+next, nil).into(http.StatusOK, &page)
		rows = append(rows, page.Items...)
		if next = page.Next; next == "" {
			break
		}
	}
	if len(rows) < 2 || rows[0].Action != "labels.export" || rows[0].Actor != "moderator:eve" || rows[1].Action != "comment.approve" || rows[1].Subject != c.ID {
		d.Fatalf("trail: %+v", rows)
	}
	if rows[1].Address == "" {
		d.Error("the audit row has no address")
	}
	var page items[models.Audit]
	d.as("eve", "GET", "/v1/audit?action=comment.approve&actor=moderator:bob", nil).into(http.StatusOK, &page)
	if len(page.Items) != 1 {
		d.Errorf("filtered: %+v", page.Items)
	}
	r := d.as("eve", "GET", "/v1/audit?format=csv&site=gazette", nil)
	r.must(http.StatusOK)
	lines, err := csv.NewReader(bytes.NewReader(r.body)).ReadAll()
	d.must(err)
	if len(lines) != len(rows)+2 || !slices.Contains(lines[1], "audit.export") {
		d.Errorf("csv has %d lines for %d rows and its own", len(lines), len(rows))
	}
	r = d.as("eve", "GET", "/v1/audit?format=jsonl&action=comment.*&subject="+c.ID+"&since="+rows[1].At.Format(time.RFC3339Nano), nil)
	r.must(http.StatusOK)
	if n := bytes.Count(r.body, []byte("\n")); n != 1 {
		d.Errorf("%d rows of the comment: %s", n, r.body)
	}
	var head struct {
		Sites []models.AuditHead
		Rows  int64
	}
	d.as("hanna", "GET", "/v1/audit/head", nil).into(http.StatusOK, &head)
	if len(head.Sites) != 1 || head.Sites[0].Site != "herald" {
		d.Errorf("hanna sees the heads %+v", head)
	}
	d.as("eve", "GET", "/v1/audit/head", nil).into(http.StatusOK, &head)
	d.as("eve", "GET", "/v1/audit?limit=1&site=gazette", nil).into(http.StatusOK, &page)
	if last := page.Items[0]; len(head.Sites) != 2 || head.Sites[0].Seq != last.Seq || head.Sites[0].Hash != last.Hash || head.Rows <= last.Seq {
		d.Errorf("heads %+v, last row %+v", head, last)
	}
	d.as("eve", "GET", "/v1/audit?format=xml", nil).names("format")
	d.as("hanna", "GET", "/v1/audit?site=gazette", nil).must(http.StatusNotFound)
	d.as("hanna", "GET", "/v1/audit", nil).into(http.StatusOK, &page)
	for _, a := range page.Items {
		if a.Site != "herald" {
			d.Errorf("hanna reads of %+v", a)
		}
	}
}
