package storagetest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"winnow/models"
	"winnow/storage"
)

var decisionTests = map[string]func(*testing.T, *fixture){
	"a decision changes status, label, counters and trail": func(t *testing.T, l *fixture) {
		good, bad, rude, off := l.post(t), l.post(t), l.post(t), l.post(t)
		must(l.Claim(l.ctx, ann, models.QueueFilter{}, time.Hour))(t)
		for _, test := range []struct {
			c      models.Comment
			d      models.DecisionRequest
			status models.Status
			label  models.Class
		}{
			{good, models.DecisionRequest{Action: models.Approve, Version: 1}, models.Approved, models.Ham},
			{bad, models.DecisionRequest{Action: models.Reject, Reason: models.ReasonSpam}, models.Rejected, models.Spam},
			{rude, models.DecisionRequest{Action: models.Reject, Reason: models.ReasonAbuse}, models.Rejected, models.Abuse},
			{off, models.DecisionRequest{Action: models.Reject, Reason: models.ReasonOffTopic, Note: "n\x00"}, models.Rejected, ""},
		} {
			d, c, err := l.Decide(l.ctx, ann, test.c.ID, test.d)
			ok(t, err)
			equal(t, "status", c.Status, test.status)
			equal(t, "reason", c.Reason, test.d.Reason)
			equal(t, "version", c.Version, 2)
			equal(t, "moderator", d.Moderator, "ann")
			equal(t, "label", l.label(t, test.c.ID), test.label)
			detail := must(l.Detail(l.ctx, ann, test.c.ID))(t)
			if detail.Claim != nil || detail.History[0].ID != d.ID || detail.Comment != c {
				t.Fatalf("%+v", detail)
			}
		}
		equal(t, "queue", must(l.Queue(l.ctx, ann, models.QueueFilter{}))(t).Total, 0)
		counts := must(l.LabelCounts(l.ctx, "gazette"))(t)
		if counts[models.Ham] != 1 || counts[models.Spam] != 1 || counts[models.Abuse] != 1 {
			t.Fatal(counts)
		}
		rows, _, err := l.AuditPage(l.ctx, ann, models.AuditFilter{Site: "gazette", Action: "comment.approve", Actor: "moderator:ann"})
		ok(t, err)
		equal(t, "audit rows", len(rows), 1)
		var before, after struct {
			Status  models.Status
			Version int64
		}
		ok(t, json.Unmarshal(rows[0].Before, &before))
		ok(t, json.Unmarshal(rows[0].After, &after))
		if before.Status != models.Pending || after.Status != models.Approved || after.Version != 2 {
			t.Fatalf("%s %s", rows[0].Before, rows[0].After)
		}
	},
	"an invalid decision is refused": func(t *testing.T, l *fixture) {
		c := l.post(t)
		approve := models.DecisionRequest{Action: models.Approve}
		for _, id := range []string{"none", "\x00"} {
			_, _, err := l.Decide(l.ctx, ann, id, approve)
			wantKind(t, err, models.KindNotFound)
		}
		_, _, err := l.Decide(l.ctx, eve, c.ID, approve)
		wantKind(t, err, models.KindNotFound)
		_, _, err = l.Decide(l.ctx, ann, c.ID, models.DecisionRequest{Action: models.Hold})
		wantKind(t, err, models.KindInvalid)
		must(l.Claim(l.ctx, bob, models.QueueFilter{}, time.Minute))(t)
		_, _, err = l.Decide(l.ctx, ann, c.ID, approve)
		wantKind(t, err, models.KindConflict)
		mentions(t, err, "bob")
		l.clock.Advance(time.Hour) // the lease has ended
		_, _, err = l.Decide(l.ctx, ann, c.ID, approve)
		ok(t, err)
	},
	"a stale version gets a conflict with the last decision": func(t *testing.T, l *fixture) {
		c := l.post(t)
		_, _, err := l.Decide(l.ctx, bob, c.ID, models.DecisionRequest{Action: models.Reject, Reason: models.ReasonSpam, Version: c.Version})
		ok(t, err)
		_, _, err = l.Decide(l.ctx, ann, c.ID, models.DecisionRequest{Action: models.Approve, Version: c.Version})
		wantKind(t, err, models.KindConflict)
		mentions(t, err, "bob rejected it as spam")
	},
	"a decision without a version does not change a colleague's fresh one": func(t *testing.T, l *fixture) {
		c := l.post(t)
		reject := models.DecisionRequest{Action: models.Reject, Reason: models.ReasonSpam, KeepFresh: true}
		_, decided, err := l.Decide(l.ctx, bob, c.ID, reject)
		ok(t, err)
		approve := models.DecisionRequest{Action: models.Approve, KeepFresh: true}
		_, _, err = l.Decide(l.ctx, ann, c.ID, approve)
		wantKind(t, err, models.KindConflict)
		mentions(t, err, "bob rejected it as spam just now")
		_, done, failed, err := l.DecideBatch(l.ctx, ann, []string{c.ID}, approve)
		ok(t, err)
		equal(t, "decided in a batch", len(done), 0)
		wantKind(t, failed[c.ID], models.KindConflict)
		_, _, err = l.Decide(l.ctx, bob, c.ID, reject) // one's own
		ok(t, err)
		approve.Version = decided.Version + 1
		_, _, err = l.Decide(l.ctx, ann, c.ID, approve)
		ok(t, err)
		l.clock.Advance(time.Hour)
		_, _, err = l.Decide(l.ctx, bob, c.ID, reject)
		ok(t, err)
	},
	"of two decisions on one version one succeeds": func(t *testing.T, l *fixture) {
		c := l.post(t)
		var errs [6]error
		together(len(errs), func(i int) {
			_, _, errs[i] = l.Decide(l.ctx, ann, c.ID, models.DecisionRequest{Action: models.Approve, Version: 1})
		})
		decided := 0
		for _, err := range errs {
			if err == nil {
				decided++
				continue
			}
			wantKind(t, err, models.KindConflict)
		}
		equal(t, "decided", decided, 1)
		equal(t, "public", must(l.ArticleCounts(l.ctx, "gazette", []string{"a1"}))(t)["a1"], 1)
	},
	"an undo restores the previous state": func(t *testing.T, l *fixture) {
		c := l.post(t)
		first, _, err := l.Decide(l.ctx, ann, c.ID, models.DecisionRequest{Action: models.Approve})
		ok(t, err)
		second, _, err := l.Decide(l.ctx, bob, c.ID, models.DecisionRequest{Action: models.Reject, Reason: models.ReasonSpam})
		ok(t, err)
		equal(t, "label", l.label(t, c.ID), models.Spam)
		_, _, err = l.Undo(l.ctx, ann, first.ID)
		wantKind(t, err, models.KindConflict)
		mentions(t, err, "bob rejected it as spam")

		done, comments, err := l.Undo(l.ctx, ann, second.ID)
		ok(t, err)
		equal(t, "undone by", done[0].UndoneBy, "ann")
		equal(t, "status", comments[0].Status, models.Approved)
		equal(t, "label", l.label(t, c.ID), models.Ham)
		_, _, err = l.Undo(l.ctx, bob, second.ID)
		wantKind(t, err, models.KindConflict)
		mentions(t, err, "ann")

		_, comments, err = l.Undo(l.ctx, ann, first.ID)
		ok(t, err)
		equal(t, "status", comments[0].Status, models.Pending)
		equal(t, "reason", comments[0].Reason, models.ReasonSpam)
		equal(t, "label", l.label(t, c.ID), "")
		equal(t, "records", len(must(l.Detail(l.ctx, ann, c.ID))(t).History), 2)
		page := must(l.Queue(l.ctx, ann, models.QueueFilter{Query: "THOUGHT"}))(t)
		equal(t, "found in the queue again", page.Total, 1)
		_, _, err = l.Undo(l.ctx, ann, "none\x00")
		wantKind(t, err, models.KindNotFound)
		_, _, err = l.Undo(l.ctx, eve, first.ID)
		wantKind(t, err, models.KindNotFound)
	},
	"an approved comment may be confirmed": func(t *testing.T, l *fixture) {
		c := l.post(t, approved)
		version := must(l.ArticleVersion(l.ctx, "gazette", "a1"))(t)
		d, confirmed, err := l.Decide(l.ctx, ann, c.ID, models.DecisionRequest{Action: models.Approve, Version: 1})
		ok(t, err)
		equal(t, "status", confirmed.Status, models.Approved)
		equal(t, "label", l.label(t, c.ID), models.Ham)
		equal(t, "article's version", must(l.ArticleVersion(l.ctx, "gazette", "a1"))(t), version)
		_, comments, err := l.Undo(l.ctx, ann, d.ID)
		ok(t, err)
		equal(t, "status", comments[0].Status, models.Approved)
	},
	"a batch is decided and undone as one": func(t *testing.T, l *fixture) {
		one, two, three := l.post(t), l.post(t), l.post(t)
		foreign := l.post(t, onSite("tribune"))
		me := models.Caller{Kind: models.ByModerator, Name: "ann", Sites: []string{"gazette"}}
		must(l.Claim(l.ctx, bob, models.QueueFilter{Site: "gazette", Limit: 1}, time.Hour))(t) // three has the highest risk
		batch, done, failed, err := l.DecideBatch(l.ctx, me, []string{one.ID, one.ID, two.ID, three.ID, foreign.ID, "none"},
			models.DecisionRequest{Action: models.Reject, Reason: models.ReasonSpam})
		ok(t, err)
		equal(t, "done", len(done), 2)
		equal(t, "failed", len(failed), 3)
		wantKind(t, failed[three.ID], models.KindConflict)
		wantKind(t, failed[foreign.ID], models.KindNotFound)
		wantKind(t, failed["none"], models.KindNotFound)
		for _, d := range done {
			equal(t, "batch", d.Batch, batch)
		}
		// One of them is decided again: the undo of the batch leaves it out.
		_, _, err = l.Decide(l.ctx, ann, two.ID, models.DecisionRequest{Action: models.Approve})
		ok(t, err)
		undone, comments, err := l.Undo(l.ctx, me, batch)
		ok(t, err)
		equal(t, "undone", len(undone), 1)
		equal(t, "comment", comments[0].ID, one.ID)
		equal(t, "status", comments[0].Status, models.Pending)
		_, _, err = l.Undo(l.ctx, me, batch)
		wantKind(t, err, models.KindConflict)
		_, _, _, err = l.DecideBatch(l.ctx, me, nil, models.DecisionRequest{})
		wantKind(t, err, models.KindInvalid)
	},
	"overlapping batches do not deadlock": func(t *testing.T, l *fixture) {
		var ids []string
		for i := range 20 {
			ids = append(ids, l.post(t, onArticle(string(rune('a'+i%4))), onSite([]string{"gazette", "tribune"}[i%2])).ID)
		}
		news := make([]storage.NewComment, 12)
		for i := range news {
			news[i] = l.new(approved, onArticle(string(rune('a'+i%4))), onSite([]string{"tribune", "gazette"}[i%2]))
		}
		together(len(news), func(i int) {
			var err error
			if i%3 == 0 {
				_, _, _, err = l.DecideBatch(l.ctx, ann, ids, models.DecisionRequest{Action: models.Approve})
			} else {
				_, _, _, err = l.CreateComment(l.ctx, news[i])
			}
			if err != nil {
				t.Error(err)
			}
		})
		public := 0
		for _, site := range []string{"gazette", "tribune"} {
			for _, n := range must(l.ArticleCounts(l.ctx, site, []string{"a", "b", "c", "d"}))(t) {
				public += n
			}
		}
		equal(t, "public", public, 20+8)
	},
	"a site has its own reasons": func(t *testing.T, l *fixture) {
		must(l.UpdateSite(l.ctx, operator, "gazette", func(s *models.Site) error {
			s.Reasons = []models.SiteReason{{ID: "insult", Under: models.ReasonAbuse, Name: "Insults", Message: "Please stay polite."}}
			return nil
		}))(t)
		equal(t, "stored", must(l.Site(l.ctx, "gazette"))(t).Reasons[0].Message, "Please stay polite.")
		c, foreign := l.post(t), l.post(t, onSite("tribune"))
		reject := models.DecisionRequest{Action: models.Reject, Detail: "insult"}
		_, _, err := l.Decide(l.ctx, ann, foreign.ID, reject)
		wantKind(t, err, models.KindInvalid)
		reject.Reason = models.ReasonSpam
		_, _, err = l.Decide(l.ctx, ann, c.ID, reject)
		wantKind(t, err, models.KindInvalid)
		reject.Reason = ""
		d, decided, err := l.Decide(l.ctx, ann, c.ID, reject)
		ok(t, err)
		equal(t, "reason", decided.Reason, models.ReasonAbuse)
		equal(t, "label", d.Label, models.Abuse)
		equal(t, "message", d.Message, "Please stay polite.")
		stored := must(l.Detail(l.ctx, ann, c.ID))(t).History[0]
		if stored != d {
			t.Fatalf("stored %+v, got %+v", stored, d)
		}
		o, _, err := l.Outcome(l.ctx, gazette, c.ID)
		ok(t, err)
		if o.Status != models.Rejected || o.Reason != models.ReasonAbuse || o.Message != "Please stay polite." || !o.DecidedAt.Equal(d.CreatedAt) {
			t.Fatalf("%+v", o)
		}
		_, _, err = l.Outcome(l.ctx, gazette, foreign.ID)
		wantKind(t, err, models.KindNotFound)

		_, failed, err := func() (string, map[string]error, error) {
			batch, _, failed, err := l.DecideBatch(l.ctx, ann, []string{c.ID, foreign.ID}, models.DecisionRequest{Action: models.Reject, Detail: "insult", Message: "Enough."})
			return batch, failed, err
		}()
		ok(t, err)
		wantKind(t, failed[foreign.ID], models.KindInvalid)
		o, _, err = l.Outcome(l.ctx, gazette, c.ID)
		ok(t, err)
		equal(t, "message", o.Message, "Enough.")
		history := must(l.Detail(l.ctx, ann, c.ID))(t).History
		equal(t, "label of the first", history[0].Label, "")
		equal(t, "label of the last", history[1].Label, models.Abuse)
		_, _, err = l.Undo(l.ctx, ann, history[1].ID)
		ok(t, err)
		o, _, err = l.Outcome(l.ctx, gazette, c.ID)
		ok(t, err)
		equal(t, "message of the first again", o.Message, "Please stay polite.")
	},
	"all comments of a filter are decided and undone as one": func(t *testing.T, l *fixture) {
		spam := by(models.Author{ID: "u9", Name: "Spammer"})
		for i := range 7 {
			l.post(t, spam, onArticle(fmt.Sprint("a", i%3)))
		}
		l.post(t)
		l.post(t, spam, onSite("tribune"))
		f := models.QueueFilter{Site: "gazette", Author: "u9"}
		must(l.Claim(l.ctx, bob, models.QueueFilter{Site: "gazette", Author: "u9", Sort: models.SortOldest, Limit: 1}, time.Hour))(t)
		p := must(l.PreviewBatch(l.ctx, ann, f))(t)
		if p.Count != 7 || p.More || p.Claimed != 1 || p.Authors != 1 || p.Articles != 3 || len(p.Sample) != 3 || !p.FirstAt.Before(*p.LastAt) {
			t.Fatalf("%+v", p)
		}
		reject := models.DecisionRequest{Action: models.Reject, Reason: models.ReasonSpam}
		_, _, _, err := l.DecideFiltered(l.ctx, ann, f, models.Expected{Count: 6}, reject)
		wantKind(t, err, models.KindConflict)
		mentions(t, err, "7 comments")
		_, _, _, err = l.DecideFiltered(l.ctx, ann, f, models.Expected{Count: 7, Token: "other"}, reject)
		wantKind(t, err, models.KindConflict)
		batch, done, failed, err := l.DecideFiltered(l.ctx, ann, f, models.Expected{Count: 7, Token: p.Token}, reject)
		ok(t, err)
		equal(t, "done", len(done), 6)
		equal(t, "failed", len(failed), 1)
		equal(t, "left", must(l.Queue(l.ctx, ann, models.QueueFilter{}))(t).Total, 3)
		undone, _, err := l.Undo(l.ctx, ann, batch)
		ok(t, err)
		equal(t, "undone", len(undone), 6)
		equal(t, "back", must(l.PreviewBatch(l.ctx, ann, f))(t).Count, 7)
		if again := must(l.PreviewBatch(l.ctx, ann, f))(t).Token; again == p.Token {
			t.Fatal("comments that changed have the token of those before")
		}
		_, _, _, err = l.DecideFiltered(l.ctx, eve, f, models.Expected{}, reject)
		wantKind(t, err, models.KindNotFound)
		empty := must(l.PreviewBatch(l.ctx, ann, models.QueueFilter{Author: "nobody"}))(t)
		equal(t, "none", empty.Count, 0)
		Counters(t, l.url)
	},
	"a batch of several parts has one id": func(t *testing.T, l *fixture) {
		together(8, func(i int) {
			for j := range 130 {
				p := 0.5
				_, _, _, err := l.CreateComment(l.ctx, storage.NewComment{
					Comment: models.Comment{
						Site: "gazette", Article: models.Article{ID: "a"}, Author: models.Author{Name: "Reader"}, Body: fmt.Sprint(i, " and ", j), Status: models.Pending,
					},
					Verdict: models.Verdict{Spam: &p},
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
		batch, done, failed, err := l.DecideFiltered(l.ctx, ann, models.QueueFilter{Site: "gazette"}, models.Expected{Count: 8 * 130}, models.DecisionRequest{Action: models.Approve})
		ok(t, err)
		equal(t, "done", len(done), 8*130)
		equal(t, "failed", len(failed), 0)
		equal(t, "of one batch", slices.IndexFunc(done, func(d models.Decision) bool { return d.Batch != batch }), -1)
		undone, comments, err := l.Undo(l.ctx, ann, batch)
		ok(t, err)
		equal(t, "undone", len(undone), 8*130)
		equal(t, "comments", len(comments), 8*130)
		equal(t, "back", must(l.Queue(l.ctx, ann, models.QueueFilter{}))(t).Total, 8*130)
		Counters(t, l.url)
	},
}

// label returns the current label of a comment, "" when there is none.
func (l *fixture) label(t testing.TB, comment string) (class models.Class) {
	t.Helper()
	text := must(l.Comment(l.ctx, comment))(t).Body
	for label, err := range l.Labels(l.ctx, "", time.Time{}) {
		ok(t, err)
		if label.Text == text {
			class = label.Label
		}
	}
	return class
}

func mentions(t testing.TB, err error, what string) {
	t.Helper()
	if !strings.Contains(err.Error(), what) {
		t.Fatalf("%q does not mention %q", err, what)
	}
}
