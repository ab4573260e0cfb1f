package storagetest

import (
	"testing"
	"time"

	"winnow/models"
)

var claimTests = map[string]func(*testing.T, *fixture){
	"the owner of a claim can renew it": func(t *testing.T, l *fixture) {
		mine, theirs, done := l.post(t), l.post(t), l.post(t)
		foreign := l.post(t, onSite("tribune"))
		me := models.Caller{Kind: models.ByModerator, Name: "ann", Sites: []string{"gazette"}}
		must(l.Claim(l.ctx, bob, models.QueueFilter{Query: theirs.Body}, time.Hour))(t)
		must(l.Claim(l.ctx, me, models.QueueFilter{}, time.Minute))(t)
		_, _, err := l.Decide(l.ctx, me, done.ID, models.DecisionRequest{Action: models.Approve})
		ok(t, err)
		l.clock.Advance(10 * time.Minute) // expired, and not claimed by anyone else
		held, lost, err := l.Renew(l.ctx, me, []string{mine.ID, mine.ID, theirs.ID, done.ID, foreign.ID, "none\x00"}, time.Hour)
		ok(t, err)
		equal(t, "held", len(held), 1)
		equal(t, "holds", held[0].ID, mine.ID)
		claim := must(l.Detail(l.ctx, bob, mine.ID))(t).Claim
		if claim == nil || claim.By != "ann" || !claim.LeaseUntil.Equal(held[0].LeaseUntil) {
			t.Fatalf("claim %+v, got %+v", claim, held[0])
		}
		why := map[string]models.LostClaim{}
		for _, x := range lost {
			why[x.ID] = x
		}
		equal(t, "lost", len(lost), 4)
		equal(t, "holder", why[theirs.ID].Claim.By, "bob")
		equal(t, "status", why[done.ID].Status, models.Approved)
		equal(t, "of another site", why[foreign.ID].Status, "")
		l.clock.Advance(2 * time.Hour)
		equal(t, "bob's", len(must(l.Claim(l.ctx, bob, models.QueueFilter{Site: "gazette"}, time.Hour))(t)), 2)
		held, _, err = l.Renew(l.ctx, me, []string{mine.ID}, time.Hour)
		ok(t, err)
		equal(t, "held of what bob has", len(held), 0)
	},
	"a skipped comment goes to others": func(t *testing.T, l *fixture) {
		one, two := l.post(t), l.post(t) // two has the higher risk
		foreign := l.post(t, onSite("tribune"))
		me := models.Caller{Kind: models.ByModerator, Name: "ann", Sites: []string{"gazette"}}
		must(l.Claim(l.ctx, me, models.QueueFilter{}, time.Minute))(t)
		ok(t, l.Skip(l.ctx, me, []string{two.ID, foreign.ID, "none\x00"}))
		claimed := must(l.Claim(l.ctx, me, models.QueueFilter{}, time.Minute))(t)
		equal(t, "ann's", len(claimed), 1)
		equal(t, "ann's", claimed[0].Comment.ID, one.ID)
		page := must(l.Queue(l.ctx, me, models.QueueFilter{}))(t)
		equal(t, "total", page.Total, 2)
		equal(t, "marked", page.Items[0].Skipped && !page.Items[1].Skipped, true)
		equal(t, "marked for bob", must(l.Queue(l.ctx, bob, models.QueueFilter{}))(t).Items[1].Skipped, false)
		equal(t, "bob's", len(must(l.Claim(l.ctx, bob, models.QueueFilter{}, time.Minute))(t)), 2)
		ok(t, l.Unskip(l.ctx, me, []string{two.ID, foreign.ID, "none\x00"}))
		equal(t, "not marked any more", must(l.Queue(l.ctx, me, models.QueueFilter{}))(t).Items[0].Skipped, false)
		ok(t, l.Skip(l.ctx, me, []string{two.ID}))
		l.clock.Advance(9 * time.Hour)
		equal(t, "after a shift", len(must(l.Claim(l.ctx, me, models.QueueFilter{}, time.Minute))(t)), 2)
		must(l.Purge(l.ctx))(t)
		equal(t, "skips stored", l.count(t, "SELECT count(*) FROM skips")[0], 0)
	},
	"an escalated comment goes to an editor": func(t *testing.T, l *fixture) {
		c, other := l.post(t), l.post(t)
		must(l.Claim(l.ctx, bob, models.QueueFilter{}, time.Hour))(t)
		_, _, err := l.Escalate(l.ctx, ann, c.ID, "")
		wantKind(t, err, models.KindConflict)
		mentions(t, err, "bob")
		e, left, err := l.Escalate(l.ctx, bob, c.ID, "is this libel?")
		ok(t, err)
		equal(t, "reason", left.Reason, models.ReasonEscalated)
		equal(t, "version", left.Version, 2)
		_, _, err = l.Escalate(l.ctx, bob, c.ID, "")
		wantKind(t, err, models.KindConflict)

		ok(t, l.Release(l.ctx, bob, []string{other.ID}))
		equal(t, "bob gets", len(must(l.Claim(l.ctx, bob, models.QueueFilter{}, time.Minute))(t)), 1)
		equal(t, "in the list", must(l.Queue(l.ctx, bob, models.QueueFilter{Reason: models.ReasonEscalated}))(t).Total, 1)
		_, _, err = l.Decide(l.ctx, bob, c.ID, models.DecisionRequest{Action: models.Approve})
		wantKind(t, err, models.KindForbidden)
		history := must(l.Detail(l.ctx, bob, c.ID))(t).History
		if len(history) != 1 || history[0].Action != models.Escalate || history[0].Note != "is this libel?" || history[0].Moderator != "bob" {
			t.Fatalf("%+v", history)
		}
		carl := bob
		carl.Name = "carl"
		_, _, err = l.Undo(l.ctx, carl, e.ID)
		wantKind(t, err, models.KindForbidden)
		undone, comments, err := l.Undo(l.ctx, bob, e.ID)
		ok(t, err)
		equal(t, "undone by", undone[0].UndoneBy, "bob")
		equal(t, "reason again", comments[0].Reason, models.ReasonSpam)
		_, _, err = l.Undo(l.ctx, bob, e.ID)
		wantKind(t, err, models.KindConflict)

		_, _, err = l.Escalate(l.ctx, bob, c.ID, "")
		ok(t, err)
		equal(t, "ann gets", must(l.Claim(l.ctx, ann, models.QueueFilter{Limit: 1}, time.Minute))(t)[0].Comment.ID, c.ID)
		d, _, err := l.Decide(l.ctx, ann, c.ID, models.DecisionRequest{Action: models.Reject, Reason: models.ReasonIllegal})
		ok(t, err)
		_, _, err = l.Escalate(l.ctx, bob, c.ID, "")
		wantKind(t, err, models.KindConflict)
		_, comments, err = l.Undo(l.ctx, ann, d.ID)
		ok(t, err)
		equal(t, "left to an editor again", comments[0].Reason, models.ReasonEscalated)
		rows, _, err := l.AuditPage(l.ctx, ann, models.AuditFilter{Action: "comment.escalate"})
		ok(t, err)
		equal(t, "audit rows", len(rows), 2)
		Counters(t, l.url)
	},
}
