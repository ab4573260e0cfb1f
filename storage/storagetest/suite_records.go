package storagetest

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"testing"
	"time"

	"winnow/models"
	"winnow/storage"
)

var recordTests = map[string]func(*testing.T, *fixture){
	"a label holds what it was given for": func(t *testing.T, l *fixture) {
		c := l.post(t, by(models.Author{ID: "u", Name: "N", Email: "n@example.org", URL: "https://n.example"}))
		d, _, err := l.Decide(l.ctx, ann, c.ID, models.DecisionRequest{Action: models.Approve})
		ok(t, err)
		want := models.Label{
			ID: d.ID, Text: c.Body, Label: models.Ham, Author: "N", AuthorEmail: "n@example.org", AuthorURL: "https://n.example",
			URL: "https://gazette.example/a1", Site: "gazette", Source: "decision", LabelledBy: "ann", CreatedAt: d.CreatedAt,
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
	"an import stops at a bad row and keeps what came before": func(t *testing.T, l *fixture) {
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
	"a model goes live and back": func(t *testing.T, l *fixture) {
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
		for _, v := range []string{"m1", "m2", "m2", "m3"} { // the second m2 changes nothing
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
	"the trail names who, what and where": func(t *testing.T, l *fixture) {
		start := l.clock.Now()
		caller := models.Caller{Kind: models.ByModerator, Name: "ann", Address: netip.MustParseAddr("192.0.2.7")}
		for i := range 5 {
			ok(t, l.Audit(l.ctx, caller, models.Audit{Site: "gazette", Action: "labels.export", Subject: strconv.Itoa(i), After: []byte(`{"n":1}`)}))
		}
		ok(t, l.Audit(l.ctx, caller, models.Audit{Action: "login", Subject: "ann\x00"}))
		var subjects []string
		for cursor, more := "", true; more; more = cursor != "" {
			rows, next, err := l.AuditPage(l.ctx, ann, models.AuditFilter{Site: "gazette", Action: "labels.export", Actor: "moderator:ann", Limit: 2, Cursor: cursor})
			ok(t, err)
			for _, a := range rows {
				subjects = append(subjects, a.Subject)
				equal(t, "address", a.Address, "192.0.2.7")
				equal(t, "after", string(a.After), `{"n":1}`)
			}
			cursor = next
		}
		if !slices.Equal(subjects, []string{"4", "3", "2", "1", "0"}) {
			t.Fatal(subjects)
		}
		streamed := 0
		for a, err := range l.AuditTrail(l.ctx, "", start) {
			ok(t, err)
			equal(t, "actor", a.Actor, "moderator:ann")
			streamed++
		}
		equal(t, "streamed", streamed, 6)
		rows, _, err := l.AuditPage(l.ctx, eve, models.AuditFilter{})
		ok(t, err)
		equal(t, "eve sees her site being added", len(rows), 1)
		_, _, err = l.AuditPage(l.ctx, eve, models.AuditFilter{Site: "gazette"})
		wantKind(t, err, models.KindNotFound)
	},
	"events tell of every change": func(t *testing.T, l *fixture) {
		c := l.post(t)
		must(l.Claim(l.ctx, ann, models.QueueFilter{}, time.Minute))(t)
		ok(t, l.Release(l.ctx, ann, []string{c.ID}))
		d, _, err := l.Decide(l.ctx, ann, c.ID, models.DecisionRequest{Action: models.Approve})
		ok(t, err)
		_, _, err = l.Undo(l.ctx, ann, d.ID)
		ok(t, err)
		var got []models.EventKind
		after := ""
		for {
			events := must(l.EventsSince(l.ctx, after, 2))(t)
			if len(events) == 0 {
				break
			}
			for _, e := range events {
				got = append(got, e.Kind)
				equal(t, "subject", e.Subject, c.ID)
				after = e.ID
			}
		}
		want := []models.EventKind{models.CommentCreated, models.CommentClaimed, models.CommentClaimed, models.CommentChanged, models.CommentChanged}
		if !slices.Equal(got, want) {
			t.Fatal(got)
		}
		l.clock.Advance(48 * time.Hour)
		equal(t, "purged", must(l.Purge(l.ctx))(t), 5)
	},
	"statistics count risks and waiting times": func(t *testing.T, l *fixture) {
		at := func(risk float64) func(*storage.NewComment) {
			return func(n *storage.NewComment) { n.Verdict.Spam, n.Verdict.Abuse = &risk, nil }
		}
		decide := func(by models.Caller, c models.Comment, action models.Action) models.Decision {
			t.Helper()
			d, _, err := l.Decide(l.ctx, by, c.ID, models.DecisionRequest{Action: action})
			ok(t, err)
			return d
		}
		figures := func(what, site string, want map[string]int64) {
			t.Helper()
			s := must(l.Stats(l.ctx, ann, site))(t)
			equal(t, "width", s.Scores.Width, 0.05)
			got := map[string]int64{}
			for kind, bins := range map[string][20]int64{"arrived": s.Scores.Arrived, "approved": s.Scores.Approved, "rejected": s.Scores.Rejected} {
				for i, n := range bins {
					got[fmt.Sprint(kind, " ", i)] = n
				}
			}
			for i, n := range s.Waiting.Counts {
				got[fmt.Sprint("waited ", i)] = n
			}
			maps.DeleteFunc(got, func(_ string, n int64) bool { return n == 0 })
			if !maps.Equal(got, want) {
				t.Fatalf("%s: %v, want %v", what, got, want)
			}
			Counters(t, l.url)
		}
		low, even, sure := l.post(t, at(0)), l.post(t, at(0.35)), l.post(t, at(1))
		l.post(t, onSite("tribune"), at(0.049))
		figures("before", "gazette", map[string]int64{"arrived 0": 1, "arrived 7": 1, "arrived 19": 1})
		equal(t, "no median", must(l.Stats(l.ctx, ann, ""))(t).Waiting.MedianToday, nil)
		decide(ann, low, models.Approve)
		l.clock.Advance(10 * time.Minute)
		decide(ann, even, models.Reject)
		all := map[string]int64{"arrived 0": 2, "arrived 7": 1, "arrived 19": 1, "approved 0": 1, "rejected 7": 1, "waited 0": 1, "waited 2": 1}
		figures("decided", "", all)
		equal(t, "median", *must(l.Stats(l.ctx, ann, ""))(t).Waiting.MedianToday, 1)
		changed, late := decide(bob, even, models.Approve), decide(bob, sure, models.Reject)
		figures("decided again", "", map[string]int64{
			"arrived 0": 2, "arrived 7": 1, "arrived 19": 1, "approved 0": 1, "approved 7": 1, "rejected 19": 1, "waited 0": 1, "waited 2": 2,
		})
		equal(t, "median", *must(l.Stats(l.ctx, ann, ""))(t).Waiting.MedianToday, 7.5)
		for _, d := range []models.Decision{changed, late} {
			_, _, err := l.Undo(l.ctx, bob, d.ID)
			ok(t, err)
		}
		figures("undone", "", all)
		l.clock.Advance(24 * time.Hour)
		decide(bob, sure, models.Reject)
		all["rejected 19"], all["waited 6"] = 1, 1
		figures("a day later", "", all)
		equal(t, "median", *must(l.Stats(l.ctx, ann, ""))(t).Waiting.MedianToday, 1440)
		l.clock.Advance(29 * 24 * time.Hour)
		figures("a month later", "", map[string]int64{"waited 6": 1})
	},
	"statistics count what machine and people did": func(t *testing.T, l *fixture) {
		held, spam, good := l.post(t), l.post(t), l.post(t, approved)
		l.post(t, onSite("tribune"))
		for id, action := range map[string]models.Action{held.ID: models.Approve, spam.ID: models.Reject, good.ID: models.Reject} {
			_, _, err := l.Decide(l.ctx, ann, id, models.DecisionRequest{Action: action})
			ok(t, err)
		}
		d, _, err := l.Decide(l.ctx, bob, held.ID, models.DecisionRequest{Action: models.Reject})
		ok(t, err)
		_, _, err = l.Undo(l.ctx, bob, d.ID) // does not count
		ok(t, err)
		l.clock.Advance(24 * time.Hour)
		last := l.post(t)
		s := must(l.Stats(l.ctx, ann, "gazette"))(t)
		equal(t, "pending", s.Pending, 1)
		equal(t, "oldest", *s.OldestPendingAt, last.CreatedAt)
		equal(t, "days", len(s.Days), 30)
		equal(t, "yesterday", s.Days[28], storage.Day{Day: "2031-05-04", Comments: 3, Approved: 1, Held: 2, Decisions: 3})
		equal(t, "today", s.Days[29], storage.Day{Day: "2031-05-05", Comments: 1, Held: 1})
		equal(t, "agreement", s.Agreement, storage.Agreement{ApprovedRejected: 1, HeldApproved: 1, HeldRejected: 1})
		if !slices.Equal(s.Moderators, []storage.ModeratorCount{{Moderator: "ann", Approved: 1, Rejected: 2}}) {
			t.Fatal(s.Moderators)
		}
		equal(t, "all sites", must(l.Stats(l.ctx, ann, ""))(t).Pending, 2)
		_, err = l.Stats(l.ctx, eve, "gazette")
		wantKind(t, err, models.KindNotFound)
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
