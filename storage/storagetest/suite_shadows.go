package storagetest

import (
	"encoding/json"
	"slices"
	"strconv"
	"testing"
	"time"

	"winnow/models"
	"winnow/storage"
)

var shadowTests = map[string]func(*testing.T, *fixture){
	"one shadow runs at a time": func(t *testing.T, l *fixture) {
		l.addModels(t, "live", "next", "other")
		_, err := l.StartShadow(l.ctx, ann, "none", false)
		wantKind(t, err, models.KindNotFound)
		_, err = l.StartShadow(l.ctx, ann, "live", false)
		wantKind(t, err, models.KindConflict)
		s := must(l.StartShadow(l.ctx, ann, "next", false))(t)
		equal(t, "live", s.Live, "live")
		_, err = l.StartShadow(l.ctx, bob, "other", false)
		wantKind(t, err, models.KindConflict)
		equal(t, "promote", must(l.StartShadow(l.ctx, bob, "next", true))(t).Promote, true)
		_, err = l.EndShadow(l.ctx, ann, "other", "")
		wantKind(t, err, models.KindNotFound)
		equal(t, "outcome", must(l.EndShadow(l.ctx, ann, "next", "enough"))(t).Outcome, "enough")
		must(l.StartShadow(l.ctx, ann, "other", false))(t)
		shadows := map[string]*models.ShadowRun{}
		for _, m := range must(l.Models(l.ctx))(t) {
			shadows[m.Version] = m.Shadow
		}
		equal(t, "live has one", shadows["live"] != nil, false)
		equal(t, "next has ended", shadows["next"].Until != nil, true)
		equal(t, "other runs", shadows["other"].Until == nil, true)
	},
	"several starts at the same moment": func(t *testing.T, l *fixture) {
		l.addModels(t, "live", "a", "b", "c", "d")
		errs := make([]error, 4)
		together(4, func(i int) { _, errs[i] = l.StartShadow(l.ctx, ann, string(rune('a'+i)), false) })
		started := 0
		for _, err := range errs {
			if err == nil {
				started++
			} else {
				wantKind(t, err, models.KindConflict)
			}
		}
		equal(t, "started", started, 1)
	},
	"comments are read by the events that tell of them": func(t *testing.T, l *fixture) {
		begin := must(l.NewestEvent(l.ctx))(t)
		posted := []models.Comment{l.post(t, approved), l.post(t, onSite("tribune")), l.post(t)}
		events := must(l.EventsSince(l.ctx, begin, 9))(t)
		equal(t, "events", len(events), 3)
		arrived := must(l.ArrivedComments(l.ctx, events))(t)
		equal(t, "comments", len(arrived), 3)
		for _, c := range posted {
			i := slices.IndexFunc(arrived, func(a storage.ArrivedComment) bool { return a.ID == c.ID })
			if i < 0 {
				t.Fatalf("comment %s is missing", c.ID)
			}
			equal(t, "site", arrived[i].Site, c.Site)
			equal(t, "status", arrived[i].Status, c.Status)
			equal(t, "model", arrived[i].Model, "m1")
			text := must(l.ArrivedTexts(l.ctx, arrived[i:i+1]))(t)[0]
			equal(t, "text", text.Body, c.Body)
			equal(t, "author", text.Author.Name, c.Author.Name)
			equal(t, "article", text.Article.URL, c.Article.URL)
		}
		equal(t, "texts", len(must(l.ArrivedTexts(l.ctx, arrived))(t)), 3)
		equal(t, "of one site", len(must(l.ArrivedComments(l.ctx, events[:1]))(t)), 1)
		equal(t, "of none", len(must(l.ArrivedComments(l.ctx, nil))(t)), 0)
		batch := storage.TrafficBatch{To: events[2].Seq}
		ok(t, l.RecordTraffic(l.ctx, batch))
		wantKind(t, l.RecordTraffic(l.ctx, batch), models.KindConflict)
		equal(t, "cursor", must(l.TaskCursor(l.ctx, storage.TrafficTask))(t), events[2].Seq)
	},
	"people say who was right about differences": func(t *testing.T, l *fixture) {
		l.addModels(t, "live", "next")
		s := must(l.StartShadow(l.ctx, ann, "next", false))(t)
		var all []models.ShadowDifference
		for range 30 {
			all = append(all, models.ShadowDifference{Site: "gazette", Comment: l.post(t, approved).ID, Now: models.Approve, Then: models.Hold})
		}
		held := l.post(t)
		all = append(all, models.ShadowDifference{Site: "gazette", Comment: held.ID, Now: models.Hold, Then: models.Approve})
		l.record(t, s, all...)
		_, _, err := l.Decide(l.ctx, ann, held.ID, models.DecisionRequest{Action: models.Approve})
		ok(t, err)
		if dealt := l.count(t, `SELECT count(*) FROM second_looks`)[0]; dealt < 2 || dealt == 30 { // each by chance
			t.Fatalf("%d of 30 differences were dealt", dealt)
		}
		looks := l.looks(t, bob)
		must(l.DecideSecondLook(l.ctx, bob, looks[0].ID, models.DecisionRequest{Action: models.Approve}))(t)
		must(l.DecideSecondLook(l.ctx, bob, looks[1].ID, models.DecisionRequest{Action: models.Reject, Reason: models.ReasonSpam}))(t)
		got := must(l.RunningShadow(l.ctx))(t)
		equal(t, "comments", got.Comments, 31)
		equal(t, "differences", got.Differences, 31)
		equal(t, "held", [2]int{got.HeldNow, got.HeldThen}, [2]int{1, 30})
		equal(t, "looked at", got.LookedAt, 3)
		equal(t, "candidate was right", got.CandidateRight, 2)
		equal(t, "live was right", got.LiveRight, 1)
		labels := 0
		for label, err := range l.Labels(l.ctx, "gazette", time.Time{}) {
			ok(t, err)
			if label.SelectedBy == models.SelectedShadow {
				labels++
				equal(t, "rate", label.SelectionRate, 0.5)
			}
		}
		equal(t, "labels", labels, 2) // whether a look agrees or not
		stats := must(l.SecondLookStats(l.ctx, ann, ""))(t)
		equal(t, "agreement of the whole", stats.Machine, storage.SecondLookAgreement{})
		ended := must(l.EndShadow(l.ctx, ann, "next", ""))(t)
		equal(t, "looked at, in the end", ended.LookedAt, 3)
	},
	"a shadow keeps its last differences": func(t *testing.T, l *fixture) {
		l.addModels(t, "live", "next")
		s := must(l.StartShadow(l.ctx, ann, "next", false))(t)
		var all []models.ShadowDifference
		for i := range models.MaxShadowDifferences + 5 {
			all = append(all, models.ShadowDifference{Site: "gazette", Comment: "x" + strconv.Itoa(10000+i), Now: models.Approve, Then: models.Hold})
		}
		l.record(t, s, all...)
		equal(t, "kept", l.count(t, `SELECT count(*) FROM shadow_differences`)[0], models.MaxShadowDifferences)
		equal(t, "the oldest", l.count(t, `SELECT count(*) FROM shadow_differences WHERE comment_id < 'x10005'`)[0], 0)
		equal(t, "counted", must(l.RunningShadow(l.ctx))(t).Differences, len(all))
	},
	"a shadow starts anew beside another live model": func(t *testing.T, l *fixture) {
		l.addModels(t, "live", "next", "other")
		s := must(l.StartShadow(l.ctx, ann, "next", true))(t)
		l.record(t, s, models.ShadowDifference{Site: "gazette", Comment: l.post(t, approved).ID, Now: models.Approve, Then: models.Hold})
		must(l.PromoteModel(l.ctx, ann, "other"))(t)
		got := must(l.RunningShadow(l.ctx))(t)
		equal(t, "live", got.Live, "other")
		equal(t, "counts", got.ShadowCounts, models.ShadowCounts{})
		equal(t, "promote", got.Promote, true)
		_, err := l.PromoteShadow(l.ctx, operator, s, "because")
		wantKind(t, err, models.KindConflict)
		must(l.PromoteModel(l.ctx, ann, "next"))(t)
		equal(t, "runs", must(l.RunningShadow(l.ctx))(t) != nil, false)
	},
	"the candidate of a shadow is promoted once": func(t *testing.T, l *fixture) {
		l.addModels(t, "live", "next")
		s := must(l.StartShadow(l.ctx, ann, "next", true))(t)
		errs := make([]error, 3)
		together(3, func(i int) { _, errs[i] = l.PromoteShadow(l.ctx, operator, s, "because") })
		promoted := 0
		for _, err := range errs {
			if err == nil {
				promoted++
			} else {
				wantKind(t, err, models.KindConflict)
			}
		}
		equal(t, "promoted", promoted, 1)
		equal(t, "live", must(l.LiveModel(l.ctx))(t).Version, "next")
		rows, _, err := l.AuditPage(l.ctx, ann, models.AuditFilter{Action: "model.promote", Subject: "next", Limit: 9})
		ok(t, err)
		equal(t, "audit", string(rows[0].After), `{"live":"next","shadow":"because"}`)
	},
	"traffic is counted by day, after a reference": func(t *testing.T, l *fixture) {
		l.addModels(t, "live")
		day := l.clock.Now().Truncate(24 * time.Hour)
		for i := range 5 {
			counts := models.TrafficCounts{Comments: 100, Held: int64(i), Words: 10, Unknown: 1}
			counts.Scores[3] = 100
			ok(t, l.RecordTraffic(l.ctx, storage.TrafficBatch{From: int64(i), To: int64(i + 1), Days: []models.TrafficDay{
				{Site: "gazette", Model: "live", Day: day, TrafficCounts: counts},
				{Site: "gazette", Model: "old", Day: day, TrafficCounts: counts},
			}}))
		}
		c := l.post(t)
		_, _, err := l.Decide(l.ctx, ann, c.ID, models.DecisionRequest{Action: models.Approve})
		ok(t, err)
		days := must(l.TrafficDays(l.ctx))(t)
		equal(t, "rows", len(days), 2)
		equal(t, "reference", days[0].Day.IsZero(), true)
		equal(t, "its comments", days[0].Comments, 300)
		equal(t, "day", days[1].Day.Equal(day), true)
		equal(t, "held", days[1].Held, 7)
		equal(t, "scores", days[1].Scores[3], 200)
		equal(t, "overturned", [2]int64{days[1].Decided, days[1].Overturned}, [2]int64{1, 1})
	},
	"people are told of drift once a day": func(t *testing.T, l *fixture) {
		for i, step := range []struct {
			drifting bool
			after    time.Duration
			told     bool
		}{{false, 0, false}, {true, 0, true}, {true, time.Hour, false}, {false, time.Hour, false}, {true, time.Hour, false}, {true, 24 * time.Hour, true}} {
			l.clock.Advance(step.after)
			equal(t, "told in step "+strconv.Itoa(i), must(l.NoteDrift(l.ctx, "gazette", "m1", step.drifting))(t), step.told)
		}
		drifts := 0
		for _, e := range must(l.EventsSince(l.ctx, 0, 99))(t) {
			if e.Kind == models.Drift && e.Site == "gazette" && e.Subject == "m1" {
				drifts++
			}
		}
		equal(t, "events", drifts, 2)
	},
}

// addModels stores models, and makes the first one live.
func (l *fixture) addModels(t *testing.T, versions ...string) {
	t.Helper()
	for _, v := range versions {
		ok(t, l.AddModel(l.ctx, operator, models.ModelInfo{Version: v, Origin: "test", Manifest: json.RawMessage("{}")}, []byte(v)))
	}
	must(l.PromoteModel(l.ctx, operator, versions[0]))(t)
}

// record counts differences in a shadow.
func (l *fixture) record(t *testing.T, s models.ShadowRun, all ...models.ShadowDifference) {
	t.Helper()
	var counts models.ShadowCounts
	for _, d := range all {
		counts.Add(d.Now, d.Then)
	}
	before := must(l.ShadowSites(l.ctx, s.Version))(t)["gazette"]
	b := storage.TrafficBatch{Shadow: &s, Differences: all, Counts: map[string]models.ShadowCounts{"gazette": counts}}
	b.From = must(l.TaskCursor(l.ctx, storage.TrafficTask))(t)
	b.To = b.From
	ok(t, l.RecordTraffic(l.ctx, b))
	equal(t, "of the site", must(l.ShadowSites(l.ctx, s.Version))(t)["gazette"], before.Plus(counts))
}
