package storagetest

import (
	"testing"

	"winnow/models"
	"winnow/storage"
)

var newsroomTests = map[string]func(*testing.T, *fixture){
	"a reply is published under the newsroom's name, and is in no count of what readers write": func(t *testing.T, l *fixture) {
		c := l.post(t, approved)
		before := l.count(t, `SELECT coalesce(sum(approved + rejected + held), 0) FROM arrivals`)[0]
		reply := must(l.ReplyAsNewsroom(l.ctx, bob, c.ID, "We have asked the harbour master.", ""))(t)
		equal(t, "author", reply.Author, models.Author{Name: "gazette", Staff: true})
		equal(t, "status", reply.Status, models.Approved)
		equal(t, "parent and article", reply.ParentID+reply.Article.ID, c.ID+"a1")
		equal(t, "who wrote it", must(l.Comment(l.ctx, reply.ID))(t).WrittenBy, "bob")
		must(l.UpdateSite(l.ctx, ann, "gazette", func(s *models.Site) error { s.Newsroom = "Gazette, the desk"; return nil }))(t)
		equal(t, "by the site's word", must(l.ReplyAsNewsroom(l.ctx, bob, reply.ID, "He says so too.", ""))(t).Author.Name, "Gazette, the desk")
		equal(t, "public", must(l.ArticleCounts(l.ctx, "gazette", []string{"a1"}))(t)["a1"], 3)
		equal(t, "arrivals", l.count(t, `SELECT coalesce(sum(approved + rejected + held), 0) FROM arrivals`)[0], before)
		n := 0
		for _, err := range l.WindowComments(l.ctx, must(l.LastComments(l.ctx, "gazette", 10))(t)) {
			ok(t, err)
			n++
		}
		equal(t, "comments to screen again", n, 1)
		Counters(t, l.url)
	},
	"nobody decides it, and reports do not hide it": func(t *testing.T, l *fixture) {
		reply := must(l.ReplyAsNewsroom(l.ctx, bob, l.post(t, approved).ID, "We are sorry.", ""))(t)
		_, _, err := l.Decide(l.ctx, ann, reply.ID, models.DecisionRequest{Action: models.Reject, Reason: models.ReasonSpam})
		wantKind(t, err, models.KindConflict)
		_, err = l.Redact(l.ctx, ann, reply.ID, models.Redaction{Version: 1, Spans: [][2]int{{0, 2}}})
		wantKind(t, err, models.KindConflict)
		for _, who := range []string{"h1", "h2", "h3", "h4"} {
			must(l.Flag(l.ctx, gazette, reply.ID, storage.Report{Who: who, Household: who, Reason: models.ReasonIllegal}))(t)
		}
		c := must(l.Comment(l.ctx, reply.ID))(t)
		equal(t, "after four reports", string(c.Status), "approved")
		equal(t, "in the queue", must(l.Queue(l.ctx, ann, models.QueueFilter{}))(t).Total, 0)
	},
	"it is changed, withdrawn and published again": func(t *testing.T, l *fixture) {
		c := l.post(t, approved)
		reply := must(l.ReplyAsNewsroom(l.ctx, bob, c.ID, "The first word.", ""))(t)
		l.post(t, approved, func(n *storage.NewComment) { n.Comment.ParentID = reply.ID })
		public := func() int { return must(l.ArticleCounts(l.ctx, "gazette", []string{"a1"}))(t)["a1"] }
		text := "The last word."
		changed := must(l.ChangeReply(l.ctx, ann, reply.ID, storage.ReplyChange{Version: 1, Body: &text}))(t)
		equal(t, "text", changed.Body, text)
		d := must(l.Detail(l.ctx, bob, reply.ID))(t)
		equal(t, "the text before", d.Revisions[0].Body+d.Revisions[0].ReplacedBy, "The first word.ann")
		_, err := l.ChangeReply(l.ctx, bob, reply.ID, storage.ReplyChange{Version: 1, Body: &text})
		wantKind(t, err, models.KindConflict)
		for _, withdrawn := range []bool{true, true, false} {
			must(l.ChangeReply(l.ctx, ann, reply.ID, storage.ReplyChange{Withdrawn: &withdrawn}))(t)
			equal(t, "public", public(), map[bool]int{true: 1, false: 3}[withdrawn])
		}
		_, err = l.ChangeReply(l.ctx, ann, c.ID, storage.ReplyChange{Body: &text})
		wantKind(t, err, models.KindNotFound) // a reader's
		_, err = l.ChangeReply(l.ctx, eve, reply.ID, storage.ReplyChange{Body: &text})
		wantKind(t, err, models.KindNotFound)
		actions := ""
		trail, _, err := l.AuditPage(l.ctx, ann, models.AuditFilter{Subject: reply.ID})
		ok(t, err)
		for _, a := range trail {
			actions += a.Action + " "
		}
		equal(t, "audited", actions, "comment.restore comment.withdraw comment.reply_edit comment.reply ")
		Counters(t, l.url)
	},
	"only what readers see is replied to": func(t *testing.T, l *fixture) {
		_, err := l.ReplyAsNewsroom(l.ctx, bob, l.post(t).ID, "Too early.", "")
		wantKind(t, err, models.KindInvalid)
		_, err = l.ReplyAsNewsroom(l.ctx, eve, l.post(t, approved).ID, "Not ours.", "")
		wantKind(t, err, models.KindNotFound)
	},
}
