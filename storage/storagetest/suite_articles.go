package storagetest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"winnow/models"
	"winnow/storage"
)

var articleTests = map[string]func(*testing.T, *fixture){
	"articles are listed by activity": func(t *testing.T, l *fixture) {
		for i, id := range []string{"a", "b", "c", "d"} {
			l.post(t, onArticle(id), withBody(fmt.Sprint(i)))
			l.clock.Advance(time.Minute)
		}
		l.post(t, onArticle("b"), approved)
		l.post(t, onSite("tribune"))
		l.article(t, "never commented on", func(e *models.ArticleEntry) { e.State = models.ArticleClosed })
		page, next, err := l.Articles(l.ctx, bob, models.ArticleFilter{Site: "gazette", Limit: 2})
		ok(t, err)
		equal(t, "first", idsOf(page), "b d")
		equal(t, "approved", page[0].Approved, 1)
		equal(t, "pending", page[0].Pending, 1)
		equal(t, "state", page[0].State, models.ArticleOpen)
		page, next, err = l.Articles(l.ctx, bob, models.ArticleFilter{Site: "gazette", Limit: 2, Cursor: next})
		ok(t, err)
		equal(t, "second", idsOf(page), "c a")
		page, next, err = l.Articles(l.ctx, bob, models.ArticleFilter{Site: "gazette", Limit: 2, Cursor: next})
		ok(t, err)
		equal(t, "third", idsOf(page), "never commented on")
		equal(t, "no more", next, "")
		_, _, err = l.Articles(l.ctx, eve, models.ArticleFilter{Site: "gazette"})
		wantKind(t, err, models.KindNotFound)
	},
	"articles are filtered": func(t *testing.T, l *fixture) {
		l.post(t, func(n *storage.NewComment) {
			n.Comment.Article = models.Article{ID: "x1", Title: "Ärger am Hafen 100%", URL: "https://gazette.example/Port", Section: "Sport"}
		})
		l.post(t, onArticle("X2"))
		hour := l.clock.Now().Add(time.Hour)
		l.article(t, "shut", func(e *models.ArticleEntry) { e.State, e.Until = models.ArticleClosed, hour })
		l.article(t, "watched", func(e *models.ArticleEntry) { e.State = models.ArticlePre })
		must(l.StartBurst(l.ctx, "gazette", "busy", hour))(t)
		find := func(what string, f models.ArticleFilter, want string) {
			t.Helper()
			f.Site = "gazette"
			page, _, err := l.Articles(l.ctx, bob, f)
			ok(t, err)
			equal(t, what, idsOf(page), want)
		}
		find("title", models.ArticleFilter{Query: "ÄRGER"}, "x1")
		find("address", models.ArticleFilter{Query: "/port"}, "x1")
		find("id", models.ArticleFilter{Query: "x"}, "x1 X2")
		find("no pattern", models.ArticleFilter{Query: "1%0"}, "")
		find("one", models.ArticleFilter{Article: "X2"}, "X2")
		find("closed", models.ArticleFilter{State: models.ArticleClosed}, "shut")
		find("pre", models.ArticleFilter{State: models.ArticlePre}, "watched")
		find("in a burst", models.ArticleFilter{InBurst: true}, "busy")
		find("open", models.ArticleFilter{State: models.ArticleOpen}, "x1 X2 busy")
		equal(t, "set", len(must(l.ArticleOverrides(l.ctx, "gazette", 3))(t)), 3)
		if set := must(l.ArticleOverrides(l.ctx, "gazette", 2))(t); set != nil {
			t.Fatalf("more than requested: %v", set)
		}
		l.clock.Advance(2 * time.Hour)
		find("closed later", models.ArticleFilter{State: models.ArticleClosed}, "")
		find("after the burst", models.ArticleFilter{InBurst: true}, "")
		find("open later", models.ArticleFilter{State: models.ArticleOpen}, "x1 X2 shut busy")
		equal(t, "set later", len(must(l.ArticleOverrides(l.ctx, "gazette", 3))(t)), 1)
		equal(t, "state later", must(l.Article(l.ctx, "gazette", "shut"))(t).State, models.ArticleOpen)
		equal(t, "unknown", must(l.Article(l.ctx, "gazette", "unknown"))(t).State, models.ArticleOpen)
	},
	"an article is changed completely or not at all": func(t *testing.T, l *fixture) {
		l.post(t, approved)
		version := must(l.ArticleVersion(l.ctx, "gazette", "a1"))(t)
		e := l.article(t, "a1", func(e *models.ArticleEntry) {
			e.State, e.Section, e.Burst = models.ArticlePre, "Sport", &models.Burst{Count: 10, Minutes: 1, HoldMinutes: 30}
		})
		equal(t, "surge", *e.Burst, models.Burst{Count: 10, Minutes: 1, HoldMinutes: 30})
		equal(t, "in a comment", l.post(t).Article.Title, "First")
		equal(t, "in the queue", must(l.Queue(l.ctx, bob, models.QueueFilter{}))(t).Items[0].Comment.Article.Section, "Sport")
		for what, change := range map[string]func(*models.ArticleEntry){
			"state":   func(e *models.ArticleEntry) { e.State = "ajar" },
			"until":   func(e *models.ArticleEntry) { e.State, e.Until = models.ArticleOpen, l.clock.Now() },
			"section": func(e *models.ArticleEntry) { e.Section = strings.Repeat("ä", 101) },
			"surge":   func(e *models.ArticleEntry) { e.Burst = &models.Burst{Count: 1} },
		} {
			_, err := l.UpdateArticle(l.ctx, ann, "gazette", "a1", func(e *models.ArticleEntry) error { change(e); return nil })
			if models.KindOf(err) != models.KindInvalid {
				t.Errorf("%s: %v", what, err)
			}
		}
		_, err := l.UpdateArticle(l.ctx, ann, "none", "a1", func(*models.ArticleEntry) error { return nil })
		wantKind(t, err, models.KindNotFound)
		_, err = l.UpdateArticle(l.ctx, eve, "gazette", "a1", func(*models.ArticleEntry) error { return nil })
		wantKind(t, err, models.KindNotFound)
		stored := must(l.Article(l.ctx, "gazette", "a1"))(t)
		equal(t, "stored", stored.State, models.ArticlePre)
		equal(t, "version for the public", must(l.ArticleVersion(l.ctx, "gazette", "a1"))(t), version)
		rows, _, err := l.AuditPage(l.ctx, ann, models.AuditFilter{Action: "article.update"})
		ok(t, err)
		equal(t, "trail", len(rows), 1)
		equal(t, "before", string(rows[0].Before), `{"section":"","state":"open","title":"First","url":"https://gazette.example/a1"}`)
	},
	"of two nodes that detect a burst one starts it": func(t *testing.T, l *fixture) {
		l.post(t)
		until := l.clock.Now().Add(time.Hour)
		var ends [2]time.Time
		together(2, func(i int) {
			var err error
			if ends[i], err = l.StartBurst(l.ctx, "gazette", "a1", until.Add(time.Duration(i)*time.Second)); err != nil {
				t.Error(err)
			}
		})
		equal(t, "end", ends[0], ends[1])
		equal(t, "in the queue", must(l.Queue(l.ctx, bob, models.QueueFilter{}))(t).Items[0].Comment.Article.BurstUntil, ends[0])
		rows, _, err := l.AuditPage(l.ctx, ann, models.AuditFilter{Action: "article.surge"})
		ok(t, err)
		equal(t, "trail", len(rows), 1)
		l.article(t, "a1", func(e *models.ArticleEntry) { e.BurstUntil = time.Time{} })
		equal(t, "ended", len(must(l.ArticleOverrides(l.ctx, "gazette", 3))(t)), 0)
	},
}

func (l *fixture) article(t testing.TB, id string, change func(*models.ArticleEntry)) models.ArticleEntry {
	t.Helper()
	return must(l.UpdateArticle(l.ctx, ann, "gazette", id, func(e *models.ArticleEntry) error { change(e); return nil }))(t)
}

// idsOf joins the ids of articles.
func idsOf(all []models.ArticleEntry) string {
	var ids []string
	for _, e := range all {
		ids = append(ids, e.ID)
	}
	return strings.Join(ids, " ")
}
