package storagetest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"winnow/models"
	"winnow/storage"
)

// on makes a ban on marks, each with its value as its label.
func on(kind models.SanctionKind, marks ...models.Mark) models.BanEntry {
	b := models.BanEntry{Site: "gazette", Sanction: models.Sanction{Kind: kind, Reason: "insults"}}
	for _, m := range marks {
		b.Marks = append(b.Marks, models.BanMark{On: m.On, Value: m.Value, Label: m.Value})
	}
	return b
}

var (
	trollName    = models.Mark{On: models.MarkName, Value: "troll"}
	trollEmail   = models.Mark{On: models.MarkEmail, Value: "troll@example.org"}
	trollBrowser = models.Mark{On: models.MarkBrowser, Value: "b1"}
)

var banTests = map[string]func(*testing.T, *fixture){
	"a ban holds on each of its marks, on its site": func(t *testing.T, l *fixture) {
		must(l.AddBan(l.ctx, ann, on(models.Ban, trollName, trollEmail, trollBrowser)))(t)
		for who, held := range map[models.Identity]bool{
			{Name: "troll"}: true,
			{Name: "saint", Email: "troll@example.org"}:       true,
			{ID: "u1", Browser: "b1"}:                         true,
			{ID: "u1", Name: "troll"}:                         false, // the site vouches for this one
			{Name: "b1", Email: "troll", Browser: "trollish"}: false,
			{}: false,
		} {
			x := must(l.Sanction(l.ctx, "gazette", who))(t)
			all := must(l.Sanctions(l.ctx, "gazette", 10))(t).On(who)
			if (x != nil) != held || (all != nil) != held {
				t.Errorf("%+v: %v one by one, %v among all", who, x, all)
			}
			if x := must(l.Sanction(l.ctx, "tribune", who))(t); x != nil {
				t.Errorf("%+v is held on another site", who)
			}
		}
	},
	"of two bans the stricter decides": func(t *testing.T, l *fixture) {
		hour := l.clock.Now().Add(time.Hour)
		short, long := on(models.Ban, trollName), on(models.Shadow, trollName)
		short.Until = hour
		must(l.AddBan(l.ctx, ann, long))(t)
		must(l.AddBan(l.ctx, ann, short))(t)
		kind := func() models.SanctionKind {
			return must(l.Sanctions(l.ctx, "gazette", 10))(t).On(models.Identity{Name: "troll"}).Kind
		}
		equal(t, "at first", kind(), models.Ban)
		l.clock.Advance(2 * time.Hour)
		equal(t, "after the ban", kind(), models.Shadow)
	},
	"bans are listed, edited and lifted": func(t *testing.T, l *fixture) {
		var ids []string
		for i := range 3 {
			b := must(l.AddBan(l.ctx, ann, on(models.Ban, models.Mark{On: models.MarkID, Value: fmt.Sprint("u", i)}, trollName)))(t)
			ids = append(ids, b.ID)
		}
		first, next, err := l.Bans(l.ctx, bob, "gazette", "", 2)
		ok(t, err)
		rest, last, err := l.Bans(l.ctx, bob, "gazette", next, 2)
		ok(t, err)
		if len(first) != 2 || first[0].ID != ids[2] || first[1].ID != ids[1] || len(rest) != 1 || rest[0].ID != ids[0] || last != "" {
			t.Fatalf("listed %+v, then %+v, then %q", first, rest, last)
		}
		equal(t, "marks", fmt.Sprint(rest[0].Marks), "[{id u0 } {name troll }]")
		equal(t, "by", rest[0].By, "ann")
		edited := must(l.UpdateBan(l.ctx, bob, ids[0], func(b *models.BanEntry) error {
			b.Kind, b.Until, b.Marks = models.Shadow, l.clock.Now().Add(time.Hour), nil
			return nil
		}))(t)
		equal(t, "edited by", edited.By, "bob")
		equal(t, "still on", len(edited.Marks), 2)
		equal(t, "shadowed", must(l.Sanction(l.ctx, "gazette", models.Identity{ID: "u0"}))(t).Kind, models.Shadow)
		must(l.LiftBan(l.ctx, bob, ids[1], func(models.BanEntry) error { return nil }))(t)
		if x := must(l.Sanction(l.ctx, "gazette", models.Identity{ID: "u1"}))(t); x != nil {
			t.Fatalf("lifted, and it holds: %+v", x)
		}
		no := models.Errorf(models.KindForbidden, "no")
		_, err = l.LiftBan(l.ctx, bob, ids[2], func(models.BanEntry) error { return no })
		wantKind(t, err, models.KindForbidden)
		for _, id := range []string{ids[1], "none"} {
			_, err = l.UpdateBan(l.ctx, bob, id, func(*models.BanEntry) error { return nil })
			wantKind(t, err, models.KindNotFound)
		}
		_, err = l.LiftBan(l.ctx, eve, ids[2], func(models.BanEntry) error { return nil })
		wantKind(t, err, models.KindNotFound)
		_, _, err = l.Bans(l.ctx, eve, "gazette", "", 2)
		wantKind(t, err, models.KindNotFound)
		_, err = l.AddBan(l.ctx, eve, on(models.Ban, trollName))
		wantKind(t, err, models.KindNotFound)
	},
	"a ban is validated, and audited without the reader": func(t *testing.T, l *fixture) {
		for _, bad := range []models.BanEntry{on(models.Ban), on("kick", trollName), on(models.Ban, make([]models.Mark, 21)...)} {
			_, err := l.AddBan(l.ctx, ann, bad)
			wantKind(t, err, models.KindInvalid)
		}
		b := must(l.AddBan(l.ctx, ann, on(models.Ban, trollEmail, trollName)))(t)
		_, err := l.UpdateBan(l.ctx, ann, b.ID, func(b *models.BanEntry) error { b.Until = l.clock.Now().Add(-time.Hour); return nil })
		wantKind(t, err, models.KindInvalid)
		must(l.LiftBan(l.ctx, ann, b.ID, func(models.BanEntry) error { return nil }))(t)
		rows, _, err := l.AuditPage(l.ctx, ann, models.AuditFilter{Action: "ban.*"})
		ok(t, err)
		equal(t, "rows", len(rows), 2)
		equal(t, "added", string(rows[1].After), `{"kind":"ban","on":["email","name"]}`)
		for _, row := range rows {
			if text := fmt.Sprintf("%s %s %s", row.Subject, row.Before, row.After); strings.Contains(text, "troll") || strings.Contains(text, "insults") {
				t.Errorf("the trail has %s", text)
			}
		}
	},
	"an erasure leaves the hashes of a ban": func(t *testing.T, l *fixture) {
		must(l.AddBan(l.ctx, ann, on(models.Ban, trollName, trollEmail)))(t)
		must(l.EraseReader(l.ctx, ann, models.Reader{Site: "gazette", Email: "T.roll@example.org"}))(t) // another mailbox
		list, _, err := l.Bans(l.ctx, ann, "gazette", "", 0)
		ok(t, err)
		equal(t, "reason", list[0].Reason, "insults")
		must(l.EraseReader(l.ctx, ann, models.Reader{Site: "gazette", Email: "Troll+1@example.org"}))(t)
		list, _, err = l.Bans(l.ctx, ann, "gazette", "", 0)
		ok(t, err)
		equal(t, "what is left", fmt.Sprint(list[0].Reason, list[0].Marks), "[{email  } {name  }]")
		if must(l.Sanction(l.ctx, "gazette", models.Identity{Name: "troll"}))(t) == nil {
			t.Error("an erasure lifts a ban")
		}
	},
	"a ban by a name holds on what looks the same, and is lifted by it": func(t *testing.T, l *fixture) {
		c := l.post(t, by(models.Author{Name: "TROLL"}))
		l.impose(t, models.Reader{Site: "gazette", Name: "Tr\u200boll"}, &models.Sanction{Kind: models.Shadow})
		equal(t, "in the queue", must(l.Queue(l.ctx, bob, models.QueueFilter{}))(t).Items[0].Context.Author.Sanction.Kind, models.Shadow)
		equal(t, "beside the comment", must(l.Detail(l.ctx, bob, c.ID))(t).Context.Author.Sanction.Kind, models.Shadow)
		l.impose(t, models.Reader{Site: "gazette", Name: "\u0422roll"}, nil)
		if x := must(l.Detail(l.ctx, bob, c.ID))(t).Context.Author.Sanction; x != nil {
			t.Fatalf("it holds still: %+v", x)
		}
	},
	"bans that have ended are forgotten": func(t *testing.T, l *fixture) {
		b := on(models.Ban, trollName)
		b.Until = l.clock.Now().Add(time.Hour)
		must(l.AddBan(l.ctx, ann, b))(t)
		must(l.AddBan(l.ctx, ann, on(models.Ban, trollEmail)))(t)
		l.clock.Advance(2 * time.Hour)
		equal(t, "purged", must(l.Purge(l.ctx))(t), 1)
		list, _, err := l.Bans(l.ctx, ann, "gazette", "", 0)
		ok(t, err)
		equal(t, "left", fmt.Sprint(list[0].Marks), "[{email troll@example.org }]")
	},
}

var repeatTests = map[string]func(*testing.T, *fixture){
	"the same text within ten minutes is one comment": func(t *testing.T, l *fixture) {
		n := l.new()
		n.DuplicateKey = "text 1"
		first, _, replayed, err := l.CreateComment(l.ctx, n)
		ok(t, err)
		equal(t, "replayed", replayed, false)
		l.clock.Advance(9 * time.Minute)
		n.IdempotencyKey = "k1"
		again, _, replayed, err := l.CreateComment(l.ctx, n)
		ok(t, err)
		if !replayed || again.ID != first.ID {
			t.Fatalf("a duplicate became %s, not %s", again.ID, first.ID)
		}
		l.clock.Advance(20 * time.Minute)
		again, _, _, err = l.CreateComment(l.ctx, n) // the key stands for the comment that it was answered with
		ok(t, err)
		equal(t, "by the key of the duplicate", again.ID, first.ID)
		again, _, err = l.ReplayedComment(l.ctx, "gazette", "k1", "other")
		ok(t, err)
		equal(t, "found by the key", again.ID, first.ID)
		n.IdempotencyKey, n.DuplicateKey = "k2", "text 2"
		other, _, replayed, err := l.CreateComment(l.ctx, n)
		ok(t, err)
		if replayed || other.ID == first.ID {
			t.Fatal("another text is a duplicate")
		}
		l.clock.Advance(11 * time.Minute)
		n.IdempotencyKey = ""
		_, _, replayed, err = l.CreateComment(l.ctx, n)
		ok(t, err)
		equal(t, "a duplicate after eleven minutes", replayed, false)
		_, _, err = l.ReplayedComment(l.ctx, "gazette", "", "text 3")
		wantKind(t, err, models.KindNotFound)
		_, _, err = l.ReplayedComment(l.ctx, "tribune", "k2", "text 2")
		wantKind(t, err, models.KindNotFound)
	},
	"many duplicates at once are one comment": func(t *testing.T, l *fixture) {
		n := l.new()
		n.DuplicateKey = "text"
		ids := make([]string, 12)
		together(len(ids), func(i int) {
			own := n
			own.IdempotencyKey = fmt.Sprint("k", i%5)
			c, _, _, err := l.CreateComment(l.ctx, own)
			if err != nil {
				t.Error(err)
			}
			ids[i] = c.ID
		})
		for _, id := range ids {
			equal(t, "id", id, ids[0])
		}
		equal(t, "queue", must(l.Queue(l.ctx, ann, models.QueueFilter{}))(t).Total, 1)
		for i := range 5 {
			c, _, err := l.ReplayedComment(l.ctx, "gazette", fmt.Sprint("k", i), "none")
			ok(t, err)
			equal(t, "by its key", c.ID, ids[0])
		}
	},
}

var reportTests = map[string]func(*testing.T, *fixture){
	"a report as illegal leaves the comment to an editor, always": testReportedIllegal,
	"an approved comment comes back at more reports each time":    testReportsAfterApproval,
	"moderators see who reports, why, and their record":           testReportsShown,
	"a reader learns what became of a report":                     testReportOutcome,
	"a household reports once": func(t *testing.T, l *fixture) {
		c := l.post(t, approved)
		for i, who := range []string{"client h1", "browser b1", "author u1", "client h1"} {
			must(l.Flag(l.ctx, gazette, c.ID, storage.Report{Who: who, Household: "h1"}))(t)
			equal(t, fmt.Sprint("reports after ", i), must(l.Comment(l.ctx, c.ID))(t).Flags, 1)
		}
		for range 2 {
			must(l.Flag(l.ctx, gazette, c.ID, storage.Report{Who: "author u2"}))(t)
		}
		equal(t, "of two", must(l.Comment(l.ctx, c.ID))(t).Flags, 2)
	},
	"a site says how many reports hide a comment": func(t *testing.T, l *fixture) {
		needs := func(n int) {
			must(l.UpdateSite(l.ctx, ann, "gazette", func(s *models.Site) error { s.ReportsToHold = &n; return nil }))(t)
		}
		needs(0)
		c := l.post(t, approved)
		report := func(who string) models.Status {
			return must(l.Flag(l.ctx, gazette, c.ID, storage.Report{Who: "client " + who, Household: who}))(t).Status
		}
		for i := range 4 {
			equal(t, "never", report(fmt.Sprint(i)), models.Approved)
		}
		needs(6)
		equal(t, "the fifth", report("5"), models.Approved)
		equal(t, "the sixth", report("6"), models.Pending)
	},
	"reports weigh by how often their reader was right": func(t *testing.T, l *fixture) {
		report := func(c models.Comment, who string) models.Comment {
			t.Helper()
			return must(l.Flag(l.ctx, gazette, c.ID, storage.Report{Who: who, Household: who + " of " + c.ID}))(t)
		}
		for i := range 4 {
			c := l.post(t, approved)
			report(c, "author wrong")
			if i > 2 {
				report(c, "client h")
			}
			_, _, err := l.Decide(l.ctx, ann, c.ID, models.DecisionRequest{Action: models.Approve})
			ok(t, err)
			spam := l.post(t, approved)
			report(spam, "browser right")
			_, _, err = l.Decide(l.ctx, ann, spam.ID, models.DecisionRequest{Action: models.Reject, Reason: models.ReasonSpam})
			ok(t, err)
		}
		c := l.post(t, approved)
		report(c, "author wrong") // 0.33
		report(c, "client h")     // 1: there is no record
		equal(t, "three reports that weigh too little", report(c, "author new").Status, models.Approved)
		equal(t, "with a fourth", report(c, "author newer").Status, models.Pending)
		c = l.post(t, approved)
		report(c, "browser right") // 1.67
		report(c, "author wrong")  // 0.33
		report(c, "author new")
		equal(t, "three that weigh three, and one", report(c, "author newer").Status, models.Pending)
		c = l.post(t, approved)
		report(c, "browser right")
		equal(t, "two readers, of whom one was right", report(c, "browser new").Status, models.Approved)
	},
}
