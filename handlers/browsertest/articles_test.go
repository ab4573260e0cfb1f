package browsertest

import (
	"testing"

	"github.com/chromedp/chromedp"

	"winnow/models"
)

func TestEditorsCloseAnArticleFromTheDesk(t *testing.T) {
	d := newTestServer(t, models.ModePre)
	d.setRole("alice", models.RoleEditor)
	d.post(1, "Ilse", "The clock is right.")
	p := d.login("alice")
	p.waitFor(`document.querySelector("#article select")?.value === "open"`)
	p.evaluate(`(() => { const s = document.querySelector("#article select"); s.value = "closed"; s.dispatchEvent(new Event("change")) })()`)
	d.waitFor(func() bool {
		found, _, err := d.db.Articles(t.Context(), operator, models.ArticleFilter{Site: "demo", Article: "welcome", Limit: 1})
		d.must(err)
		return len(found) == 1 && found[0].State == models.ArticleClosed
	})
	bob := d.login("bob")
	bob.run(chromedp.Click("#list button.row"))
	bob.waitForText("#article", "closed")
}
