package storagetest

import (
	"fmt"
	"strings"
	"testing"

	"winnow/models"
	"winnow/storage"
)

// outline writes threads as a reader sees them: the body of each comment behind dots for its
// depth, "(gone)" for a placeholder, and whom it answers.
func outline(threads ...storage.Thread) string {
	var b strings.Builder
	line := func(c storage.ThreadComment) {
		b.WriteString(strings.Repeat(".", c.Depth))
		switch {
		case c.Removed:
			b.WriteString("(gone)")
		case c.To != "":
			b.WriteString(c.Body + "@" + c.To)
		default:
			b.WriteString(c.Body)
		}
		b.WriteByte(' ')
	}
	for _, thread := range threads {
		line(thread.ThreadComment)
		for _, c := range thread.Replies {
			line(c)
		}
		if thread.More > 0 {
			fmt.Fprintf(&b, "+%d ", thread.More)
		}
	}
	return strings.TrimSpace(b.String())
}

// wholeThreads reads all threads of an article, page by page, with all their replies.
func (l *fixture) wholeThreads(t testing.TB, order storage.ThreadOrder) string {
	t.Helper()
	var all []storage.Thread
	for next := ""; ; {
		page := must(l.Threads(l.ctx, "gazette", "a1", order, 2, next))(t)
		for _, thread := range page.Threads {
			for after := thread.MoreAfter; after != ""; {
				more := must(l.ThreadReplies(l.ctx, models.ArticleRef{Site: "gazette", Article: "a1"}, thread.ID, 2, after))(t)
				thread.Replies, after = append(thread.Replies, more.Replies...), more.Next
			}
			thread.More = 0
			all = append(all, thread)
		}
		if next = page.Next; next == "" {
			return outline(all...)
		}
	}
}

// saying posts a published comment of somebody, below another one when that has an id.
func (l *fixture) saying(t testing.TB, body, name string, parent models.Comment, edit ...func(*storage.NewComment)) models.Comment {
	t.Helper()
	return l.post(t, append([]func(*storage.NewComment){approved, withBody(body), by(models.Author{Name: name}), below(parent)}, edit...)...)
}

var noComment models.Comment

var threadPageTests = map[string]func(*testing.T, *fixture){
	"threads are read with their first replies, the others after them": func(t *testing.T, l *fixture) {
		a, b := l.saying(t, "a", "Ada", noComment), l.saying(t, "b", "Bea", noComment)
		a1, a2 := l.saying(t, "a1", "Cid", a), l.saying(t, "a2", "Dan", a)
		a11 := l.saying(t, "a11", "Eve", a1)
		l.saying(t, "b1", "Fay", b)
		l.saying(t, "a21", "Gus", a2)
		a111 := l.saying(t, "a111", "Hal", a11)
		deep := l.saying(t, "a1111", "Ida", a111)
		l.saying(t, "a12", "Jan", a1)
		l.saying(t, "a1112", "Kim", a111)
		l.saying(t, "a11111", "Lea", deep)
		page := must(l.Threads(l.ctx, "gazette", "a1", storage.ThreadsOldest, 1, ""))(t)
		equal(t, "first page", outline(page.Threads...), "a .a1 ..a11@Cid ...a111@Eve +6")
		equal(t, "total", page.Total, 12)
		equal(t, "article", page.Article.Title, "First")
		const all = "a .a1 ..a11@Cid ...a111@Eve ...a1111@Hal ...a1112@Hal ...a11111@Ida ..a12@Cid .a2 ..a21@Dan"
		equal(t, "oldest", l.wholeThreads(t, storage.ThreadsOldest), all+" b .b1")
		equal(t, "newest", l.wholeThreads(t, storage.ThreadsNewest), "b .b1 "+all)
		equal(t, "newest, one page", outline(must(l.Threads(l.ctx, "gazette", "a1", storage.ThreadsNewest, 9, ""))(t).Threads...), "b .b1 a .a1 ..a11@Cid ...a111@Eve +6")
		equal(t, "no article", len(must(l.Threads(l.ctx, "gazette", "none", storage.ThreadsBest, 9, ""))(t).Threads), 0)
		_, err := l.Threads(l.ctx, "gazette", "a1", storage.ThreadsNewest, 9, page.Next)
		wantKind(t, err, models.KindInvalid)
		_, err = l.ThreadReplies(l.ctx, models.ArticleRef{Site: "gazette", Article: "a1"}, b.ID, 9, page.Threads[0].MoreAfter)
		wantKind(t, err, models.KindInvalid)
	},
	"the best threads are those of authors with a record, featured ones first": func(t *testing.T, l *fixture) {
		good, bad := models.Author{ID: "1", Name: "Good"}, models.Author{ID: "2", Name: "Bad"}
		for range 4 {
			l.post(t, approved, onArticle("other"), by(good))
			l.moderate(t, l.post(t, onArticle("other"), by(bad)), models.Reject)
		}
		for _, c := range []struct {
			body string
			by   models.Author
		}{{"bad", bad}, {"new", models.Author{Name: "New"}}, {"good", good}, {"bad2", bad}, {"good2", good}, {"newest", models.Author{Name: "Newer"}}} {
			l.post(t, approved, withBody(c.body), by(c.by))
		}
		const want = "good2 good newest new bad2 bad"
		equal(t, "best", l.wholeThreads(t, storage.ThreadsBest), want)
		first := must(l.Threads(l.ctx, "gazette", "a1", storage.ThreadsBest, 3, ""))(t)
		for range 9 { // what happens to an author later moves nothing
			l.post(t, approved, onArticle("other"), by(bad))
		}
		second := must(l.Threads(l.ctx, "gazette", "a1", storage.ThreadsBest, 3, first.Next))(t)
		equal(t, "page by page", outline(append(first.Threads, second.Threads...)...), want)
		worst := second.Threads[2].ID
		reply := l.saying(t, "answer", "Eve", models.Comment{ID: second.Threads[0].ID})
		for _, id := range []string{worst, reply.ID} {
			must(l.FeatureComment(l.ctx, ann, id, true))(t)
		}
		equal(t, "featured", l.wholeThreads(t, storage.ThreadsBest), "bad good2 good newest new .answer bad2")
		page := must(l.Threads(l.ctx, "gazette", "a1", storage.ThreadsOldest, 1, ""))(t)
		equal(t, "on top", fmt.Sprint(len(page.Featured), page.Featured[0].Body, page.Featured[0].RootID == second.Threads[0].ID, page.Featured[1].Body), "2answertruebad")
		equal(t, "only on the first page", len(must(l.Threads(l.ctx, "gazette", "a1", storage.ThreadsOldest, 1, page.Next))(t).Featured), 0)
	},
	"a placeholder stands for what its author had erased while there are replies": func(t *testing.T, l *fixture) {
		ada := by(models.Author{ID: "9", Name: "Ada"})
		root, lonely := l.post(t, approved, ada, withBody("root")), l.post(t, approved, ada, withBody("lonely"))
		other := l.saying(t, "other", "Bea", noComment)
		answer := l.saying(t, "answer", "Cid", root)
		middle := l.post(t, approved, ada, withBody("middle"), below(answer))
		under := l.saying(t, "under", "Dan", middle)
		deep := l.post(t, approved, ada, withBody("deep"), below(under))
		deeper := l.saying(t, "deeper", "Eve", deep)
		l.post(t, approved, ada, withBody("last"), below(deeper))
		_, err := l.EraseReader(l.ctx, ann, models.Reader{Site: "gazette", ID: "9"})
		ok(t, err)
		const want = "(gone) .answer ..(gone) ...under ...(gone) ...deeper"
		for _, order := range []storage.ThreadOrder{storage.ThreadsOldest, storage.ThreadsNewest, storage.ThreadsBest} {
			got := l.wholeThreads(t, order)
			equal(t, string(order), got, map[bool]string{true: want + " other", false: "other " + want}[order == storage.ThreadsOldest])
		}
		page := must(l.Threads(l.ctx, "gazette", "a1", storage.ThreadsOldest, 9, ""))(t)
		gone := page.Threads[0].ThreadComment
		equal(t, "nothing else is told", fmt.Sprint(gone.Comment), fmt.Sprint(models.Comment{ID: root.ID, Site: "gazette", CreatedAt: root.CreatedAt}))
		equal(t, "counted", page.Total, 4)
		_, err = l.ThreadOf(l.ctx, "gazette", root.ID)
		ok(t, err)
		for _, c := range []models.Comment{root, lonely} {
			_, err = l.CommentThread(l.ctx, models.ArticleRef{Site: "gazette", Article: "a1"}, c.ID)
			wantKind(t, err, models.KindNotFound)
		}
		l.moderate(t, answer, models.Reject)
		equal(t, "nothing is left of it", l.wholeThreads(t, storage.ThreadsOldest), "other")
		_, err = l.ThreadOf(l.ctx, "gazette", deeper.ID)
		wantKind(t, err, models.KindNotFound)
		_, err = l.CommentThread(l.ctx, models.ArticleRef{Site: "gazette", Article: "a1"}, deeper.ID)
		wantKind(t, err, models.KindNotFound)
		l.moderate(t, other, models.Reject)
		equal(t, "nothing", l.wholeThreads(t, storage.ThreadsOldest), "")
	},
	"replies below what a moderator took down are not shown": func(t *testing.T, l *fixture) {
		a := l.saying(t, "a", "Ada", noComment)
		b := l.saying(t, "b", "Bea", a)
		l.saying(t, "c", "Cid", b)
		l.saying(t, "d", "Dan", a)
		held := l.post(t, withBody("held"))
		l.moderate(t, b, models.Reject)
		equal(t, "taken down", l.wholeThreads(t, storage.ThreadsOldest), "a .d")
		equal(t, "counted", must(l.Threads(l.ctx, "gazette", "a1", storage.ThreadsOldest, 9, ""))(t).Threads[0].More, 0)
		l.moderate(t, b, models.Approve)
		equal(t, "back", l.wholeThreads(t, storage.ThreadsOldest), "a .b ..c@Bea .d")
		l.moderate(t, held, models.Approve)
		equal(t, "approved late", l.wholeThreads(t, storage.ThreadsNewest), "held a .b ..c@Bea .d")
	},
	"a permalink shows what a comment answers, and what answers it": func(t *testing.T, l *fixture) {
		a := l.saying(t, "a", "Ada", noComment)
		b := l.saying(t, "b", "Bea", a)
		last := b
		var chain []models.Comment
		for i := range 30 {
			last = l.saying(t, fmt.Sprint("c", i), "Cid", last)
			chain = append(chain, last)
			l.saying(t, fmt.Sprint("x", i), "Xa", a)
		}
		ref := models.ArticleRef{Site: "gazette", Article: "a1"}
		show := func(c models.Comment) string {
			equal(t, "article", must(l.ThreadOf(l.ctx, "gazette", c.ID))(t).ArticleRef, ref)
			page := must(l.CommentThread(l.ctx, ref, c.ID))(t)
			equal(t, "title", page.Article.Title, "First")
			return outline(page.Thread)
		}
		equal(t, "deep", show(chain[20]), "a .b ..c0@Bea ...c19@Cid ...c20@Cid ...c21@Cid +56")
		if got := show(b); !strings.HasPrefix(got, "a .b ..c0@Bea ...c1@Cid ") || !strings.HasSuffix(got, "...c19@Cid +40") {
			t.Errorf("in the middle: %s", got)
		}
		if got := show(a); !strings.HasPrefix(got, "a .b ..c0@Bea ") || !strings.HasSuffix(got, "+41") {
			t.Errorf("at the start: %s", got)
		}
		_, err := l.ThreadOf(l.ctx, "tribune", a.ID)
		wantKind(t, err, models.KindNotFound)
		_, err = l.ThreadOf(l.ctx, "gazette", l.post(t).ID)
		wantKind(t, err, models.KindNotFound)
	},
	"replies of earlier versions get their places": func(t *testing.T, l *fixture) {
		a := l.saying(t, "a", "Ada", noComment)
		last := a
		for i := range 6 {
			last = l.saying(t, fmt.Sprint("b", i), "Bea", last)
		}
		l.saying(t, "c", "Cid", a)
		want := l.wholeThreads(t, storage.ThreadsOldest)
		l.count(t, `UPDATE comments SET thread = '' WHERE site = 'gazette' RETURNING 1`)
		late := l.saying(t, "b6", "Dan", last) // before anybody has read them
		equal(t, "not placed", l.count(t, `SELECT count(*) FROM comments WHERE parent_id <> '' AND thread = ''`)[0], 8)
		_, err := l.CommentThread(l.ctx, models.ArticleRef{Site: "gazette", Article: "a1"}, late.ID)
		ok(t, err)
		equal(t, "placed", l.count(t, `SELECT count(*) FROM comments WHERE parent_id <> '' AND thread = ''`)[0], 0)
		equal(t, "the same threads", l.wholeThreads(t, storage.ThreadsOldest), strings.Replace(want, "b5@Bea", "b5@Bea ...b6@Bea", 1))
	},
	"threads of merged articles and of two sites": func(t *testing.T, l *fixture) {
		a := l.saying(t, "a", "Ada", noComment)
		b := l.saying(t, "b", "Bea", noComment, onArticle("a2"))
		l.saying(t, "a1", "Cid", a)
		m := must(l.MergeArticles(l.ctx, ann, "gazette", "a2", "a1"))(t)
		l.saying(t, "b1", "Dan", b)
		equal(t, "merged", l.wholeThreads(t, storage.ThreadsOldest), "a .a1 b .b1")
		equal(t, "permalink", must(l.ThreadOf(l.ctx, "gazette", b.ID))(t).Article, "a1")
		must(l.UndoArticleMerge(l.ctx, ann, m.ID))(t)
		equal(t, "parted", l.wholeThreads(t, storage.ThreadsOldest), "a .a1")
		equal(t, "with what was answered while they were one", outline(must(l.Threads(l.ctx, "gazette", "a2", storage.ThreadsOldest, 10, ""))(t).Threads...), "b .b1")

		theirs := l.saying(t, "t", "Tom", noComment, onSite("tribune"))
		for _, site := range [][2]string{{"gazette", "tribune"}, {"tribune", "gazette"}} {
			must(l.UpdateArticle(l.ctx, ann, site[0], "a1", func(e *models.ArticleEntry) error {
				e.Shares = &models.ArticleRef{Site: site[1], Article: "a1"}
				return nil
			}))(t)
		}
		ours := l.saying(t, "t1", "Uma", theirs)
		l.saying(t, "t11", "Val", ours, onSite("tribune"))
		l.saying(t, "t2", "Wim", theirs, onSite("tribune"))
		l.saying(t, "t12", "Xa", ours)
		const want = "a .a1 t .t1 ..t11@Uma ..t12@Uma .t2"
		equal(t, "two sites", l.wholeThreads(t, storage.ThreadsOldest), want)
		equal(t, "best", l.wholeThreads(t, storage.ThreadsBest), "t .t1 ..t11@Uma ..t12@Uma .t2 a .a1")
		equal(t, "permalink", must(l.ThreadOf(l.ctx, "tribune", ours.ID))(t).ArticleRef, models.ArticleRef{Site: "tribune", Article: "a1"})
		l.count(t, `UPDATE comments SET thread = '' WHERE thread <> '' AND site IN ('gazette', 'tribune') RETURNING 1`)
		equal(t, "placed anew", l.wholeThreads(t, storage.ThreadsOldest), want)
	},
	"an edit by its author is told": func(t *testing.T, l *fixture) {
		a := l.saying(t, "a", "Ada", noComment)
		p := 0.1
		must(l.EditComment(l.ctx, gazette, a.ID, storage.CommentEdit{Body: "aa", Status: models.Approved, Verdict: models.Verdict{Spam: &p}}))(t)
		b := l.saying(t, "b", "Bea", noComment)
		must(l.FeatureComment(l.ctx, ann, b.ID, true))(t)
		page := must(l.Threads(l.ctx, "gazette", "a1", storage.ThreadsOldest, 9, ""))(t)
		equal(t, "edited", page.Threads[0].EditedAt.After(a.CreatedAt), true)
		equal(t, "not by its author", page.Threads[1].EditedAt.IsZero(), true)
	},
}
