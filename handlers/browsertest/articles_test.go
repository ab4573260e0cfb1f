package browsertest

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"winnow/models"
)

func TestEditorsCloseAnArticleFromTheDesk(t *testing.T) {
	d := newTestServer(t, models.ModePre)
	d.setRole("alice", models.RoleEditor)
	d.post(1, "Ilse", "The clock is right.")
	p := d.login("alice")
	p.waitFor(`document.querySelector("#article select")?.value === "open"`)
	state := func() models.ArticleState {
		found, _, err := d.db.Articles(t.Context(), operator, models.ArticleFilter{Site: "demo", Article: "welcome", Limit: 1})
		d.must(err)
		return found[0].State
	}
	// What is chosen by the arrow keys is no decision yet.
	p.evaluate(`document.querySelector("#article select").focus()`)
	p.run(chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowDown))
	p.waitFor(`document.querySelector("#article select").value === "closed"`)
	if got := state(); got != models.ArticleOpen {
		t.Fatalf("an arrow key made the article %s", got)
	}
	p.clickInDesk("Apply")
	p.waitForText("#toasts", "closed: welcome")
	d.waitFor(func() bool { return state() == models.ArticleClosed })
	p.evaluate(`document.activeElement.blur()`)
	p.keys("u")
	d.waitFor(func() bool { return state() == models.ArticleOpen })
	p.waitFor(`document.querySelector("#article select").value === "open"`)
	p.evaluate(`(() => { const s = document.querySelector("#article select"); s.value = "closed"; s.dispatchEvent(new Event("change")) })()`)
	p.clickInDesk("Apply")
	d.waitFor(func() bool { return state() == models.ArticleClosed })
	bob := d.login("bob")
	bob.run(chromedp.Click("#list button.row"))
	bob.waitForText("#article", "closed")
}

// TestArticlesPage: an editor finds an article, closes it, takes that back, opens one that its
// age has closed, and reads what was rejected on another.
func TestArticlesPage(t *testing.T) {
	d := newTestServer(t, models.ModePost)
	d.setRole("alice", models.RoleEditor)
	d.postAll(1, object{"article": object{"id": "tram"}, "author": object{"name": "Ilse"}, "body": "The tram should run at night as well."})
	spam := d.postAll(2, object{"article": object{"id": "bridge"}, "author": object{"name": "Bo"}, "body": "Who checks the old bridge, and how often?"})
	_, _, err := d.db.Decide(t.Context(), bob, spam, models.DecisionRequest{Action: models.Reject, Reason: models.ReasonOffTopic})
	d.must(err)
	change := func(id string, change func(*models.ArticleEntry)) {
		_, err := d.db.UpdateArticle(t.Context(), operator, "demo", id, func(e *models.ArticleEntry) error { change(e); return nil })
		d.must(err)
	}
	change("bridge", func(e *models.ArticleEntry) { e.Title, e.Described = "A bridge & its builders", true })
	change("tram", func(e *models.ArticleEntry) { e.PublishedAt = time.Now().AddDate(0, 0, -40) })
	_, err = d.db.UpdateSite(t.Context(), operator, "demo", func(s *models.Site) error { s.Closing.Days = 30; return nil })
	d.must(err)
	state := func(id string) models.ArticleEntry {
		found, _, err := d.db.Articles(t.Context(), operator, models.ArticleFilter{Site: "demo", Article: id, Limit: 1})
		d.must(err)
		return found[0]
	}
	p := d.login("alice")
	p.page("articles", "Articles")
	p.waitFor(`document.querySelectorAll("#page tbody tr").length === 2`)
	p.waitForText("#page", "by age")

	p.evaluate(`(() => { const f = document.querySelector("#page form"); f.elements.words.value = "bridge &"; f.requestSubmit(); })()`)
	p.waitForText("#page tbody", "A bridge & its builders")
	p.waitFor(`document.querySelectorAll("#page tbody tr").length === 1 && document.querySelector("#page [name=words]").value === "bridge &"`)
	p.waitForText("#page tbody td:nth-of-type(3)", "1")
	choose := func(state string) {
		p.evaluate(`(() => { const s = document.querySelector("#page tbody select"); s.value = "` + state + `"; s.dispatchEvent(new Event("change")); })()`)
		p.run(chromedp.Click("#page tbody .small:not([hidden])"))
	}
	choose("closed")
	d.waitFor(func() bool { return state("bridge").State == models.ArticleClosed })
	p.run(chromedp.Click("#toasts button"))
	d.waitFor(func() bool { return state("bridge").State == models.ArticleOpen })
	p.waitFor(`document.querySelector("#page tbody select").value === "open"`)
	p.waitFor(`!!document.querySelector("#page tbody [data-keep=merge]")`)
	d.waitFor(func() bool { // until the index knows of the decision
		found, err := d.db.Search(t.Context(), operator, models.SearchFilter{Site: "demo", Status: models.Rejected, Limit: 1})
		d.must(err)
		return len(found.Items) > 0
	})
	p.run(chromedp.Click("#page tbody td:nth-of-type(3) a"))
	p.waitForText("#list .outcome", "rejected: Off topic by bob")

	p.evaluate(`location.hash = "articles/site=demo&state=closed"`)
	p.waitForText("#page tbody", "tram")
	choose("open")
	d.waitFor(func() bool { return state("tram").KeepOpen })
	p.run(chromedp.Click("#toasts .toast:last-child button"))
	d.waitFor(func() bool { return state("tram").ClosedBy == models.ClosedByAge && !state("tram").KeepOpen })
}
