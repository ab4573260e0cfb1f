package browsertest

import (
	"testing"

	"github.com/chromedp/chromedp"

	"winnow/models"
)

func TestDeskSkipsEscalatesAndHasTheSitesReasons(t *testing.T) {
	d := newDesk(t, models.ModePre)
	_, err := d.db.UpdateSite(t.Context(), operator, "demo", func(s *models.Site) error {
		s.Reasons = []models.SiteReason{{ID: "insult", Under: models.ReasonAbuse, Name: "Insults a guest"}}
		return nil
	})
	d.must(err)
	ilse := d.post(1, "Ilse", "The clock is right.")
	tomasz := d.post(2, "Tomasz", "The bread was warm.")
	yuna := d.post(3, "Yuna", "The guest was dull.")
	p := d.login("alice")
	p.until(`document.querySelectorAll("#list button.row").length === 3`)
	p.do(chromedp.Click("#list [data-id='" + ilse + "'] button"))
	p.says("#comment .body", "clock")
	p.keys("z")
	p.says("#list [data-id='"+ilse+"'] .state", "skipped")
	p.until(`!document.querySelector("#comment .body").textContent.includes("clock")`)
	p.do(chromedp.Click("#list [data-id='" + tomasz + "'] button"))
	p.says("#comment .body", "bread")
	p.keys("nhard")
	p.text(`String(document.dispatchEvent(new CustomEvent("selection-changed")))`) // as when something arrives
	p.keys(" to tell\rf")                                                          // its letters are no keys of the desk
	p.says("#toasts", "To an editor: Tomasz")
	p.says("#comment .body", "guest") // what was skipped is not dealt
	d.until(func() bool {
		c, err := d.db.Comment(t.Context(), tomasz)
		d.must(err)
		return c.Reason == models.ReasonEscalated
	})
	p.keys("r1")
	p.says("#toasts", "Rejected (Insults a guest): Yuna")
	p.says("#recent", "training label: Abuse")
	d.until(func() bool { return d.status(yuna) == models.Rejected })
	if got := d.status(ilse); got != models.Pending {
		t.Errorf("what was skipped is %s", got)
	}
}

// tells presses a button of the desk that has a text.
func (p *tab) tells(word string) {
	p.Helper()
	find := `[...document.querySelectorAll("#panes button")].find((b) => b.textContent === "` + word + `")`
	p.until(find)
	p.text(find + `.click()`)
}

func TestAuthorsAreHeldBannedAndRejectedAtOnce(t *testing.T) {
	d := newDesk(t, models.ModePre)
	d.role("alice", models.RoleEditor)
	ids := []string{d.post(1, "Ilse", "The clock is right."), d.post(2, "Ilse", "The clock is wrong."), d.post(3, "Yuna", "The guest was dull.")}
	p := d.login("alice")
	p.until(`document.querySelectorAll("#list button.row").length === 3`)
	p.do(chromedp.Click("#list [data-id='" + ids[0] + "'] button"))
	p.says("#author", "Trust50%")
	p.tells("Ban 30 days")
	p.says("#author .notice", "Banned until")
	p.tells("Lift")
	p.tells("Shadow ban 7 days")
	p.says("#author .notice", "Shadow-banned until")
	p.tells("Reject all 2")
	p.says("#others", "2 waiting, articles: 1")
	p.tells("Spam")
	p.says("#toasts", "Rejected (Spam): 2 comments")
	d.until(func() bool { return d.status(ids[0]) == models.Rejected && d.status(ids[1]) == models.Rejected })
	p.keys("u")
	d.until(func() bool { return d.status(ids[0]) == models.Pending && d.status(ids[1]) == models.Pending })
	p.until(`document.querySelectorAll("#list button.row").length === 3`)
}

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

func TestSecondLooksAreBlind(t *testing.T) {
	d := newDesk(t, models.ModePre)
	all := 1.0
	_, err := d.db.UpdateSite(t.Context(), operator, "demo", func(s *models.Site) error { s.SecondLook = &all; return nil })
	d.must(err)
	id := d.post(1, "Ilse", "The clock is right.")
	bob := models.Caller{Kind: models.ByModerator, Name: "bob", Role: models.RoleModerator}
	_, _, err = d.db.Decide(t.Context(), bob, id, models.DecisionRequest{Action: models.Approve})
	d.must(err)
	p := d.login("alice")
	p.says("#none", "Nothing is waiting.")
	p.do(chromedp.Click(`#pages a[href="#looks"]`))
	p.says("#comment .body", "The clock is right.")
	p.says("#notice", "decide as if nobody had decided before")
	if got := p.text(`[document.getElementById("why"), document.querySelector("#list .chip"), document.querySelector("#author").textContent].join()`); got != ",," {
		t.Errorf("a second look shows %s", got)
	}
	p.keys("rs")
	p.says("#recent", "Second look disagreed")
	d.until(func() bool { return d.status(id) == models.Pending })
	p.do(chromedp.Click(`#pages a[href="#queue"]`))
	p.says("#list", "Second look disagreed")
}
