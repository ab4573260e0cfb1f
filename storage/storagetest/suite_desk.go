package storagetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"winnow/models"
	"winnow/storage"
)

var deskTests = map[string]func(*testing.T, *fixture){
	"what is nearest to a coin toss comes first": func(t *testing.T, l *fixture) {
		for _, p := range []float64{0.99, 0.5, 0.1, 0.4, 0.7, 0.61, 0.4, 0} {
			l.post(t, risky(p), onSite([]string{"gazette", "tribune"}[l.n%2]))
		}
		for _, f := range []models.QueueFilter{{}, {Site: "gazette"}} {
			f.Sort, f.Limit = models.SortUncertain, 2
			var got []models.QueueItem
			for {
				page := must(l.Queue(l.ctx, ann, f))(t)
				got = append(got, page.Items...)
				if f.Cursor = page.Next; f.Cursor == "" {
					equal(t, "total", len(got), page.Total)
					break
				}
			}
			doubt := func(i models.QueueItem) float64 { return max(i.Verdict.Probability()-0.5, 0.5-i.Verdict.Probability()) }
			for i := 1; i < len(got); i++ {
				if doubt(got[i-1]) > doubt(got[i]) {
					t.Fatalf("%v stands before %v", got[i-1].Verdict.Probability(), got[i].Verdict.Probability())
				}
			}
		}
		equal(t, "dealt", must(l.Claim(l.ctx, ann, models.QueueFilter{Sort: models.SortUncertain, Limit: 1}, time.Minute))(t)[0].Verdict.Probability(), 0.5)
	},
	"filters by section, signal, language and time": func(t *testing.T, l *fixture) {
		signal := func(name string) func(*storage.NewComment) {
			return func(n *storage.NewComment) {
				n.Verdict.Signals = []models.Signal{{Name: "shape:caps", Weight: 1}, {Name: name, Weight: 2, Detail: `"name":"word:hidden`}}
			}
		}
		first := l.post(t, signal("word:casino"), func(n *storage.NewComment) { n.Comment.Article.Section, n.Comment.Lang = "Sport", "de" })
		l.clock.Advance(time.Hour)
		second := l.post(t, signal("word:100%<b>"), onArticle("a2"), func(n *storage.NewComment) { n.Comment.Lang = "en" })
		equal(t, "section", first.Article.Section, "Sport")
		equal(t, "language", must(l.Comment(l.ctx, second.ID))(t).Lang, "en")
		for _, test := range []struct {
			f    models.QueueFilter
			want int
		}{
			{models.QueueFilter{Section: "Sport"}, 1},
			{models.QueueFilter{Section: "sport"}, 0},
			{models.QueueFilter{Lang: "de"}, 1},
			{models.QueueFilter{Lang: "fr"}, 0},
			{models.QueueFilter{Signal: "word:casino"}, 1},
			{models.QueueFilter{Signal: "WORD:"}, 2},
			{models.QueueFilter{Signal: "word:100%<"}, 1},
			{models.QueueFilter{Signal: "word:1__%"}, 0},
			{models.QueueFilter{Signal: "word:hidden"}, 0},
			{models.QueueFilter{Signal: "casino"}, 0},
			{models.QueueFilter{Signal: "\x00\xff"}, 0},
			{models.QueueFilter{Since: second.CreatedAt}, 1},
			{models.QueueFilter{Until: second.CreatedAt}, 1},
			{models.QueueFilter{Since: first.CreatedAt, Until: second.CreatedAt.Add(time.Microsecond)}, 2},
			{models.QueueFilter{Since: second.CreatedAt, Section: "Sport"}, 0},
			{models.QueueFilter{Site: "gazette", Lang: "de", Signal: "shape:caps", Until: second.CreatedAt}, 1},
		} {
			for _, test.f.Sort = range []models.Sort{models.SortRisk, models.SortOldest, models.SortNewest, models.SortUncertain} {
				page := must(l.Queue(l.ctx, ann, test.f))(t)
				if page.Total != test.want || len(page.Items) != test.want {
					t.Errorf("%+v: %d items, total %d, want %d", test.f, len(page.Items), page.Total, test.want)
				}
			}
		}
		equal(t, "claimed", len(must(l.Claim(l.ctx, ann, models.QueueFilter{Section: "Sport"}, time.Minute))(t)), 1)
	},
	"who holds a comment can hold it longer": func(t *testing.T, l *fixture) {
		mine, theirs, done := l.post(t), l.post(t), l.post(t)
		foreign := l.post(t, onSite("tribune"))
		me := models.Caller{Kind: models.ByModerator, Name: "ann", Sites: []string{"gazette"}}
		must(l.Claim(l.ctx, bob, models.QueueFilter{Query: theirs.Body}, time.Hour))(t)
		must(l.Claim(l.ctx, me, models.QueueFilter{}, time.Minute))(t)
		_, _, err := l.Decide(l.ctx, me, done.ID, models.DecisionRequest{Action: models.Approve})
		ok(t, err)
		l.clock.Advance(10 * time.Minute) // it has run out, and nobody else was dealt it
		held, lost, err := l.Renew(l.ctx, me, []string{mine.ID, mine.ID, theirs.ID, done.ID, foreign.ID, "none\x00"}, time.Hour)
		ok(t, err)
		equal(t, "held", len(held), 1)
		equal(t, "holds", held[0].ID, mine.ID)
		claim := must(l.Detail(l.ctx, bob, mine.ID))(t).Claim
		if claim == nil || claim.By != "ann" || !claim.LeaseUntil.Equal(held[0].LeaseUntil) {
			t.Fatalf("claim %+v, told %+v", claim, held[0])
		}
		why := map[string]models.Lost{}
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
	"what one skips others are dealt": func(t *testing.T, l *fixture) {
		one, two := l.post(t), l.post(t) // two is the riskier
		foreign := l.post(t, onSite("tribune"))
		me := models.Caller{Kind: models.ByModerator, Name: "ann", Sites: []string{"gazette"}}
		must(l.Claim(l.ctx, me, models.QueueFilter{}, time.Minute))(t)
		ok(t, l.Skip(l.ctx, me, []string{two.ID, foreign.ID, "none\x00"}))
		dealt := must(l.Claim(l.ctx, me, models.QueueFilter{}, time.Minute))(t)
		equal(t, "ann's", len(dealt), 1)
		equal(t, "ann's", dealt[0].Comment.ID, one.ID)
		page := must(l.Queue(l.ctx, me, models.QueueFilter{}))(t)
		equal(t, "total", page.Total, 2)
		equal(t, "marked", page.Items[0].Skipped && !page.Items[1].Skipped, true)
		equal(t, "marked for bob", must(l.Queue(l.ctx, bob, models.QueueFilter{}))(t).Items[1].Skipped, false)
		equal(t, "bob's", len(must(l.Claim(l.ctx, bob, models.QueueFilter{}, time.Minute))(t)), 2)
		l.clock.Advance(9 * time.Hour)
		equal(t, "after a shift", len(must(l.Claim(l.ctx, me, models.QueueFilter{}, time.Minute))(t)), 2)
		must(l.Purge(l.ctx))(t)
		equal(t, "skips kept", l.count(t, "SELECT count(*) FROM skips")[0], 0)
	},
	"an editor gets what a moderator leaves": func(t *testing.T, l *fixture) {
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
		equal(t, "bob is dealt", len(must(l.Claim(l.ctx, bob, models.QueueFilter{}, time.Minute))(t)), 1)
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
		equal(t, "ann is dealt", must(l.Claim(l.ctx, ann, models.QueueFilter{Limit: 1}, time.Minute))(t)[0].Comment.ID, c.ID)
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
	"near-copies are one item": func(t *testing.T, l *fixture) {
		in := func(id string, count int) func(*storage.NewComment) {
			return func(n *storage.NewComment) {
				n.Campaign = models.Campaign{ID: id, Count: count, Authors: 1, Articles: 1, First: l.clock.Now()}
			}
		}
		first, alone := l.post(t, in("g", 1)), l.post(t)
		l.post(t, in("g", 2), onArticle("a2"))
		l.post(t, in("g", 3), onArticle("a2"))
		l.post(t, in("g", 4), approved)
		for _, f := range []models.QueueFilter{{}, {Site: "gazette"}} {
			for _, f.Sort = range []models.Sort{models.SortRisk, models.SortOldest, models.SortNewest, models.SortUncertain} {
				f.Grouped = true
				page := must(l.Queue(l.ctx, ann, f))(t)
				equal(t, "total", page.Total, 2)
				for _, item := range page.Items {
					switch item.Comment.ID {
					case alone.ID:
					case first.ID:
						equal(t, "waiting", item.Campaign.Pending, 3)
					default:
						t.Fatalf("%+v stands for the group", item.Comment)
					}
				}
			}
		}
		elsewhere := must(l.Queue(l.ctx, ann, models.QueueFilter{Grouped: true, Article: "a2"}))(t)
		equal(t, "of another article", elsewhere.Total, 1)
		equal(t, "claimed", len(must(l.Claim(l.ctx, ann, models.QueueFilter{Grouped: true}, time.Minute))(t)), 2)
		equal(t, "left for bob", len(must(l.Claim(l.ctx, bob, models.QueueFilter{Grouped: true}, time.Minute))(t)), 0)
		_, _, err := l.Decide(l.ctx, ann, first.ID, models.DecisionRequest{Action: models.Reject})
		ok(t, err)
		page := must(l.Queue(l.ctx, ann, models.QueueFilter{Grouped: true, Query: "thought"}))(t)
		equal(t, "the next stands for the rest", page.Total, 2)
	},
}

func risky(p float64) func(*storage.NewComment) {
	return func(n *storage.NewComment) { n.Verdict.Spam = &p }
}

var wordTests = map[string]func(*testing.T, *fixture){
	"a newsroom has reasons of its own": func(t *testing.T, l *fixture) {
		must(l.UpdateSite(l.ctx, operator, "gazette", func(s *models.Site) error {
			s.Reasons = []models.SiteReason{{ID: "insult", Under: models.ReasonAbuse, Name: "Insults", Message: "Please stay polite."}}
			return nil
		}))(t)
		equal(t, "kept", must(l.Site(l.ctx, "gazette"))(t).Reasons[0].Message, "Please stay polite.")
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
		kept := must(l.Detail(l.ctx, ann, c.ID))(t).History[0]
		if kept != d {
			t.Fatalf("kept %+v, told %+v", kept, d)
		}
		o, _, err := l.Outcome(l.ctx, gazette, c.ID)
		ok(t, err)
		if o.Status != models.Rejected || o.Reason != models.ReasonAbuse || o.Message != "Please stay polite." || !o.DecidedAt.Equal(d.CreatedAt) {
			t.Fatalf("%+v", o)
		}
		_, _, err = l.Outcome(l.ctx, gazette, foreign.ID)
		wantKind(t, err, models.KindNotFound)

		_, failed, err := func() (string, map[string]error, error) {
			batch, _, failed, err := l.DecideAll(l.ctx, ann, []string{c.ID, foreign.ID}, models.DecisionRequest{Action: models.Reject, Detail: "insult", Message: "Enough."})
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
	"all that a filter finds is decided and undone as one": func(t *testing.T, l *fixture) {
		spam := by(models.Author{ID: "u9", Name: "Spammer"})
		for i := range 7 {
			l.post(t, spam, onArticle(fmt.Sprint("a", i%3)))
		}
		l.post(t)
		l.post(t, spam, onSite("tribune"))
		f := models.QueueFilter{Site: "gazette", Author: "u9"}
		must(l.Claim(l.ctx, bob, models.QueueFilter{Site: "gazette", Author: "u9", Sort: models.SortOldest, Limit: 1}, time.Hour))(t)
		p := must(l.Preview(l.ctx, ann, f))(t)
		if p.Count != 7 || p.More || p.Claimed != 1 || p.Authors != 1 || p.Articles != 3 || len(p.Sample) != 3 || !p.FirstAt.Before(*p.LastAt) {
			t.Fatalf("%+v", p)
		}
		reject := models.DecisionRequest{Action: models.Reject, Reason: models.ReasonSpam}
		_, _, _, err := l.DecideFound(l.ctx, ann, f, models.Expected{Count: 6}, reject)
		wantKind(t, err, models.KindConflict)
		mentions(t, err, "7 comments")
		_, _, _, err = l.DecideFound(l.ctx, ann, f, models.Expected{Count: 7, Token: "other"}, reject)
		wantKind(t, err, models.KindConflict)
		batch, done, failed, err := l.DecideFound(l.ctx, ann, f, models.Expected{Count: 7, Token: p.Token}, reject)
		ok(t, err)
		equal(t, "done", len(done), 6)
		equal(t, "failed", len(failed), 1)
		equal(t, "left", must(l.Queue(l.ctx, ann, models.QueueFilter{}))(t).Total, 3)
		undone, _, err := l.Undo(l.ctx, ann, batch)
		ok(t, err)
		equal(t, "undone", len(undone), 6)
		equal(t, "back", must(l.Preview(l.ctx, ann, f))(t).Count, 7)
		if again := must(l.Preview(l.ctx, ann, f))(t).Token; again == p.Token {
			t.Fatal("comments that changed have the token of those before")
		}
		_, _, _, err = l.DecideFound(l.ctx, eve, f, models.Expected{}, reject)
		wantKind(t, err, models.KindNotFound)
		empty := must(l.Preview(l.ctx, ann, models.QueueFilter{Author: "nobody"}))(t)
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
		batch, done, failed, err := l.DecideFound(l.ctx, ann, models.QueueFilter{Site: "gazette"}, models.Expected{Count: 8 * 130}, models.DecisionRequest{Action: models.Approve})
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
	"an edited comment is seen again": func(t *testing.T, l *fixture) {
		edit := func(body string, p float64, status models.Status) storage.Edit {
			return storage.Edit{Body: body, Lang: "en", Status: status, Reason: models.ReasonSpam, Verdict: models.Verdict{Spam: &p, Action: models.Hold, Reason: models.ReasonSpam, Model: "m2"}}
		}
		c := l.post(t, approved)
		same := must(l.EditComment(l.ctx, gazette, c.ID, edit(c.Body, 0.9, models.Pending)))(t)
		equal(t, "version of the same", same.Version, 1)
		version := must(l.ArticleVersion(l.ctx, "gazette", "a1"))(t)
		c = must(l.EditComment(l.ctx, gazette, c.ID, edit("second\x00", 0.2, models.Approved)))(t)
		equal(t, "status", c.Status, models.Approved)
		if must(l.ArticleVersion(l.ctx, "gazette", "a1"))(t) <= version {
			t.Fatal("readers are not told of the new text")
		}
		d, _, err := l.Decide(l.ctx, ann, c.ID, models.DecisionRequest{Action: models.Approve})
		ok(t, err)
		c = must(l.EditComment(l.ctx, gazette, c.ID, edit("THIRD", 0.1, models.Approved)))(t)
		equal(t, "after a decision", c.Status, models.Pending)
		equal(t, "reason", c.Reason, models.ReasonEdited)
		equal(t, "public", must(l.ArticleCounts(l.ctx, "gazette", []string{"a1"}))(t)["a1"], 0)
		equal(t, "found", must(l.Queue(l.ctx, ann, models.QueueFilter{Reason: models.ReasonEdited, Query: "third"}))(t).Total, 1)
		equal(t, "label of the text that was judged", must(l.LabelCounts(l.ctx, "gazette"))(t)[models.Ham], 1)
		_, _, err = l.Undo(l.ctx, ann, d.ID)
		wantKind(t, err, models.KindConflict)
		mentions(t, err, "edited")
		detail := must(l.Detail(l.ctx, ann, c.ID))(t)
		equal(t, "model", detail.Verdict.Model, "m2")
		equal(t, "revisions", len(detail.Revisions), 2)
		equal(t, "earlier text", detail.Revisions[1].Body, "second\uFFFD")
		equal(t, "its version", detail.Revisions[1].Version, 3) // the decision came between

		held := l.post(t)
		held = must(l.EditComment(l.ctx, gazette, held.ID, edit("harmless", 0.1, models.Approved)))(t)
		equal(t, "what waited still waits", held.Status, models.Pending)
		held = must(l.EditComment(l.ctx, gazette, held.ID, edit("harmful", 0.99, models.Rejected)))(t)
		equal(t, "worse", held.Status, models.Rejected)
		_, err = l.EditComment(l.ctx, models.Caller{Kind: models.ByKey, Site: "tribune"}, c.ID, edit("x", 0, models.Approved))
		wantKind(t, err, models.KindNotFound)

		Counters(t, l.url)
		must(l.EraseReader(l.ctx, operator, models.Reader{Site: "gazette", Name: "Reader"}))(t)
		equal(t, "texts left", l.count(t, "SELECT count(*) FROM revisions")[0], 0)
		_, err = l.EditComment(l.ctx, gazette, c.ID, edit("x", 0, models.Approved))
		wantKind(t, err, models.KindConflict)
		equal(t, "erased", strings.Contains(must(l.Comment(l.ctx, c.ID))(t).Body, "THIRD"), false)
	},
}
