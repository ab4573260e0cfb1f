package browsertest

import (
	"testing"

	"github.com/chromedp/chromedp"

	"winnow/models"
)

func TestTheDeskLinksOnlyToWhatTheNewsroomSays(t *testing.T) {
	d := newTestServer(t, models.ModePre)
	d.setRole("alice", models.RoleEditor)
	d.post(1, "Ilse", "The clock is right.")
	describe := func(described bool) {
		_, err := d.db.UpdateArticle(t.Context(), operator, "demo", "welcome", func(e *models.ArticleEntry) error {
			e.Title, e.URL, e.Described = "Welcome", "https://evil.example/", described
			return nil
		})
		d.must(err)
	}
	describe(false)
	p := d.login("alice")
	p.waitFor(`!!document.querySelector("#article select")`)
	p.waitFor(`!document.querySelector(".where a[target]")`)
	p.run(chromedp.Click("#article [data-keep=merge] summary"), chromedp.SendKeys(`#article [name="into"]`, "moved"),
		chromedp.SetValue(`#article [name="kind"]`, "move"), chromedp.Click("#article [data-keep=merge] form button"))
	p.waitForText("#article [data-keep=merge] output", "Undo")
	moved, err := d.db.Article(t.Context(), "demo", "welcome")
	d.must(err)
	if moved.MergedInto != "moved" {
		t.Errorf("moved: %+v", moved)
	}
	p.run(chromedp.Click("#article [data-keep=merge] output button"))
	d.waitFor(func() bool {
		back, err := d.db.Article(t.Context(), "demo", "welcome")
		d.must(err)
		return back.MergedInto == ""
	})
	describe(true)
	bob := d.login("bob")
	bob.run(chromedp.Click("#list button.row"))
	bob.waitFor(`document.querySelector(".where a[target]")?.href === "https://evil.example/"`)
}
