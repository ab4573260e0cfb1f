package browsertest

import (
	"testing"

	"github.com/chromedp/chromedp"

	"winnow/models"
)

func TestEditorsCloseAnArticleFromTheDesk(t *testing.T) {
	d := newDesk(t, models.ModePre)
	d.role("alice", models.RoleEditor)
	d.post(1, "Ilse", "The clock is right.")
	p := d.login("alice")
	p.until(`document.querySelector("#article select")?.value === "open"`)
	p.text(`(() => { const s = document.querySelector("#article select"); s.value = "closed"; s.dispatchEvent(new Event("change")) })()`)
	d.until(func() bool {
		found, _, err := d.db.Articles(t.Context(), operator, models.ArticleFilter{Site: "demo", Article: "welcome", Limit: 1})
		d.must(err)
		return len(found) == 1 && found[0].State == models.ArticleClosed
	})
	bob := d.login("bob")
	bob.do(chromedp.Click("#list button.row"))
	bob.says("#article", "closed")
}
