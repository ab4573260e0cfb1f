package browsertest

import (
	"testing"

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
