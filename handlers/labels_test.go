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
		"labels are imported, and bad rows are listed":      importRows,
		"labels that contradict each other are listed":      listConflicts,
		"golden examples are added and removed":             goldenExamples,
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

// uploadLabels sends a file of labels.
func (d *testNode) uploadLabels(name, query, kind, file string) reply {
	d.Helper()
	req := d.request(name, "POST", "/v1/labels"+query, file)
	req.Header.Set("Content-Type", kind)
	return d.send(req)
}

type imported struct {
	Added, Known int
	BadRows      int `json:"bad_rows"`
	Bad          []struct {
		Line int
		Why  string
	}
	Stopped string
}

func importRows(d *testNode) {
	lines := `{"text":"good","label":"ham"}` + "\n\n" + `{"text":"odd","label":"HAM?"}` + "\nnone\n" + `{"text":"bad","label":"spam","author":"x"}`
	for _, want := range [][2]int{{2, 0}, {0, 2}} {
		var got imported
		d.uploadLabels("eve", "?site=gazette", "application/jsonl", lines).into(http.StatusOK, &got)
		if got.Added != want[0] || got.Known != want[1] || got.BadRows != 2 || got.Bad[0].Line != 3 || got.Bad[1].Line != 4 || !strings.Contains(got.Bad[0].Why, "HAM?") {
			d.Errorf("imported: %+v", got)
		}
	}
	if rows := d.labels("eve", "?site=gazette"); len(rows) != 2 || rows[0].SelectedBy != models.SelectedImport {
		d.Errorf("labels: %+v", rows)
	}
	table := "text,label,id\n" + `"two` + "\n" + `lines",ham,1` + "\nthree,odd,2\nfour,spam,3\n"
	var got imported
	d.uploadLabels("eve", "", "text/csv; charset=utf-8", table).into(http.StatusOK, &got)
	if got.Added != 2 || got.BadRows != 1 || got.Bad[0].Line != 4 {
		d.Errorf("of a table: %+v", got)
	}
	d.uploadLabels("hanna", "", "text/csv", table).names("site")
	d.uploadLabels("hanna", "?site=gazette", "text/csv", table).must(http.StatusNotFound)
	d.uploadLabels("hanna", "?site=herald", "text/csv", strings.ReplaceAll(table, ",3", ",4")).must(http.StatusOK)
	d.uploadLabels("eve", "", "application/json", "{}").must(http.StatusUnsupportedMediaType)
	var trail items[models.Audit]
	d.as("eve", "GET", "/v1/audit?action=labels.import&site=gazette", nil).into(http.StatusOK, &trail)
	if len(trail.Items) != 1 {
		d.Errorf("in the trail: %+v", trail.Items)
	}
}

func listConflicts(d *testNode) {
	d.decide("bob", d.pending("gazette", "cheap pills").ID, object{"action": "reject", "reason": "spam"})
	d.uploadLabels("eve", "?site=gazette", "application/jsonl", `{"text":"cheap pills","label":"ham"}`).must(http.StatusOK)
	var found items[models.LabelConflict]
	d.as("eve", "GET", "/v1/labels/conflicts?limit=5", nil).into(http.StatusOK, &found)
	if len(found.Items) != 1 || len(found.Items[0].Labels) != 2 || found.Items[0].Labels[0].LabelledBy != "bob" {
		d.Errorf("conflicts: %+v", found.Items)
	}
	d.as("hanna", "GET", "/v1/labels/conflicts", nil).into(http.StatusOK, &found)
	if len(found.Items) != 0 {
		d.Errorf("hanna reads %+v", found.Items)
	}
	d.as("eve", "GET", "/v1/labels/conflicts?limit=0", nil).names("limit")
}

func goldenExamples(d *testNode) {
	var g models.GoldenExample
	d.as("eve", "POST", "/v1/golden-examples", object{"site": "gazette", "text": "cheap pills", "label": "spam", "note": "May"}).into(http.StatusCreated, &g)
	d.as("eve", "POST", "/v1/golden-examples", object{"site": "gazette", "text": "cheap pills", "label": "spam"}).must(http.StatusConflict)
	d.as("hanna", "POST", "/v1/golden-examples", object{"text": "x", "label": "spam"}).must(http.StatusForbidden)
	d.as("hanna", "DELETE", "/v1/golden-examples/"+g.ID, nil).must(http.StatusNotFound)
	for name, want := range map[string]int{"eve": 1, "hanna": 0} {
		var found items[models.GoldenExample]
		d.as(name, "GET", "/v1/golden-examples", nil).into(http.StatusOK, &found)
		if len(found.Items) != want {
			d.Errorf("%s reads %+v", name, found.Items)
		}
	}
	d.as("eve", "DELETE", "/v1/golden-examples/"+g.ID, nil).must(http.StatusNoContent)
}
