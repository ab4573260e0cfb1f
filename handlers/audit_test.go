package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"winnow/models"
)

// Each change replaces a list or a number behind a pointer: the audit row's
// before must have the old one, its after the new one.
func TestAuditHasTheOldValueOfAPatch(t *testing.T) {
	f := newFront(t)
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
