package handlers_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"winnow/models"
)

func TestLabels(t *testing.T) {
	for sentence, test := range map[string]func(*testNode){
		"decisions are exported as labels, in both formats": exportBoth,
		"an export has only the caller's sites":             exportOwnSites,
		"an export has only what was labelled since":        exportSince,
	} {
		onBoth(t, sentence, test)
	}
}

// labels reads an export in JSON Lines.
func (d *testNode) labels(name, query string) (rows []models.Label) {
	d.Helper()
	r := d.as(name, "GET", "/v1/labels"+query, nil)
	r.must(http.StatusOK)
	for line := range strings.Lines(string(r.body)) {
		var l models.Label
		d.must(json.Unmarshal([]byte(line), &l))
		rows = append(rows, l)
	}
	return rows
}

func exportBoth(d *testNode) {
	text := "=1+1, \"quoted\"\nand a second line; Ünï ✓"
	ham, spam := d.pending("gazette", text), d.pending("gazette", "cheap pills")
	d.decide("bob", ham.ID, object{"action": "approve"})
	d.decide("bob", spam.ID, object{"action": "reject", "reason": "spam"})
	d.decide("bob", d.pending("gazette", "unlike the rest").ID, object{"action": "reject", "reason": "off_topic"})
	lines := d.labels("eve", "")
	if len(lines) != 2 || lines[0].Label != models.Ham || lines[0].Text != text || lines[1].Label != models.Spam {
		d.Fatalf("jsonl: %+v", lines)
	}
	r := d.as("eve", "GET", "/v1/labels?format=csv", nil)
	r.must(http.StatusOK)
	rows, err := csv.NewReader(bytes.NewReader(r.body)).ReadAll()
	d.must(err)
	column := func(name string) int { return slices.Index(rows[0], name) }
	if len(rows) != 3 || rows[1][column("text")] != text || rows[2][column("label")] != "spam" || rows[1][column("labelled_by")] != "bob" {
		d.Fatalf("csv: %q", rows)
	}
	for query, field := range map[string]string{"?format=xml": "format", "?since=yesterday": "since", "?site=No!": "site"} {
		d.as("eve", "GET", "/v1/labels"+query, nil).names(field)
	}
}

func exportOwnSites(d *testNode) {
	d.decide("ada", d.pending("gazette", "theirs").ID, object{"action": "approve"})
	d.decide("ada", d.pending("herald", "ours").ID, object{"action": "approve"})
	_, _, err := d.db.ImportLabels(d.Context(), operator, all(trainingRows(1)))
	d.must(err)
	if got := d.labels("hanna", ""); len(got) != 1 || got[0].Text != "ours" {
		d.Errorf("hanna reads %+v", got)
	}
	if got := d.labels("eve", "?site=gazette"); len(got) != 1 || got[0].Text != "theirs" {
		d.Errorf("eve reads %+v", got)
	}
	if got := d.labels("eve", ""); len(got) != 4 {
		d.Errorf("eve reads %d rows, want 4", len(got))
	}
	d.as("hanna", "GET", "/v1/labels?site=gazette", nil).must(http.StatusNotFound)
}

func exportSince(d *testNode) {
	d.decide("ada", d.pending("gazette", "before").ID, object{"action": "approve"})
	at := d.labels("eve", "")[0].CreatedAt.Add(time.Microsecond)
	d.decide("ada", d.pending("gazette", "after").ID, object{"action": "approve"})
	if got := d.labels("eve", "?since="+at.Format(time.RFC3339Nano)); len(got) != 1 || got[0].Text != "after" {
		d.Errorf("since %v: %+v", at, got)
	}
}
