package storagetest

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"winnow/models"
	"winnow/storage"
)

var statsTests = map[string]func(*testing.T, *fixture){
	"statistics have risks and waiting times": func(t *testing.T, l *fixture) {
		at := func(risk float64) func(*storage.NewComment) {
			return func(n *storage.NewComment) { n.Verdict.Spam, n.Verdict.Abuse = &risk, nil }
		}
		decide := func(by models.Caller, c models.Comment, action models.Action) models.Decision {
			t.Helper()
			d, _, err := l.Decide(l.ctx, by, c.ID, models.DecisionRequest{Action: action})
			ok(t, err)
			return d
		}
		check := func(what, site string, want map[string]int64) {
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
		check("before", "gazette", map[string]int64{"arrived 0": 1, "arrived 7": 1, "arrived 19": 1})
		equal(t, "no median", must(l.Stats(l.ctx, ann, ""))(t).Waiting.MedianToday, nil)
		decide(ann, low, models.Approve)
		l.clock.Advance(10 * time.Minute)
		decide(ann, even, models.Reject)
		all := map[string]int64{"arrived 0": 2, "arrived 7": 1, "arrived 19": 1, "approved 0": 1, "rejected 7": 1, "waited 0": 1, "waited 2": 1}
		check("decided", "", all)
		equal(t, "median", *must(l.Stats(l.ctx, ann, ""))(t).Waiting.MedianToday, 1)
		changed, late := decide(bob, even, models.Approve), decide(bob, sure, models.Reject)
		check("decided again", "", map[string]int64{
			"arrived 0": 2, "arrived 7": 1, "arrived 19": 1, "approved 0": 1, "approved 7": 1, "rejected 19": 1, "waited 0": 1, "waited 2": 2,
		})
		equal(t, "median", *must(l.Stats(l.ctx, ann, ""))(t).Waiting.MedianToday, 7.5)
		for _, d := range []models.Decision{changed, late} {
			_, _, err := l.Undo(l.ctx, bob, d.ID)
			ok(t, err)
		}
		check("undone", "", all)
		l.clock.Advance(24 * time.Hour)
		decide(bob, sure, models.Reject)
		all["rejected 19"], all["waited 6"] = 1, 1
		check("a day later", "", all)
		equal(t, "median", *must(l.Stats(l.ctx, ann, ""))(t).Waiting.MedianToday, 1440)
		l.clock.Advance(29 * 24 * time.Hour)
		check("a month later", "", map[string]int64{"waited 6": 1})
	},
	"statistics have moderators by day": func(t *testing.T, l *fixture) {
		a, b := l.post(t), l.post(t, onSite("tribune"))
		decide := func(by models.Caller, c models.Comment, action models.Action) {
			t.Helper()
			_, _, err := l.Decide(l.ctx, by, c.ID, models.DecisionRequest{Action: action})
			ok(t, err)
		}
		decide(ann, a, models.Approve)
		l.clock.Advance(24 * time.Hour)
		decide(ann, b, models.Reject)
		decide(bob, a, models.Reject)
		all := must(l.ModeratorStats(l.ctx, ann, ""))(t)
		equal(t, "days", len(all.Days), 30)
		equal(t, "the last day", all.Days[29], "2031-05-05")
		equal(t, "moderators", len(all.Moderators), 2)
		first := all.Moderators[0]
		equal(t, "by name", first.Moderator, "ann")
		equal(t, "approved yesterday", first.Approved[28], 1)
		equal(t, "rejected today", first.Rejected[29], 1)
		equal(t, "rejected yesterday", first.Rejected[28], 0)
		one := must(l.ModeratorStats(l.ctx, ann, "gazette"))(t)
		equal(t, "on one site", one.Moderators[0].Rejected[29], 0)
		_, err := l.ModeratorStats(l.ctx, eve, "gazette")
		wantKind(t, err, models.KindNotFound)
	},
	"statistics have hours": func(t *testing.T, l *fixture) {
		first, second := l.post(t), l.post(t)
		l.post(t, onSite("tribune"), approved)
		decide := func(by models.Caller, c models.Comment, action models.Action) models.Decision {
			t.Helper()
			d, _, err := l.Decide(l.ctx, by, c.ID, models.DecisionRequest{Action: action})
			ok(t, err)
			return d
		}
		decide(ann, first, models.Approve)
		l.clock.Advance(90 * time.Minute)
		late := decide(ann, second, models.Reject)
		all, one := must(l.Stats(l.ctx, ann, ""))(t), must(l.Stats(l.ctx, ann, "gazette"))(t)
		earlier, now := all.Hours[22], all.Hours[23]
		equal(t, "hours", len(all.Hours), 24)
		equal(t, "the last hour", now.Hour, time.Date(2031, 5, 4, 13, 0, 0, 0, time.UTC))
		equal(t, "published", earlier.Approved, 1)
		equal(t, "held", earlier.Held, 2)
		equal(t, "decided in the first hour", earlier.Decisions, 1)
		equal(t, "decided in the last hour", now.Decisions, 1)
		equal(t, "wait in the first hour", *earlier.MedianWait, 0.5)
		equal(t, "wait in the last hour", *now.MedianWait, 150)
		equal(t, "published today", all.PublishedToday, 2)
		equal(t, "published today on one site", one.PublishedToday, 1)
		_, _, err := l.Undo(l.ctx, ann, late.ID)
		ok(t, err)
		now = must(l.Stats(l.ctx, ann, ""))(t).Hours[23]
		if now.Decisions != 0 || now.MedianWait != nil {
			t.Errorf("undone: %+v", now)
		}
	},
	"statistics have automatic and manual decisions": func(t *testing.T, l *fixture) {
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
		equal(t, "agreement", s.Agreement, storage.ModelAgreement{ApprovedRejected: 1, HeldApproved: 1, HeldRejected: 1})
		if !slices.Equal(s.Moderators, []storage.ModeratorCount{{Moderator: "ann", Approved: 1, Rejected: 2}}) {
			t.Fatal(s.Moderators)
		}
		equal(t, "all sites", must(l.Stats(l.ctx, ann, ""))(t).Pending, 2)
		_, err = l.Stats(l.ctx, eve, "gazette")
		wantKind(t, err, models.KindNotFound)
	},
}
