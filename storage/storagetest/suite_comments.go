package storagetest

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"winnow/models"
	"winnow/storage"
)

var commentTests = map[string]func(*testing.T, *fixture){
	"a comment is read as it was written": func(t *testing.T, l *fixture) {
		n := l.new()
		n.Comment.Author = models.Author{ID: "u1", Name: "Zoë", Email: "z@example.org", URL: "https://z.example"}
		n.Comment.Client = models.Client{Hash: "h", Net: "192.0.2.0/24", UserAgent: "ua", Referrer: "https://r.example"}
		created, verdict, replayed, err := l.CreateComment(l.ctx, n)
		ok(t, err)
		equal(t, "replayed", replayed, false)
		equal(t, "version", created.Version, 1)
		got := must(l.Comment(l.ctx, created.ID))(t)
		if !reflect.DeepEqual(got, created) {
			t.Fatalf("got  %+v\nwant %+v", got, created)
		}
		d := must(l.Detail(l.ctx, ann, created.ID))(t)
		if !reflect.DeepEqual(d.Verdict, verdict) {
			t.Fatalf("got  %+v\nwant %+v", d.Verdict, verdict)
		}
		for _, id := range []string{"none", "", "\x00", "\xff"} {
			_, err = l.Comment(l.ctx, id)
			wantKind(t, err, models.KindNotFound)
		}
		_, _, _, err = l.CreateComment(l.ctx, l.new(onSite("none")))
		wantKind(t, err, models.KindNotFound)
	},
	"unusual text is stored the same in every database": func(t *testing.T, l *fixture) {
		n := l.new(withBody("a\x00b \xff \u202e Ä 🙂 '; DROP TABLE comments --"))
		n.Comment.Author.Name = "N\x00\xfe"
		n.Comment.Client.UserAgent = "\xc3"
		n.Verdict.Signals[0].Name = "word:\x00\xff"
		created, _, _, err := l.CreateComment(l.ctx, n)
		ok(t, err)
		equal(t, "body", created.Body, "a\uFFFDb \uFFFD \u202e Ä 🙂 '; DROP TABLE comments --")
		if got := must(l.Comment(l.ctx, created.ID))(t); !reflect.DeepEqual(got, created) {
			t.Fatalf("got  %+v\nwant %+v", got, created)
		}
	},
	"the parent of a reply is on the same article": func(t *testing.T, l *fixture) {
		parent := l.post(t, approved)
		reply := func(n *storage.NewComment) { n.Comment.ParentID = parent.ID }
		equal(t, "parent", l.post(t, reply).ParentID, parent.ID)
		for _, elsewhere := range []func(*storage.NewComment){onSite("tribune"), onArticle("a2"), func(n *storage.NewComment) { n.Comment.ParentID = "none\x00" }} {
			_, _, _, err := l.CreateComment(l.ctx, l.new(reply, elsewhere))
			wantKind(t, err, models.KindInvalid)
		}
	},
	"an idempotency key creates one comment": func(t *testing.T, l *fixture) {
		n := l.new()
		n.IdempotencyKey = "k"
		var created [8]models.Comment
		var replays [8]bool
		var errs [8]error
		together(len(created), func(i int) { created[i], _, replays[i], errs[i] = l.CreateComment(l.ctx, n) })
		first := 0
		for i := range created {
			ok(t, errs[i])
			equal(t, "id", created[i].ID, created[0].ID)
			if !replays[i] {
				first++
			}
		}
		equal(t, "comments created", first, 1)
		equal(t, "queue", must(l.Queue(l.ctx, ann, models.QueueFilter{}))(t).Total, 1)

		_, verdict, replayed, err := l.CreateComment(l.ctx, n)
		ok(t, err)
		if !replayed || !reflect.DeepEqual(verdict, n.Verdict) {
			t.Fatalf("replayed %v with %+v", replayed, verdict)
		}
		other := n
		other.Comment.Site = "tribune" // idempotency keys belong to a site
		_, _, replayed, err = l.CreateComment(l.ctx, other)
		ok(t, err)
		equal(t, "replayed on another site", replayed, false)
		l.clock.Advance(25 * time.Hour)
		_, _, replayed, err = l.CreateComment(l.ctx, n)
		ok(t, err)
		equal(t, "replayed after a day", replayed, false)
	},
	"an author has a record": func(t *testing.T, l *fixture) {
		max := by(models.Author{ID: "u1", Name: "Max"})
		for range 3 {
			l.post(t, max, approved)
		}
		l.post(t, max)
		l.post(t, max, onSite("tribune"))
		l.post(t, by(models.Author{Name: "u1"}), approved) // the same name, without the id
		old := l.post(t, max)
		_, _, err := l.Decide(l.ctx, ann, old.ID, models.DecisionRequest{Action: models.Reject})
		ok(t, err)
		l.clock.Advance(48 * time.Hour)
		lately := l.clock.Now().Add(-time.Hour)
		record := func(most int) (models.AuthorRecord, int) {
			t.Helper()
			r, n, err := l.AuthorRecord(l.ctx, "gazette", "u1", lately, most)
			ok(t, err)
			return r, n
		}
		r, n := record(100)
		equal(t, "record", r, models.AuthorRecord{Approved: 3, Rejected: 1, Pending: 1})
		equal(t, "rejected lately", n, 0)
		_, _, err = l.Decide(l.ctx, ann, l.post(t, max, approved).ID, models.DecisionRequest{Action: models.Reject})
		ok(t, err)
		r, n = record(100)
		equal(t, "record", r, models.AuthorRecord{Approved: 3, Rejected: 2, Pending: 1})
		equal(t, "rejected now", n, 1)
		_, _, err = l.Decide(l.ctx, ann, l.post(t, max, approved).ID, models.DecisionRequest{Action: models.Reject})
		ok(t, err)
		_, n = record(1)
		equal(t, "rejected now, up to one", n, 1)
		unknown, n, err := l.AuthorRecord(l.ctx, "gazette", "nobody\x00", lately, 9)
		ok(t, err)
		equal(t, "nobody's", unknown, models.AuthorRecord{})
		equal(t, "nobody's lately", n, 0)
	},
	"trust counts different texts of some words": func(t *testing.T, l *fixture) {
		max := by(models.Author{ID: "u1", Name: "Max"})
		for _, body := range []string{"ok", "great", "The harbour is calm again today.", "The harbour is calm again today.", "My train was late by an hour."} {
			l.post(t, max, approved, withBody(body))
		}
		l.post(t, max, withBody("Nobody has approved this text so far."))
		for most, want := range map[int]int{100: 2, 3: 2, 2: 1} {
			r, _, err := l.AuthorRecord(l.ctx, "gazette", "u1", l.clock.Now(), most)
			ok(t, err)
			equal(t, "substantial comments", r.Substantial, want)
		}
	},
	"pages of an article have no gaps and no repeats": func(t *testing.T, l *fixture) {
		var want []string
		for i := range 23 {
			switch i % 5 {
			case 3:
				l.post(t) // pending
			case 4:
				l.post(t, approved, onArticle("a2"))
			default:
				want = append(want, l.post(t, approved).ID)
			}
		}
		for _, newest := range []bool{false, true} {
			var got []string
			for cursor, more := "", true; more; more = cursor != "" {
				page := must(l.ArticleComments(l.ctx, "gazette", "a1", newest, 4, cursor))(t)
				equal(t, "total", page.Total, len(want))
				equal(t, "title", page.Article.Title, "First")
				for _, c := range page.Comments {
					got = append(got, c.ID)
				}
				cursor = page.Next
			}
			if newest {
				slices.Reverse(got)
			}
			if !slices.Equal(got, want) {
				t.Fatalf("newest first %v: got %d comments, want %d in order", newest, len(got), len(want))
			}
		}
		_, err := l.ArticleComments(l.ctx, "gazette", "a1", false, 4, "nonsense")
		wantKind(t, err, models.KindInvalid)
		page := must(l.ArticleComments(l.ctx, "gazette", "none\x00", false, 4, ""))(t)
		if page.Version != 0 || page.Total != 0 || page.Comments == nil {
			t.Fatalf("%+v", page)
		}
	},
	"an article's version grows with what the public sees": func(t *testing.T, l *fixture) {
		version := func() int64 { t.Helper(); return must(l.ArticleVersion(l.ctx, "gazette", "a1"))(t) }
		equal(t, "unknown", version(), 0)
		last := int64(0)
		grows := func(what string, want bool) {
			t.Helper()
			now := version()
			if (now > last) != want {
				t.Fatalf("%s: version went from %d to %d", what, last, now)
			}
			last = now
		}
		l.post(t)
		grows("first seen", true)
		held := l.post(t)
		grows("held", false)
		l.post(t, approved)
		grows("published", true)
		decision, _, err := l.Decide(l.ctx, ann, held.ID, models.DecisionRequest{Action: models.Approve})
		ok(t, err)
		grows("approved", true)
		_, _, err = l.Undo(l.ctx, ann, decision.ID)
		ok(t, err)
		grows("undone", true)
		_, _, err = l.Decide(l.ctx, ann, held.ID, models.DecisionRequest{Action: models.Reject})
		ok(t, err)
		grows("rejected while held", false)
		l.post(t, func(n *storage.NewComment) { n.Comment.Article.Title = "Forged" })
		grows("another page's title", false)
		l.article(t, "a1", func(e *models.ArticleEntry) { e.Title, e.Described = "Second", true })
		grows("new title", true)
		page := must(l.ArticleComments(l.ctx, "gazette", "a1", false, 9, ""))(t)
		equal(t, "title", page.Article.Title, "Second")
		equal(t, "page's version", page.Version, last)
	},
	"counts include every requested article": func(t *testing.T, l *fixture) {
		l.post(t, approved)
		l.post(t, approved)
		l.post(t)
		got := must(l.ArticleCounts(l.ctx, "gazette", []string{"a1", "none", "x\x00"}))(t)
		if len(got) != 3 || got["a1"] != 2 || got["none"] != 0 {
			t.Fatal(got)
		}
	},
	"three reports put a comment back into the queue": func(t *testing.T, l *fixture) {
		c := l.post(t, approved)
		flag := func(who string) models.Comment {
			t.Helper()
			return must(l.Flag(l.ctx, gazette, c.ID, storage.Report{Who: who, Reason: "rude"}))(t)
		}
		flag("r1")
		equal(t, "one reader twice", flag("r1").Flags, 1)
		equal(t, "status", flag("r2").Status, models.Approved)
		last := flag("r3")
		if last.Status != models.Pending || last.Reason != models.ReasonFlagged || last.Flags != 3 {
			t.Fatalf("%+v", last)
		}
		equal(t, "public", must(l.ArticleCounts(l.ctx, "gazette", []string{"a1"}))(t)["a1"], 0)
		equal(t, "queue", must(l.Queue(l.ctx, ann, models.QueueFilter{Reason: models.ReasonFlagged}))(t).Total, 1)
		_, decided, err := l.Decide(l.ctx, ann, c.ID, models.DecisionRequest{Action: models.Approve})
		ok(t, err)
		equal(t, "status after a decision", flag("r4").Status, models.Approved)
		equal(t, "version", flag("r5").Version, decided.Version)

		_, err = l.Flag(l.ctx, models.Caller{Kind: models.ByOrigin, Site: "tribune"}, c.ID, storage.Report{Who: "r6"})
		wantKind(t, err, models.KindNotFound)
		rejected := l.post(t, func(n *storage.NewComment) { n.Comment.Status = models.Rejected })
		_, err = l.Flag(l.ctx, gazette, rejected.ID, storage.Report{Who: "r1"})
		wantKind(t, err, models.KindNotFound)
	},
	"detail includes thread, history and author": func(t *testing.T, l *fixture) {
		answer := func(to models.Comment) func(*storage.NewComment) {
			return func(n *storage.NewComment) { n.Comment.ParentID = to.ID }
		}
		root := l.post(t, approved)
		middle := l.post(t, approved, answer(root))
		leaf := l.post(t, answer(middle))
		_, _, err := l.Decide(l.ctx, bob, middle.ID, models.DecisionRequest{Action: models.Reject, Reason: models.ReasonAbuse, Note: "n"})
		ok(t, err)
		d := must(l.Detail(l.ctx, ann, middle.ID))(t)
		var thread []string
		for _, c := range d.Thread {
			thread = append(thread, c.ID)
		}
		if !slices.Equal(thread, []string{root.ID, middle.ID, leaf.ID}) {
			t.Fatal(strings.Join(thread, " "))
		}
		equal(t, "parent", d.Context.Parent.ID, root.ID)
		equal(t, "record", d.Context.Author.AuthorRecord, models.AuthorRecord{Approved: 1, Rejected: 1, Pending: 1})
		equal(t, "history", len(d.History), 1)
		equal(t, "note", d.History[0].Note, "n")
		for _, other := range []models.Caller{eve, nobody} {
			_, err = l.Detail(l.ctx, other, middle.ID)
			wantKind(t, err, models.KindNotFound)
		}
	},
	"all comments are streamed": func(t *testing.T, l *fixture) {
		want := map[string]bool{}
		for i := range 7 {
			want[l.post(t, onSite([]string{"gazette", "tribune"}[i%2])).ID] = true
		}
		l.clock.Advance(time.Hour)
		since := l.clock.Now()
		late := l.post(t)
		want[late.ID] = true
		count := 0
		for c, err := range l.Comments(l.ctx, "", time.Time{}) {
			ok(t, err)
			if !want[c.ID] {
				t.Fatalf("%s twice, or unknown", c.ID)
			}
			delete(want, c.ID)
			count++
		}
		equal(t, "all", count, 8)
		for c, err := range l.Comments(l.ctx, "gazette", since) {
			ok(t, err)
			equal(t, "since", c.ID, late.ID)
		}
	},
	"an edited comment is moderated again": func(t *testing.T, l *fixture) {
		edit := func(body string, p float64, status models.Status) storage.CommentEdit {
			return storage.CommentEdit{Body: body, Lang: "en", Status: status, Reason: models.ReasonSpam, Verdict: models.Verdict{Spam: &p, Action: models.Hold, Reason: models.ReasonSpam, Model: "m2"}}
		}
		c := l.post(t, approved)
		same := must(l.EditComment(l.ctx, gazette, c.ID, edit(c.Body, 0.9, models.Pending)))(t)
		equal(t, "version of the same", same.Version, 1)
		version := must(l.ArticleVersion(l.ctx, "gazette", "a1"))(t)
		c = must(l.EditComment(l.ctx, gazette, c.ID, edit("second\x00", 0.2, models.Approved)))(t)
		equal(t, "status", c.Status, models.Approved)
		if must(l.ArticleVersion(l.ctx, "gazette", "a1"))(t) <= version {
			t.Fatal("the version for readers did not grow")
		}
		d, _, err := l.Decide(l.ctx, ann, c.ID, models.DecisionRequest{Action: models.Approve})
		ok(t, err)
		c = must(l.EditComment(l.ctx, gazette, c.ID, edit("THIRD", 0.1, models.Approved)))(t)
		equal(t, "after a decision", c.Status, models.Pending)
		equal(t, "reason", c.Reason, models.ReasonEdited)
		equal(t, "public", must(l.ArticleCounts(l.ctx, "gazette", []string{"a1"}))(t)["a1"], 0)
		equal(t, "found", must(l.Queue(l.ctx, ann, models.QueueFilter{Reason: models.ReasonEdited, Query: "third"}))(t).Total, 1)
		equal(t, "label of the text that was decided", must(l.LabelCounts(l.ctx, "gazette"))(t)[models.Ham], 1)
		_, _, err = l.Undo(l.ctx, ann, d.ID)
		wantKind(t, err, models.KindConflict)
		mentions(t, err, "edited")
		detail := must(l.Detail(l.ctx, ann, c.ID))(t)
		equal(t, "model", detail.Verdict.Model, "m2")
		equal(t, "revisions", len(detail.Revisions), 2)
		equal(t, "earlier text", detail.Revisions[1].Body, "second\uFFFD")
		equal(t, "its version", detail.Revisions[1].Version, 3) // the decision was version 2

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
