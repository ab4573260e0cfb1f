package storagetest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"winnow/models"
	"winnow/storage"
)

// sharedThreadTests are about several articles with one thread.
var sharedThreadTests = map[string]func(*testing.T, *fixture){
	"merged articles have one thread, and part again": func(t *testing.T, l *fixture) {
		l.post(t, approved, onArticle("a1"))
		l.post(t, approved, onArticle("a2"), withBody("written on the copy"))
		held := l.post(t, onArticle("a2"))
		l.post(t, approved, onArticle("a1"))
		l.article(t, "a1", func(e *models.ArticleEntry) { e.Title, e.Section, e.Described = "One", "Local", true })
		last := must(l.ArticleVersion(l.ctx, "gazette", "a1"))(t)
		grows := l.versionGrows("a1", last)
		m := must(l.MergeArticles(l.ctx, ann, "gazette", "a2", "a1"))(t)
		grows(t, "merged")
		l.threadHas(t, "a1", 3)
		equal(t, "count", must(l.ArticleCounts(l.ctx, "gazette", []string{"a1"}))(t)["a1"], 3)
		k := must(l.Comment(l.ctx, held.ID))(t)
		equal(t, "article of a comment", k.Article.ID+" "+k.Article.Title, "a1 One")
		queued := func(f models.QueueFilter) int { f.Site = "gazette"; return len(must(l.Queue(l.ctx, bob, f))(t).Items) }
		equal(t, "waits for the article", queued(models.QueueFilter{Article: "a1"}), 1)
		equal(t, "waits in the section", queued(models.QueueFilter{Section: "Local"}), 1)
		_, _, err := l.Decide(l.ctx, ann, held.ID, models.DecisionRequest{Action: models.Approve})
		ok(t, err)
		grows(t, "approved")
		reply := l.post(t, approved, onArticle("a1"), func(n *storage.NewComment) { n.Comment.ParentID = held.ID })
		found, _, err := l.Articles(l.ctx, bob, models.ArticleFilter{Site: "gazette", Article: "a2"})
		ok(t, err)
		equal(t, "listed", idsOf(found), "a1")
		equal(t, "aliases", strings.Join(found[0].Aliases, " "), "a2")
		equal(t, "approved", found[0].Approved, 5)
		_, err = l.MergeArticles(l.ctx, ann, "gazette", "a1", "a2")
		wantKind(t, err, models.KindConflict)
		_, err = l.MergeArticles(l.ctx, ann, "gazette", "none", "a1")
		wantKind(t, err, models.KindNotFound)
		_, err = l.UndoArticleMerge(l.ctx, eve, m.ID)
		wantKind(t, err, models.KindNotFound)
		grows(t, "answered")
		must(l.UndoArticleMerge(l.ctx, ann, m.ID))(t)
		grows(t, "undone")
		l.threadHas(t, "a1", 2)
		l.threadHas(t, "a2", 3) // with the reply, which goes with what it answers
		equal(t, "counts", fmt.Sprint(must(l.ArticleCounts(l.ctx, "gazette", []string{"a1", "a2"}))(t)), "map[a1:2 a2:3]")
		equal(t, "article of the comment", must(l.Comment(l.ctx, held.ID))(t).Article.ID, "a2")
		equal(t, "article of the reply", must(l.Comment(l.ctx, reply.ID))(t).Article.ID, "a2")
		_, err = l.UndoArticleMerge(l.ctx, ann, m.ID)
		wantKind(t, err, models.KindConflict)
		rows, _, err := l.AuditPage(l.ctx, ann, models.AuditFilter{Subject: "a2"})
		ok(t, err)
		equal(t, "trail", len(rows), 2)
		equal(t, "list", len(must(l.ArticleMerges(l.ctx, ann, "gazette", "a2", 9))(t)), 1)
	},
	"a moved article takes everything along, and goes back": func(t *testing.T, l *fixture) {
		l.post(t, approved, onArticle("old"))
		l.article(t, "old", func(e *models.ArticleEntry) {
			e.Title, e.Described, e.State = "Story", true, models.ArticlePre
		})
		l.article(t, "taken", func(e *models.ArticleEntry) { e.KeepOpen = true })
		_, err := l.MoveArticle(l.ctx, ann, "gazette", "old", "taken")
		wantKind(t, err, models.KindConflict)
		m := must(l.MoveArticle(l.ctx, ann, "gazette", "old", "new"))(t)
		e := must(l.Article(l.ctx, "gazette", "new"))(t)
		equal(t, "moved", fmt.Sprint(e.Title, e.Described, e.State), fmt.Sprint("Story", true, models.ArticlePre))
		equal(t, "the old id", must(l.Article(l.ctx, "gazette", "old"))(t).MergedInto, "new")
		l.threadHas(t, "new", 1)
		l.post(t, approved, onArticle("new"))
		second := must(l.MoveArticle(l.ctx, ann, "gazette", "old", "newest"))(t) // by its old name
		l.threadHas(t, "newest", 2)
		equal(t, "the oldest id", must(l.Article(l.ctx, "gazette", "old"))(t).MergedInto, "newest")
		l.article(t, "old", func(e *models.ArticleEntry) { e.Title = "Story, corrected" })
		equal(t, "by an alias", must(l.Article(l.ctx, "gazette", "newest"))(t).Title, "Story, corrected")
		_, err = l.UndoArticleMerge(l.ctx, ann, m.ID)
		wantKind(t, err, models.KindConflict)
		must(l.UndoArticleMerge(l.ctx, ann, second.ID))(t)
		must(l.UndoArticleMerge(l.ctx, ann, m.ID))(t)
		l.threadHas(t, "old", 2)
		equal(t, "what was corrected", must(l.Article(l.ctx, "gazette", "old"))(t).Title, "Story, corrected")
		equal(t, "the newer id", must(l.Article(l.ctx, "gazette", "new"))(t).MergedInto, "old")
		must(l.MoveArticle(l.ctx, ann, "gazette", "old", "new"))(t) // the two change places
		l.threadHas(t, "new", 2)
	},
	"ids of an article are added with it": func(t *testing.T, l *fixture) {
		l.post(t, approved, onArticle("copy"))
		put := func(id string, change storage.ArticleChange) (models.ArticleEntry, []string, error) {
			t.Helper()
			change.ID = id
			if change.Change == nil {
				change.Change = func(e *models.ArticleEntry) error { e.Title, e.Described = "Story", true; return nil }
			}
			all, changed, err := l.UpdateArticles(l.ctx, gazette, "gazette", []storage.ArticleChange{change})
			if err != nil {
				return models.ArticleEntry{}, nil, err
			}
			return all[0], changed, nil
		}
		e, changed, err := put("story", storage.ArticleChange{Aliases: []string{"4711", "copy", "story"}})
		ok(t, err)
		equal(t, "aliases", strings.Join(e.Aliases, " "), "4711 copy")
		equal(t, "approved", e.Approved, 1)
		if len(changed) == 0 {
			t.Error("nothing changed")
		}
		_, changed, err = put("4711", storage.ArticleChange{Aliases: []string{"copy"}})
		ok(t, err)
		equal(t, "again", len(changed), 0)
		rows, _, err := l.AuditPage(l.ctx, ann, models.AuditFilter{Action: "article.*"})
		ok(t, err)
		equal(t, "trail", len(rows), 3)
		_, _, err = put("other", storage.ArticleChange{Aliases: []string{"copy"}})
		wantKind(t, err, models.KindConflict)
		equal(t, "nothing of it is stored", must(l.Article(l.ctx, "gazette", "other"))(t).Title, "")
		e, _, err = put("copy", storage.ArticleChange{Canonical: "2031/story"})
		ok(t, err)
		equal(t, "canonical", e.ID, "2031/story")
		equal(t, "its ids", strings.Join(e.Aliases, " "), "4711 copy story")
		_, _, err = l.UpdateArticles(l.ctx, gazette, "tribune", []storage.ArticleChange{{ID: "x"}})
		wantKind(t, err, models.KindNotFound)
	},
	"two sites share a thread when both say so": func(t *testing.T, l *fixture) {
		theirs := l.post(t, approved, onSite("tribune"))
		l.post(t, approved)
		answer := func() error {
			_, _, _, err := l.CreateComment(l.ctx, l.new(approved, func(n *storage.NewComment) { n.Comment.ParentID = theirs.ID }))
			return err
		}
		share := func(site, with string) models.ArticleEntry {
			t.Helper()
			return must(l.UpdateArticle(l.ctx, ann, site, "a1", func(e *models.ArticleEntry) error {
				if e.Shares = nil; with != "" {
					e.Shares = &models.ArticleRef{Site: with, Article: "a1"}
				}
				return nil
			}))(t)
		}
		grows := l.versionGrows("a1", must(l.ArticleVersion(l.ctx, "gazette", "a1"))(t))
		equal(t, "one says so", share("gazette", "tribune").Shared, false)
		grows(t, "one")
		l.threadHas(t, "a1", 1)
		wantKind(t, answer(), models.KindInvalid)
		equal(t, "both", share("tribune", "gazette").Shared, true)
		grows(t, "both")
		l.threadHas(t, "a1", 2)
		reply, _, _, err := l.CreateComment(l.ctx, l.new(approved, by(models.Author{Name: "Ada", Email: "ada@mail.example"}), func(n *storage.NewComment) {
			n.Comment.ParentID, n.Comment.Client.Net = theirs.ID, "203.0.113.0/24"
		}))
		ok(t, err)
		held := l.post(t, onSite("tribune"), func(n *storage.NewComment) { n.Comment.ParentID = theirs.ID })
		seen := must(l.Detail(l.ctx, eve, theirs.ID))(t).Thread // by a moderator of the tribune alone
		equal(t, "their own, and what is public of the other's", len(seen), 3)
		for _, c := range seen {
			if c.ID == reply.ID && (c.Author.Email != "" || c.Client != models.Client{} || c.Body == "") {
				t.Errorf("shown of another site's comment: %+v", c)
			}
		}
		ours := must(l.Detail(l.ctx, models.Caller{Kind: models.ByModerator, Name: "gus", Role: models.RoleModerator, Sites: []string{"gazette"}}, reply.ID))(t)
		equal(t, "the answered one", ours.Thread[0].ID+ours.Context.Parent.ID, theirs.ID+theirs.ID)
		equal(t, "of two", len(ours.Thread), 2)
		must(l.Detail(l.ctx, eve, held.ID))(t)
		equal(t, "count", must(l.ArticleCounts(l.ctx, "tribune", []string{"a1"}))(t)["a1"], 3)
		grows(t, "answered")
		share("tribune", "")
		grows(t, "one again")
		l.threadHas(t, "a1", 2)
		wantKind(t, answer(), models.KindInvalid)
		_, err = l.UpdateArticle(l.ctx, ann, "gazette", "a1", func(e *models.ArticleEntry) error {
			e.Shares = &models.ArticleRef{Site: "gazette", Article: "a2"}
			return nil
		})
		wantKind(t, err, models.KindInvalid)
	},
	"readers of both sites of a thread report its comments": func(t *testing.T, l *fixture) {
		c := l.post(t, approved)
		tribune := models.Caller{Kind: models.ByKey, Site: "tribune"}
		share := func(site, with string) {
			must(l.UpdateArticle(l.ctx, ann, site, "a1", func(e *models.ArticleEntry) error {
				e.Shares = &models.ArticleRef{Site: with, Article: "a1"}
				return nil
			}))(t)
		}
		report := func(by models.Caller, who string) int {
			t.Helper()
			return must(l.Flag(l.ctx, by, c.ID, storage.Report{Who: who}))(t).Flags
		}
		share("tribune", "gazette")
		_, err := l.Flag(l.ctx, tribune, c.ID, storage.Report{Who: "author 1"})
		wantKind(t, err, models.KindNotFound)
		share("gazette", "tribune")
		equal(t, "partner", must(l.PartnerSite(l.ctx, models.ArticleRef{Site: "gazette", Article: "a1"}))(t), "tribune")
		equal(t, "no partner", must(l.PartnerSite(l.ctx, models.ArticleRef{Site: "gazette", Article: "a2"}))(t), "")
		equal(t, "of the other site", report(tribune, "author 1"), 1)
		equal(t, "again", report(tribune, "author 1"), 1)
		equal(t, "another with the same id", report(gazette, "author 1"), 2)
		e := must(l.EraseReader(l.ctx, ann, models.Reader{Site: "tribune", ID: "1"}))(t)
		equal(t, "erased", e.Reports, 1)
		equal(t, "left", must(l.Comment(l.ctx, c.ID))(t).Flags, 1)
		report(tribune, "author 2")
		ok(t, l.RemoveSite(l.ctx, ann, "gazette", true))
	},
	"an id on which somebody has commented before brings no title along": func(t *testing.T, l *fixture) {
		l.article(t, "story", func(e *models.ArticleEntry) { e.Title, e.Described = "Ours", true })
		l.post(t, approved, func(n *storage.NewComment) {
			n.Comment.Article = models.Article{ID: "2031/story", Title: "Log in again", URL: "https://gazette.example/x"}
		})
		title := func(id string) string {
			return must(l.ArticleComments(l.ctx, "gazette", id, false, 9, ""))(t).Article.Title
		}
		m := must(l.MergeArticles(l.ctx, ann, "gazette", "story", "2031/story"))(t)
		equal(t, "merged", title("2031/story"), "Ours")
		must(l.UndoArticleMerge(l.ctx, ann, m.ID))(t)
		equal(t, "parted", title("2031/story")+title("story"), "Log in againOurs")
		_, _, err := l.UpdateArticles(l.ctx, gazette, "gazette", []storage.ArticleChange{{
			ID: "story", Canonical: "2031/story", Change: func(*models.ArticleEntry) error { return nil },
		}})
		ok(t, err)
		equal(t, "canonical", title("2031/story"), "Ours")
	},
	"age closes articles": func(t *testing.T, l *fixture) {
		must(l.UpdateSite(l.ctx, ann, "gazette", func(s *models.Site) error {
			s.Closing = models.Closing{Days: 14, Sections: map[string]int{"Sport": 1}}
			return nil
		}))(t)
		l.post(t, onArticle("young"))
		l.article(t, "old", func(e *models.ArticleEntry) { e.PublishedAt = l.clock.Now().AddDate(0, 0, -15) })
		l.article(t, "match", func(e *models.ArticleEntry) {
			e.PublishedAt, e.Section, e.Described = l.clock.Now().AddDate(0, 0, -2), "Sport", true
		})
		l.article(t, "kept", func(e *models.ArticleEntry) { e.PublishedAt, e.KeepOpen = l.clock.Now().AddDate(0, 0, -99), true })
		soon := l.clock.Now().Add(time.Hour)
		l.article(t, "soon", func(e *models.ArticleEntry) { e.ClosesAt = soon })
		find := func(state models.ArticleState, want string) {
			t.Helper()
			found, _, err := l.Articles(l.ctx, bob, models.ArticleFilter{Site: "gazette", State: state})
			ok(t, err)
			equal(t, string(state), idsOf(found), want)
		}
		find(models.ArticleClosed, "old match")
		find(models.ArticleOpen, "young soon kept")
		l.clock.Advance(2 * time.Hour)
		find(models.ArticleClosed, "soon old match")
		l.clock.Advance(15 * 24 * time.Hour)
		find(models.ArticleClosed, "young soon old match")
		find(models.ArticleOpen, "kept")
	},
	"what the page of a held comment says counts when the comment is approved": func(t *testing.T, l *fixture) {
		held := func(article, title string) models.Comment {
			return l.post(t, onArticle(article), func(n *storage.NewComment) {
				n.PageWord = models.Article{Title: title, URL: "https://gazette.example/" + title, Section: "Town"}
			})
		}
		decide := func(c models.Comment, action models.Action, want string) models.Decision {
			t.Helper()
			d := models.DecisionRequest{Action: action}
			if action == models.Reject {
				d.Reason = models.ReasonSpam
			}
			done := l.decide(t, ann, c.ID, d)
			e := must(l.Article(l.ctx, "gazette", c.Article.ID))(t)
			equal(t, string(action), fmt.Sprint(e.Title, e.URL, e.Section, e.Described), want)
			equal(t, "words that are kept", l.count(t, `SELECT count(*) FROM comments WHERE page_word <> '' AND id = '`+c.ID+`'`)[0], 0)
			return done
		}
		first, second := held("quay", "quay"), held("quay", "other")
		const quay = "quayhttps://gazette.example/quayTownfalse"
		before := must(l.ArticleVersion(l.ctx, "gazette", "quay"))(t)
		d := decide(first, models.Approve, quay)
		if after := must(l.ArticleVersion(l.ctx, "gazette", "quay"))(t); after <= before {
			t.Errorf("version went from %d to %d", before, after)
		}
		decide(second, models.Approve, quay)
		_, _, err := l.Undo(l.ctx, ann, d.ID)
		ok(t, err)
		rejected := held("pier", "pier")
		d = decide(rejected, models.Reject, "false")
		_, _, err = l.Undo(l.ctx, ann, d.ID)
		ok(t, err)
		decide(rejected, models.Approve, "false")
		described := held("mole", "mole")
		l.article(t, "mole", func(e *models.ArticleEntry) { e.Title, e.Described = "Ours", true })
		decide(described, models.Approve, "Ourstrue")
		l.post(t, onArticle("mole"), by(models.Author{ID: "u9", Name: "Uma"}), func(n *storage.NewComment) { n.PageWord.Title = "t" })
		must(l.EraseReader(l.ctx, ann, models.Reader{Site: "gazette", ID: "u9"}))(t)
		equal(t, "after erasure", l.count(t, `SELECT count(*) FROM comments WHERE page_word <> ''`)[0], 0)
	},
	"what a page says counts once, and not after the newsroom": func(t *testing.T, l *fixture) {
		says := func(title string) func(*storage.NewComment) {
			return func(n *storage.NewComment) {
				n.Comment.Article = models.Article{ID: "quay", Title: title, URL: "https://gazette.example/" + title, Section: title}
			}
		}
		shows := func(want string) {
			t.Helper()
			e := must(l.Article(l.ctx, "gazette", "quay"))(t)
			equal(t, "article", fmt.Sprint(e.Title, " ", e.URL, " ", e.Section, " ", e.Described), want)
		}
		l.post(t, says(""), func(n *storage.NewComment) { n.Comment.Article.URL = "" })
		shows("   false")
		l.post(t, says("first"))
		shows("first https://gazette.example/first first false")
		l.post(t, says("second"))
		shows("first https://gazette.example/first first false")
		l.post(t, onArticle("plain"), func(n *storage.NewComment) { n.Comment.Article.Title = "Plain" })
		l.post(t, onArticle("plain"), func(n *storage.NewComment) { n.Comment.Article.Section = "Closes early" })
		equal(t, "section", must(l.Article(l.ctx, "gazette", "plain"))(t).Section, "")
		l.article(t, "quay", func(e *models.ArticleEntry) { e.Title, e.URL, e.Section, e.Described = "Ours", "", "", true })
		l.post(t, says("third"))
		shows("Ours   true")
		together(4, func(i int) {
			if _, _, _, err := l.CreateComment(l.ctx, l.newOf(i, says(fmt.Sprint("race", i)))); err != nil {
				t.Error(err)
			}
		})
		shows("Ours   true")
	},
}

// newOf is new without its counter, for tests that post at the same time.
func (l *fixture) newOf(i int, edit ...func(*storage.NewComment)) storage.NewComment {
	n := (&fixture{n: 100 + i}).new(edit...)
	return n
}

// versionGrows returns a function that checks that the version of an article has grown.
func (l *fixture) versionGrows(id string, last int64) func(testing.TB, string) {
	return func(t testing.TB, what string) {
		t.Helper()
		now := must(l.ArticleVersion(l.ctx, "gazette", id))(t)
		if now <= last {
			t.Fatalf("%s: version went from %d to %d", what, last, now)
		}
		last = now
	}
}

// threadHas checks how many comments the thread of an article has, read in both orders
// page by page.
func (l *fixture) threadHas(t testing.TB, id string, want int) {
	t.Helper()
	for _, newest := range []bool{false, true} {
		n, next, last := 0, "", time.Time{}
		for {
			page := must(l.ArticleComments(l.ctx, "gazette", id, newest, 1, next))(t)
			equal(t, "total", page.Total, want)
			for _, c := range page.Comments {
				if n > 0 && c.CreatedAt.After(last) == newest {
					t.Fatalf("comment %d is out of order", n)
				}
				n, last = n+1, c.CreatedAt
			}
			if next = page.Next; next == "" {
				break
			}
		}
		equal(t, "comments", n, want)
	}
}
