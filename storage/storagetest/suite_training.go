package storagetest

import (
	"errors"
	"iter"
	"strconv"
	"strings"
	"testing"
	"time"

	"winnow/models"
)

var trainingTests = map[string]func(*testing.T, *fixture){
	"a label has the data of its comment": func(t *testing.T, l *fixture) {
		c := l.post(t, by(models.Author{ID: "u", Name: "N", Email: "n@example.org", URL: "https://n.example"}))
		d, _, err := l.Decide(l.ctx, ann, c.ID, models.DecisionRequest{Action: models.Approve})
		ok(t, err)
		want := models.Label{
			ID: d.ID, Text: c.Body, Label: models.Ham, Author: "N", AuthorEmail: "n@example.org", AuthorURL: "https://n.example",
			URL: "https://gazette.example/a1", Site: "gazette", Source: "decision", LabelledBy: "ann", CreatedAt: d.CreatedAt,
			SelectedBy: models.SelectedHeld, SelectionRate: 1,
		}
		got := 0
		for label, err := range l.Labels(l.ctx, "gazette", d.CreatedAt) {
			ok(t, err)
			equal(t, "label", label, want)
			got++
		}
		equal(t, "labels", got, 1)
		for range l.Labels(l.ctx, "tribune", time.Time{}) {
			t.Fatal("a label of another site")
		}
		for range l.Labels(l.ctx, "", d.CreatedAt.Add(time.Microsecond)) {
			t.Fatal("a label from before")
		}
	},
	"an import may be repeated": func(t *testing.T, l *fixture) {
		var rows []models.Label
		for i := range 1100 { // several batches and several pages
			rows = append(rows, models.Label{Text: "text " + strconv.Itoa(i), Label: models.Ham})
		}
		rows = append(rows, models.Label{ID: "x\x00", Text: "nul \x00", Label: models.Spam, Site: "gazette"})
		rows = append(rows, models.Label{ID: "x\x00", Text: "other", Label: models.Spam})
		for run, want := range [][2]int{{1101, 1}, {0, 1102}} {
			added, known, err := l.ImportLabels(l.ctx, operator, all(rows))
			ok(t, err)
			if added != want[0] || known != want[1] {
				t.Fatalf("run %d: %d added, %d known, want %v", run, added, known, want)
			}
		}
		seen := map[string]bool{}
		for label, err := range l.Labels(l.ctx, "", time.Time{}) {
			ok(t, err)
			seen[label.Text] = true
			equal(t, "source", label.Source, "import")
		}
		equal(t, "labels", len(seen), 1101)
		equal(t, "of the site", must(l.LabelCounts(l.ctx, "gazette"))(t)[models.Spam], 1)
		equal(t, "of all", must(l.LabelCounts(l.ctx, ""))(t)[models.Ham], 1100)
	},
	"an import stops at an invalid row and keeps the earlier ones": func(t *testing.T, l *fixture) {
		bad := errors.New("line 2")
		added, _, err := l.ImportLabels(l.ctx, operator, func(yield func(models.Label, error) bool) {
			_ = yield(models.Label{Text: "a", Label: models.Ham}, nil) && yield(models.Label{}, bad)
		})
		if !errors.Is(err, bad) || added != 1 {
			t.Fatal(added, err)
		}
		_, _, err = l.ImportLabels(l.ctx, operator, all([]models.Label{{Text: "a", Label: "odd"}}))
		wantKind(t, err, models.KindInvalid)
	},
	"recent comments come newest first, with their labels": func(t *testing.T, l *fixture) {
		first, second, third := l.post(t), l.post(t), l.post(t)
		_, _, err := l.Decide(l.ctx, ann, second.ID, models.DecisionRequest{Action: models.Reject, Reason: models.ReasonSpam})
		ok(t, err)
		recent := func(site string, limit int) (ids []string) {
			t.Helper()
			for c, err := range l.RecentComments(l.ctx, site, limit) {
				ok(t, err)
				want := models.Class("")
				if c.ID == second.ID {
					want = models.Spam
				}
				equal(t, "label", c.Label, want)
				ids = append(ids, c.ID)
			}
			return ids
		}
		for _, site := range []string{"", "gazette"} {
			equal(t, "all", strings.Join(recent(site, 10), " "), third.ID+" "+second.ID+" "+first.ID)
			equal(t, "two", strings.Join(recent(site, 2), " "), third.ID+" "+second.ID)
		}
		equal(t, "another site's", len(recent("tribune", 10)), 0)
	},
	"a refused model is forced with a note, which is audited": func(t *testing.T, l *fixture) {
		ok(t, l.AddModel(l.ctx, ann, models.ModelInfo{Version: "m1"}, []byte{1}))
		_, err := l.ForceModel(l.ctx, ann, "m1", " ")
		wantKind(t, err, models.KindInvalid)
		equal(t, "live", must(l.ForceModel(l.ctx, ann, "m1", "a campaign is under way"))(t).Version, "m1")
		rows, _, err := l.AuditPage(l.ctx, ann, models.AuditFilter{Action: "model.promote"})
		ok(t, err)
		equal(t, "after", string(rows[0].After), `{"forced":"a campaign is under way","live":"m1"}`)
	},
	"a model is promoted and rolled back": func(t *testing.T, l *fixture) {
		_, err := l.LiveModel(l.ctx)
		wantKind(t, err, models.KindNotFound)
		_, err = l.RollbackModel(l.ctx, ann)
		wantKind(t, err, models.KindConflict)
		for _, v := range []string{"m1", "m2", "m3"} {
			ok(t, l.AddModel(l.ctx, ann, models.ModelInfo{Version: v, Origin: "upload", Manifest: []byte(`{"a":1}`)}, []byte{0, 255, v[1]}))
		}
		ok(t, l.AddModel(l.ctx, ann, models.ModelInfo{Version: "m1"}, []byte{0, 255, '1'}))
		wantKind(t, l.AddModel(l.ctx, ann, models.ModelInfo{Version: "m1"}, []byte{9}), models.KindConflict)
		equal(t, "data", string(must(l.ModelData(l.ctx, "m2"))(t)), "\x00\xff2")
		_, err = l.ModelData(l.ctx, "none\x00")
		wantKind(t, err, models.KindNotFound)
		_, err = l.PromoteModel(l.ctx, ann, "none")
		wantKind(t, err, models.KindNotFound)

		live := func(want string) {
			t.Helper()
			equal(t, "live", must(l.LiveModel(l.ctx))(t).Version, want)
			for _, m := range must(l.Models(l.ctx))(t) {
				equal(t, m.Version, m.Live, m.Version == want)
			}
		}
		for _, v := range []string{"m1", "m2", "m2", "m3"} { // promoting m2 again changes nothing
			m := must(l.PromoteModel(l.ctx, ann, v))(t)
			if !m.Live || m.PromotedAt == nil || m.By != "ann" || m.Size != 3 || string(m.Manifest) != `{"a":1}` {
				t.Fatalf("%+v", m)
			}
			live(v)
		}
		equal(t, "back", must(l.RollbackModel(l.ctx, ann))(t).Version, "m2")
		live("m2")
		equal(t, "back again", must(l.RollbackModel(l.ctx, ann))(t).Version, "m1")
		live("m1")
		_, err = l.RollbackModel(l.ctx, ann)
		wantKind(t, err, models.KindConflict)
	},
}

// all yields rows without an error.
func all(rows []models.Label) iter.Seq2[models.Label, error] {
	return func(yield func(models.Label, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}
