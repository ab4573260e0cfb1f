package storagetest

import (
	"fmt"
	"testing"
	"time"

	"winnow/models"
	"winnow/storage"
)

// articleMoveTests are about what becomes of what pages and the newsroom have said, and of
// what is set, when articles are merged or moved.
var articleMoveTests = map[string]func(*testing.T, *fixture){
	"an article moves onto an id that only pages know": func(t *testing.T, l *fixture) {
		soon := l.clock.Now().Add(time.Hour)
		l.post(t, approved, onArticle("old"))
		l.article(t, "old", func(e *models.ArticleEntry) {
			e.Describe()
			e.Title, e.Section, e.PublishedAt = "Story", "Local", l.clock.Now().Add(-time.Hour)
			e.State, e.ClosesAt, e.Burst, e.Shares = models.ArticlePre, soon, &models.Burst{Count: 3, Minutes: 1, HoldMinutes: 5}, &models.ArticleRef{Site: "tribune", Article: "a1"}
		})
		must(l.UpdateArticle(l.ctx, ann, "tribune", "a1", func(e *models.ArticleEntry) error {
			e.Shares = &models.ArticleRef{Site: "gazette", Article: "old"}
			return nil
		}))(t)
		l.clock.Advance(2 * time.Minute)
		l.post(t, approved, titled("new", "CASINO"))
		busy := l.clock.Now().Add(time.Minute)
		must(l.StartBurst(l.ctx, "gazette", "new", busy))(t)
		grows := l.versionGrows("new", must(l.ArticleVersion(l.ctx, "gazette", "new"))(t))
		m := must(l.MoveArticle(l.ctx, ann, "gazette", "old", "new"))(t)
		grows(t, "moved")
		state := func(id string) string {
			e := must(l.Article(l.ctx, "gazette", id))(t)
			return fmt.Sprint(e.Title, " ", e.URL, " ", e.Section, " ", e.Described, " ", e.State, e.ClosesAt.Equal(soon), e.Burst != nil, e.Shares != nil, e.PublishedAt.IsZero())
		}
		const story = "Story  Local true pretrue true true false"
		equal(t, "moved", state("new"), story)
		l.threadHas(t, "new", 2)
		shared := func(id string) bool {
			found, _, err := l.Articles(l.ctx, ann, models.ArticleFilter{Site: "gazette", Article: id})
			ok(t, err)
			return found[0].Shared
		}
		equal(t, "shared", shared("new"), true)
		l.clock.Advance(time.Minute)
		l.post(t, approved, onArticle("new"))
		l.article(t, "later", func(*models.ArticleEntry) {})
		must(l.MergeArticles(l.ctx, ann, "gazette", "later", "new"))(t)
		l.article(t, "new", func(e *models.ArticleEntry) { e.KeepOpen = true })
		must(l.UndoArticleMerge(l.ctx, ann, m.ID))(t)
		grows(t, "undone")
		equal(t, "back", state("old"), story)
		equal(t, "what was set since", must(l.Article(l.ctx, "gazette", "old"))(t).KeepOpen, true)
		equal(t, "shared again", shared("old"), true)
		equal(t, "parted", state("new"), "CASINO https://gazette.example/new Casino false openfalse false false true")
		equal(t, "another id", must(l.Article(l.ctx, "gazette", "later"))(t).MergedInto, "old")
		l.threadHas(t, "old", 1)
		l.threadHas(t, "new", 2) // with the one that was written there
	},
	"an id of which nothing is known brings nothing along": func(t *testing.T, l *fixture) {
		l.post(t, approved, titled("story", "Story"))
		canonical := func(id string) {
			t.Helper()
			_, _, err := l.UpdateArticles(l.ctx, gazette, "gazette", []storage.ArticleChange{{
				ID: id, Canonical: "story", Change: func(*models.ArticleEntry) error { return nil },
			}})
			ok(t, err)
			equal(t, id, must(l.Article(l.ctx, "gazette", "story"))(t).Title, "Story")
		}
		canonical("short")
		l.post(t, approved, titled("copy", "Copy"))
		canonical("copy")
		_, err := l.MoveArticle(l.ctx, ann, "gazette", "copy", "short")
		ok(t, err)
	},
	"a merge that is undone gives back what the newsroom has said since": func(t *testing.T, l *fixture) {
		describe := func(id, title, section string) {
			l.article(t, id, func(e *models.ArticleEntry) { e.Describe(); e.Title, e.Section = title, section })
		}
		shows := func(id, want string) {
			t.Helper()
			e := must(l.Article(l.ctx, "gazette", id))(t)
			equal(t, id, fmt.Sprint(e.Title, " ", e.Section, " ", e.Described), want)
		}
		describe("a", "Old", "Local")
		l.post(t, approved, titled("b", "CASINO"))
		l.article(t, "b", func(e *models.ArticleEntry) { e.State = models.ArticlePre })
		m := must(l.MergeArticles(l.ctx, ann, "gazette", "a", "b"))(t)
		shows("b", "Old Local true")
		describe("b", "Corrected", "Town")
		must(l.UndoArticleMerge(l.ctx, ann, m.ID))(t)
		shows("a", "Corrected Town true")
		shows("b", "CASINO Casino false")
		equal(t, "state", must(l.Article(l.ctx, "gazette", "b"))(t).State, models.ArticlePre)
		describe("one", "One", "Sport")
		describe("two", "Two", "Local")
		l.article(t, "4711", func(*models.ArticleEntry) {})
		must(l.MergeArticles(l.ctx, ann, "gazette", "4711", "one"))(t)
		m = must(l.MergeArticles(l.ctx, ann, "gazette", "one", "two"))(t)
		describe("two", "Both", "Town")
		must(l.UndoArticleMerge(l.ctx, ann, m.ID))(t)
		shows("one", "One Sport true")
		shows("two", "Both Town true")
		shows("4711", " Sport false")
	},
	"what a page said goes with the rejection of its comment": func(t *testing.T, l *fixture) {
		shows := func(want string) {
			t.Helper()
			e := must(l.Article(l.ctx, "gazette", "quay"))(t)
			equal(t, "article", fmt.Sprint(e.Title, " ", e.Section), want)
		}
		reject := func(ids ...string) {
			t.Helper()
			for _, id := range ids {
				l.decide(t, ann, id, models.DecisionRequest{Action: models.Reject, Reason: models.ReasonSpam})
			}
		}
		first := l.post(t, approved, titled("quay", "First"))
		second := l.post(t, approved, titled("quay", "Second"))
		held := l.post(t, onArticle("quay"), func(n *storage.NewComment) { n.PageWord.Title = "Held" })
		reject(second.ID)
		shows("First Casino")
		grows := l.versionGrows("quay", must(l.ArticleVersion(l.ctx, "gazette", "quay"))(t))
		reject(first.ID)
		grows(t, "rejected")
		shows(" ")
		l.decide(t, ann, held.ID, models.DecisionRequest{Action: models.Approve})
		shows("Held ")
		reject(held.ID)
		shows(" ")
		waits := l.post(t, approved, titled("quay", "Waits"))
		for i := range models.DefaultReportsToHold {
			must(l.Flag(l.ctx, gazette, waits.ID, storage.Report{Who: fmt.Sprint("author ", i)}))(t)
		}
		equal(t, "reported", must(l.Comment(l.ctx, waits.ID))(t).Status, models.Pending)
		shows("Waits Casino")
		reject(waits.ID)
		shows(" ")
		third := l.post(t, approved, titled("quay", "Third"))
		m := must(l.MoveArticle(l.ctx, ann, "gazette", "quay", "2031/quay"))(t)
		reject(third.ID)
		equal(t, "moved", must(l.Article(l.ctx, "gazette", "2031/quay"))(t).Title, "")
		must(l.UndoArticleMerge(l.ctx, ann, m.ID))(t)
		shows(" ")
		fourth := l.post(t, approved, titled("quay", "Fourth"))
		l.article(t, "quay", func(e *models.ArticleEntry) { e.Describe(); e.Title = "Ours" })
		reject(fourth.ID)
		shows("Ours ")
	},
}

// titled makes a comment's page say what an article is called.
func titled(id, title string) func(*storage.NewComment) {
	return func(n *storage.NewComment) {
		n.Comment.Article = models.Article{ID: id, Title: title, URL: "https://gazette.example/" + id, Section: "Casino"}
	}
}
