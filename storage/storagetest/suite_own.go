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
	"a browser is known by what was published": knownBrowser,
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

// knownBrowser is of the suite of own comments: who is known needs no proof of work.
func knownBrowser(t *testing.T, l *fixture) {
	known := func(want bool, when string) {
		t.Helper()
		equal(t, when, must(l.KnownBrowser(l.ctx, "gazette", "b1"))(t), want)
	}
	known(false, "at first")
	held := l.post(t, inBrowser("b1"))
	known(false, "while the first comment waits")
	published := l.post(t, inBrowser("b1"), approved)
	known(true, "with a published comment")
	equal(t, "elsewhere", must(l.KnownBrowser(l.ctx, "tribune", "b1"))(t), false)
	equal(t, "without a token", must(l.KnownBrowser(l.ctx, "gazette", ""))(t), false)
	must(l.Withdraw(l.ctx, gazette, l.post(t, inBrowser("b1"), approved).ID))(t)
	known(true, "after one was taken back")
	l.decide(t, bob, held.ID, rejectSpam)
	known(false, "after a rejection")
	l.decide(t, ann, held.ID, models.DecisionRequest{Action: models.Approve})
	known(true, "after the rejection was revised")
	l.decide(t, bob, published.ID, rejectSpam)
	known(false, "after another rejection")
	for range 20 {
		l.post(t, inBrowser("b1"), approved)
	}
	known(true, "after 20 others")
}

// appealed is a comment that bob rejected, with its author's appeal.
func (l *fixture) appealed(t testing.TB, words string) models.Comment {
	t.Helper()
	c := l.post(t, inBrowser("b1"), by(models.Author{ID: "u1", Name: "Una"}))
	l.decide(t, bob, c.ID, rejectSpam)
	return must(l.Appeal(l.ctx, gazette, c.ID, words))(t)
}

var una = models.Owner{Site: "gazette", ID: "u1"}

var appealTests = map[string]func(*testing.T, *fixture){
	"once, against a moderator's rejection": func(t *testing.T, l *fixture) {
		c := l.post(t, func(n *storage.NewComment) { n.Comment.Status, n.Comment.Reason = models.Rejected, models.ReasonSpam })
		_, err := l.Appeal(l.ctx, gazette, c.ID, "why?")
		wantKind(t, err, models.KindConflict) // the filter's rejection is a secret
		l.decide(t, bob, c.ID, rejectSpam)
		_, err = l.Appeal(l.ctx, nobody, c.ID, "why?")
		wantKind(t, err, models.KindNotFound)
		a := must(l.Appeal(l.ctx, gazette, c.ID, "why\x00?"))(t)
		equal(t, "state", string(a.Status)+" "+string(a.Reason), "pending appeal")
		_, err = l.Appeal(l.ctx, gazette, c.ID, "again")
		wantKind(t, err, models.KindConflict)
		l.decide(t, ann, c.ID, rejectSpam)
		_, err = l.Appeal(l.ctx, gazette, c.ID, "again")
		wantKind(t, err, models.KindConflict)
		equal(t, "queue", must(l.Queue(l.ctx, ann, models.QueueFilter{}))(t).Total, 0)
		d := must(l.Detail(l.ctx, ann, c.ID))(t)
		equal(t, "the moderators' copy", d.Appeal.Words+string(d.Appeal.State)+d.Appeal.DecidedBy, "why\uFFFD?upheldbob")
		rows, _, err := l.AuditPage(l.ctx, ann, models.AuditFilter{Action: "comment.appeal"})
		ok(t, err)
		equal(t, "audit rows", len(rows), 1)
		Counters(t, l.url)
	},
	"the answer is told, and corrects the label": func(t *testing.T, l *fixture) {
		c := l.appealed(t, "I quoted the mayor.")
		equal(t, "label while it waits", l.label(t, c.ID), models.Spam)
		equal(t, "waits", l.own(t, una, "", c)[0].Appeal.State, models.AppealWaiting)
		made, _, err := l.Decide(l.ctx, ann, c.ID, models.DecisionRequest{Action: models.Approve, Message: "You are right."})
		ok(t, err)
		equal(t, "label", l.label(t, c.ID), models.Ham)
		a := l.own(t, una, "", c)[0].Appeal
		equal(t, "answer", string(a.State)+" "+a.Message, "reversed You are right.")
		_, _, err = l.Undo(l.ctx, ann, made.ID)
		ok(t, err)
		equal(t, "undone", string(l.own(t, una, "", c)[0].Appeal.State)+string(must(l.Comment(l.ctx, c.ID))(t).Reason), "waitingappeal")
		equal(t, "label of before", l.label(t, c.ID), models.Spam)
		l.decide(t, ann, c.ID, models.DecisionRequest{Action: models.Reject, Reason: models.ReasonOffTopic, Message: "No."})
		l.clock.Advance(time.Hour)
		l.decide(t, bob, c.ID, models.DecisionRequest{Action: models.Approve}) // for another reason, later
		a = l.own(t, una, "", c)[0].Appeal
		equal(t, "the first answer", string(a.State)+" "+a.Message, "upheld No.")
		Counters(t, l.url)
	},
	"another moderator answers, where there is one": func(t *testing.T, l *fixture) {
		claims := func(by models.Caller) string {
			var ids []string
			for _, item := range must(l.Claim(l.ctx, by, models.QueueFilter{}, time.Minute))(t) {
				ids = append(ids, item.Comment.ID)
			}
			ok(t, l.Release(l.ctx, by, ids))
			return strings.Join(ids, " ")
		}
		c := l.appealed(t, "")
		equal(t, "alone", claims(bob), c.ID)
		l.addModerator(t, "bob")
		ok(t, l.AddModerator(l.ctx, operator, models.Moderator{Name: "eve", Role: models.RoleModerator, Sites: []string{"tribune"}}))
		equal(t, "alone on the site", claims(bob), c.ID)
		ok(t, l.AddModerator(l.ctx, operator, models.Moderator{Name: "ann", Role: models.RoleAdmin, Sites: []string{"gazette", "tribune"}}))
		equal(t, "not to bob", claims(bob), "")
		equal(t, "to ann", claims(ann), c.ID)
		for what, act := range map[string]func() error{
			"decides": func() error {
				_, _, err := l.Decide(l.ctx, bob, c.ID, models.DecisionRequest{Action: models.Reject})
				return err
			},
			"escalates": func() error { _, _, err := l.Escalate(l.ctx, bob, c.ID, ""); return err },
		} {
			if kind := models.KindOf(act()); kind != models.KindForbidden {
				t.Errorf("bob %s: kind %q", what, kind)
			}
		}
		must(l.EditComment(l.ctx, gazette, c.ID, storage.CommentEdit{Body: "a kinder text", Status: models.Approved}))(t)
		equal(t, "still an appeal", must(l.Comment(l.ctx, c.ID))(t).Reason, models.ReasonAppeal)
		off := true
		must(l.UpdateModerator(l.ctx, operator, "ann", func(m *models.Moderator) error { m.Disabled = off; return nil }))(t)
		equal(t, "alone again", claims(bob), c.ID)
		l.decide(t, bob, c.ID, rejectSpam)
		Counters(t, l.url)
	},
	"its words are the reader's": func(t *testing.T, l *fixture) {
		const words = "I quoted the mayor."
		l.appealed(t, words)
		_, comments, _, err := l.ExportReader(l.ctx, operator, models.Reader{Site: "gazette", ID: "u1"})
		ok(t, err)
		for c, err := range comments {
			ok(t, err)
			equal(t, "exported", c.Appeal.Words, words)
		}
		must(l.EraseReader(l.ctx, operator, models.Reader{Site: "gazette", ID: "u1"}))(t)
		equal(t, "erased", l.count(t, `SELECT count(*) FROM appeals`)[0], 0)
		c := l.appealed(t, words)
		l.decide(t, ann, c.ID, rejectSpam)
		must(l.UpdateSite(l.ctx, ann, "gazette", func(s *models.Site) error { s.Retention.Rejected = 1; return nil }))(t)
		l.clock.Advance(3 * 24 * time.Hour)
		must(l.Purge(l.ctx))(t)
		equal(t, "after the retention", l.count(t, `SELECT count(*) FROM appeals`)[0], 0)
	},
	"nudges are counted once": func(t *testing.T, l *fixture) {
		ok(t, l.CountNudgeShown(l.ctx, "gazette"))
		ok(t, l.CountNudgeShown(l.ctx, "gazette"))
		ok(t, l.CountNudgeShown(l.ctx, "tribune"))
		for range 2 {
			ok(t, l.CountNudged(l.ctx, "gazette", "n1", true))
			ok(t, l.CountNudged(l.ctx, "gazette", "n2", false))
		}
		equal(t, "of the site", must(l.Stats(l.ctx, ann, "gazette"))(t).Nudges, storage.NudgeCounts{Shown: 2, Changed: 1, Unchanged: 1})
		equal(t, "of all", must(l.Stats(l.ctx, ann, ""))(t).Nudges.Shown, 3)
		equal(t, "of eve's", must(l.Stats(l.ctx, eve, ""))(t).Nudges.Shown, 1)
		l.clock.Advance(40 * 24 * time.Hour)
		equal(t, "later", must(l.Stats(l.ctx, ann, ""))(t).Nudges, storage.NudgeCounts{})
	},
}
