package handlers_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"winnow/classifier"
	"winnow/models"
	"winnow/storage"
	"winnow/storage/memory"
	"winnow/storage/storagetest"
)

// lesson is n rows each of ham and spam that are easy to tell apart.
func lesson(n int) (rows []models.Label) {
	places := []string{"harbour", "library", "market", "bridge", "theatre", "station"}
	offers := []string{"pills", "bonus", "followers", "profit", "loans", "watches"}
	for i := range n {
		rows = append(rows,
			models.Label{Label: models.Ham, Text: fmt.Sprintf("The council was right about the %s, I say, and so are %d others.", places[i%6], i)},
			models.Label{Label: models.Spam, Text: fmt.Sprintf("Cheap %s now!!! Click http://offer%d.example/win", offers[i%6], i)},
		)
	}
	return rows
}

// all yields rows without errors.
func all(rows []models.Label) func(func(models.Label, error) bool) {
	return func(yield func(models.Label, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func (d *desk) learned(n int) *classifier.Model {
	d.Helper()
	m, _, err := classifier.Train(d.Context(), all(lesson(n)), classifier.TrainOptions{})
	d.must(err)
	return m
}

type modelList struct {
	Items    []models.ModelInfo `json:"items"`
	Training *struct {
		ID, State, By, Version, Error string
	} `json:"training"`
}

func (d *desk) models() (got modelList) {
	d.Helper()
	d.as("eve", "GET", "/v1/models", nil).into(http.StatusOK, &got)
	return got
}

func (d *desk) live() string {
	d.Helper()
	var got []string
	for _, m := range d.models().Items {
		if m.Live {
			got = append(got, m.Version)
		}
	}
	if len(got) != 1 {
		d.Fatalf("live models: %v", got)
	}
	return got[0]
}

// scoredBy returns the model that scores a new comment.
func (d *desk) scoredBy() string {
	d.Helper()
	var got struct{ Verdict models.Verdict }
	d.as("front end", "POST", "/v1/comments", object{
		"article": object{"id": "harbour"}, "author": object{"name": "Reader"}, "body": "A comment on the harbour.",
	}).into(http.StatusCreated, &got)
	return got.Verdict.Model
}

func TestModels(t *testing.T) {
	for sentence, test := range map[string]func(*desk){
		"an uploaded model waits, is promoted, scores, and is rolled back": promoteAndRollBack,
		"a promotion reaches the other nodes":                              promoteEverywhere,
		"the labels of the installation train a candidate":                 trainFromLabels,
	} {
		onBoth(t, sentence, test)
	}
}

func promoteAndRollBack(d *desk) {
	starter, m := d.live(), d.learned(100)
	var info models.ModelInfo
	for range 2 { // the same file again is no mistake
		d.as("ada", "POST", "/v1/models", modelFile(d.T, m)).into(http.StatusCreated, &info)
	}
	if info.Version != m.Version() || info.Live || info.Origin != "upload" || info.By != "ada" || len(d.models().Items) != 2 {
		d.Fatalf("uploaded: %+v", info)
	}
	if got := d.scoredBy(); got != starter {
		d.Errorf("before the promotion %s scores", got)
	}
	d.as("ada", "POST", "/v1/models/"+info.Version+"/promote", object{}).into(http.StatusOK, &info)
	if got := d.scoredBy(); !info.Live || got != m.Version() {
		d.Errorf("promoted %+v, %s scores", info, got)
	}
	d.as("ada", "POST", "/v1/models/rollback", object{}).into(http.StatusOK, &info)
	if got := d.scoredBy(); info.Version != starter || got != starter {
		d.Errorf("rolled back to %+v, %s scores", info, got)
	}
	d.as("ada", "POST", "/v1/models/rollback", object{}).must(http.StatusConflict)
	d.as("ada", "POST", "/v1/models/unknown/promote", object{}).must(http.StatusNotFound)
}

func promoteEverywhere(d *desk) {
	m, notifier := d.learned(100), memory.NewNotifier()
	d.serve(notifier)
	one := *d
	d.serve(notifier)
	d.as("ada", "POST", "/v1/models", modelFile(d.T, m)).must(http.StatusCreated)
	d.as("ada", "POST", "/v1/models/"+m.Version()+"/promote", object{}).must(http.StatusOK)
	for one.scoredBy() != m.Version() {
	}
}

func trainFromLabels(d *desk) {
	d.as("ada", "POST", "/v1/models/train", object{}).names("labels")
	_, _, err := d.db.ImportLabels(d.Context(), operator, all(lesson(100)))
	d.must(err)
	var job struct{ ID, State string }
	r := d.as("ada", "POST", "/v1/models/train", object{})
	if r.into(http.StatusAccepted, &job); job.ID == "" || job.State != "running" || r.header.Get("Location") != "/v1/models" {
		d.Fatalf("begun: %s", r.body)
	}
	got := d.models()
	for got.Training.State == "running" {
		got = d.models()
	}
	if got.Training.ID != job.ID || got.Training.State != "done" || got.Training.By != "ada" {
		d.Fatalf("training: %+v", got.Training)
	}
	i := slices.IndexFunc(got.Items, func(m models.ModelInfo) bool { return m.Version == got.Training.Version })
	if i < 0 || got.Items[i].Origin != "train" || got.Items[i].Live {
		d.Fatalf("models: %+v", got.Items)
	}
	d.as("ada", "POST", "/v1/models/"+got.Training.Version+"/promote", object{}).must(http.StatusOK)
}

func TestBadModels(t *testing.T) {
	d := newDesk(t, storagetest.SQLite(t))
	live := d.live()
	whole := modelFile(t, d.learned(100))
	for name, file := range map[string][]byte{"nothing": {}, "something else": []byte("not a model"), "half a model": whole[:len(whole)/2]} {
		t.Run(name, func(t *testing.T) {
			r := d.as("ada", "POST", "/v1/models", file)
			r.T = t
			r.must(http.StatusUnprocessableEntity)
		})
	}
	d.as("ada", "POST", "/v1/models", object{}).must(http.StatusUnsupportedMediaType)
	if d.live() != live || d.scoredBy() != live {
		t.Error("the live model did not stay")
	}
}

func TestLabels(t *testing.T) {
	for sentence, test := range map[string]func(*desk){
		"decisions come out as labels, in both formats":   exportBoth,
		"an export has the sites of its reader alone":     exportOwnSites,
		"what changes is in the audit trail, export too":  auditTrail,
		"a share is judged again, blind":                  secondLooks,
		"the figures count what the caller's sites did":   figures,
		"an export has what was labelled since, not more": exportSince,
	} {
		onBoth(t, sentence, test)
	}
}

// labels reads an export in JSON Lines.
func (d *desk) labels(name, query string) (rows []models.Label) {
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

func exportBoth(d *desk) {
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

func exportOwnSites(d *desk) {
	d.decide("ada", d.pending("gazette", "theirs").ID, object{"action": "approve"})
	d.decide("ada", d.pending("herald", "ours").ID, object{"action": "approve"})
	_, _, err := d.db.ImportLabels(d.Context(), operator, all(lesson(1)))
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

func exportSince(d *desk) {
	d.decide("ada", d.pending("gazette", "before").ID, object{"action": "approve"})
	at := d.labels("eve", "")[0].CreatedAt.Add(time.Microsecond)
	d.decide("ada", d.pending("gazette", "after").ID, object{"action": "approve"})
	if got := d.labels("eve", "?since="+at.Format(time.RFC3339Nano)); len(got) != 1 || got[0].Text != "after" {
		d.Errorf("since %v: %+v", at, got)
	}
}

func auditTrail(d *desk) {
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
		d.Error("nobody knows where the decision came from")
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
	var head models.AuditHead
	d.as("eve", "GET", "/v1/audit/head", nil).into(http.StatusOK, &head)
	d.as("eve", "GET", "/v1/audit?limit=1", nil).into(http.StatusOK, &page)
	if last := page.Items[0]; head.Seq != last.Seq || head.Hash != last.Hash {
		d.Errorf("head %+v, last row %+v", head, last)
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

func secondLooks(d *desk) {
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
			d.Errorf("carl is told %q: %s", secret, r.body)
		}
	}
	path := "/v1/second-looks/" + looks.Items[0].ID
	d.as("carl", "POST", path, object{"action": "hold"}).names("action")
	d.as("ada", "POST", path, object{"action": "approve"}).must(http.StatusConflict)
	var opinion models.SecondOpinion
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

func figures(d *desk) {
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
