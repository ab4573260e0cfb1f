package storagetest

import (
	"strings"
	"testing"
	"time"

	"winnow/models"
	"winnow/storage"
)

var ownTests = map[string]func(*testing.T, *fixture){
	"a reader finds their own comments": func(t *testing.T, l *fixture) {
		mine := models.Owner{Site: "gazette", Browser: "b1"}
		first := l.post(t, inBrowser("b1"), approved)
		held := l.post(t, inBrowser("b1"), onArticle("a2"))
		l.post(t, inBrowser("b2"))
		l.post(t, inBrowser("b1"), onSite("tribune"))
		signed := l.post(t, inBrowser("b1"), by(models.Author{ID: "u1", Name: "Una"}))
		l.post(t, by(models.Author{Name: "Una"})) // with a name that anybody may use
		l.own(t, mine, "", held, first)
		l.own(t, mine, "a2", held)
		l.own(t, mine, "a3")
		l.own(t, models.Owner{Site: "gazette", ID: "u1"}, "", signed)
		l.own(t, models.Owner{Site: "gazette", ID: "u1", Browser: "b1"}, "", signed, held, first)
		l.own(t, models.Owner{Site: "tribune", ID: "u1"}, "")
		l.own(t, models.Owner{Site: "gazette"}, "")
		l.own(t, models.Owner{Site: "gazette", Browser: "x' OR '1'='1"}, "\x00")
		l.clock.Advance(91 * 24 * time.Hour)
		l.own(t, mine, "")
	},
	"at most fifty, the newest": func(t *testing.T, l *fixture) {
		var all []models.Comment
		for range 52 {
			all = append([]models.Comment{l.post(t, inBrowser("b1"))}, all...)
		}
		l.own(t, models.Owner{Site: "gazette", Browser: "b1"}, "", all[:50]...)
	},
	"nothing is told of what the filter did": func(t *testing.T, l *fixture) {
		mine := models.Owner{Site: "gazette", Browser: "b1"}
		c := l.post(t, inBrowser("b1"), func(n *storage.NewComment) { n.Comment.Status, n.Comment.Reason = models.Rejected, models.ReasonSpam })
		o := l.own(t, mine, "", c)[0]
		equal(t, "outcome", o.Outcome, models.Outcome{ID: c.ID, Status: models.Pending})
		_, _, err := l.Decide(l.ctx, bob, c.ID, models.DecisionRequest{Action: models.Reject, Reason: models.ReasonAbuse, Message: "Be kind."})
		ok(t, err)
		o = l.own(t, mine, "", c)[0]
		equal(t, "decided", string(o.Outcome.Status)+" "+string(o.Outcome.Reason)+" "+o.Outcome.Message, "rejected abuse Be kind.")
		_, err = l.EditComment(l.ctx, gazette, c.ID, storage.CommentEdit{Body: "kinder", Status: models.Approved})
		ok(t, err)
		o = l.own(t, mine, "", c)[0]
		equal(t, "edited", string(o.Outcome.Status)+o.Outcome.Message+o.Comment.Body, "pendingkinder")
		equal(t, "when", o.EditedAt, o.Comment.UpdatedAt)
	},
	"what is deleted of a comment is not found": func(t *testing.T, l *fixture) {
		must(l.UpdateSite(l.ctx, ann, "gazette", func(s *models.Site) error { s.Retention.Addresses = 1; return nil }))(t)
		l.post(t, inBrowser("b1"))
		l.clock.Advance(3 * 24 * time.Hour)
		kept := l.post(t, inBrowser("b1"))
		must(l.Purge(l.ctx))(t)
		l.own(t, models.Owner{Site: "gazette", Browser: "b1"}, "", kept)
		must(l.EraseReader(l.ctx, operator, models.Reader{Site: "gazette", Name: "Reader"}))(t)
		l.own(t, models.Owner{Site: "gazette", Browser: "b1"}, "")
	},
	"taken back for good": testWithdrawal,
	"what was rejected before it is taken back counts as before": func(t *testing.T, l *fixture) {
		c := l.post(t, by(models.Author{ID: "u1", Name: "Una"}))
		l.decide(t, bob, c.ID, rejectSpam)
		w := must(l.Withdraw(l.ctx, gazette, c.ID))(t)
		equal(t, "reason", string(w.Status)+" "+string(w.Reason), "rejected spam")
		r, lately, err := l.AuthorRecord(l.ctx, "gazette", "u1", time.Time{}, 9)
		ok(t, err)
		equal(t, "record", r.Rejected*10+lately, 11)
		equal(t, "label", l.label(t, c.ID), models.Spam)
		o, _, err := l.Outcome(l.ctx, gazette, c.ID)
		ok(t, err)
		equal(t, "outcome", o, models.Outcome{ID: c.ID, Status: models.Rejected, Reason: models.ReasonWithdrawn})
		_, _, err = l.Undo(l.ctx, bob, must(l.Detail(l.ctx, bob, c.ID))(t).History[0].ID)
		wantKind(t, err, models.KindConflict)
		Counters(t, l.url)
	},
	"replies to what is taken back stay": func(t *testing.T, l *fixture) {
		c := l.post(t, approved)
		reply := l.post(t, approved, func(n *storage.NewComment) { n.Comment.ParentID = c.ID })
		must(l.Withdraw(l.ctx, gazette, c.ID))(t)
		l.public(t, reply)
		below := l.post(t, approved, func(n *storage.NewComment) { n.Comment.ParentID = reply.ID })
		l.public(t, reply, below)
		must(l.Withdraw(l.ctx, gazette, reply.ID))(t)
		l.public(t, below)
		waits := l.post(t, inBrowser("b1"))
		own := l.post(t, inBrowser("b1"), approved, func(n *storage.NewComment) { n.Comment.ParentID = waits.ID })
		l.public(t, below)
		must(l.Withdraw(l.ctx, gazette, waits.ID))(t)
		l.public(t, below, own)
		Counters(t, l.url)
	},
}

func testWithdrawal(t *testing.T, l *fixture) {
	c, held := l.post(t, approved, by(models.Author{ID: "u1", Name: "Una"})), l.post(t, by(models.Author{ID: "u1", Name: "Una"}))
	must(l.Claim(l.ctx, bob, models.QueueFilter{Limit: 1}, time.Minute))(t)
	version := must(l.ArticleVersion(l.ctx, "gazette", "a1"))(t)
	for _, id := range []string{c.ID, held.ID, c.ID} { // the last time changes nothing
		w := must(l.Withdraw(l.ctx, gazette, id))(t)
		equal(t, "state", string(w.Status)+" "+string(w.Reason), "rejected withdrawn")
		equal(t, "version", w.Version, 2)
	}
	if must(l.ArticleVersion(l.ctx, "gazette", "a1"))(t) <= version {
		t.Fatal("the version for readers did not grow")
	}
	equal(t, "queue", must(l.Queue(l.ctx, ann, models.QueueFilter{}))(t).Total, 0)
	d := must(l.Detail(l.ctx, bob, held.ID))(t)
	equal(t, "moderators see it", d.Comment.Withdrawn && d.Claim == nil, true)
	r, lately, err := l.AuthorRecord(l.ctx, "gazette", "u1", time.Time{}, 9)
	ok(t, err)
	equal(t, "record", r, models.AuthorRecord{})
	equal(t, "lately", lately, 0)
	equal(t, "labels", len(must(l.LabelCounts(l.ctx, "gazette"))(t)), 0)
	for what, change := range map[string]func() error{
		"decision": func() error {
			_, _, err := l.Decide(l.ctx, ann, c.ID, models.DecisionRequest{Action: models.Approve})
			return err
		},
		"edit": func() error {
			_, err := l.EditComment(l.ctx, gazette, c.ID, storage.CommentEdit{Body: "new", Status: models.Approved})
			return err
		},
		"escalation": func() error { _, _, err := l.Escalate(l.ctx, bob, c.ID, ""); return err },
	} {
		if kind := models.KindOf(change()); kind != models.KindConflict {
			t.Errorf("%s: kind %q", what, kind)
		}
	}
	_, err = l.Withdraw(l.ctx, nobody, held.ID)
	wantKind(t, err, models.KindNotFound)
	rows, _, err := l.AuditPage(l.ctx, ann, models.AuditFilter{Action: "comment.withdraw"})
	ok(t, err)
	equal(t, "audit rows", len(rows), 2)
	Counters(t, l.url)
	must(l.UpdateSite(l.ctx, ann, "gazette", func(s *models.Site) error { s.Retention.Rejected = 1; return nil }))(t)
	l.clock.Advance(3 * 24 * time.Hour)
	must(l.Purge(l.ctx))(t)
	equal(t, "text after the retention", must(l.Comment(l.ctx, c.ID))(t).Body, "")
	Counters(t, l.url)
}

func inBrowser(id string) func(*storage.NewComment) {
	return func(n *storage.NewComment) { n.Comment.Client.Browser = id }
}

// own fails the test unless a reader has exactly these comments, newest first.
func (l *fixture) own(t testing.TB, o models.Owner, article string, want ...models.Comment) []models.OwnComment {
	t.Helper()
	found := must(l.OwnComments(l.ctx, o, article))(t)
	var got, ids []string
	for _, f := range found {
		got = append(got, f.Comment.ID)
	}
	for _, c := range want {
		ids = append(ids, c.ID)
	}
	equal(t, "own comments", strings.Join(got, " "), strings.Join(ids, " "))
	return found
}
