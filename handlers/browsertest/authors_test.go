package browsertest

import (
	"testing"

	"github.com/chromedp/chromedp"

	"winnow/models"
)

func TestAuthorsAreSanctionedAndRejectedAtOnce(t *testing.T) {
	d := newTestServer(t, models.ModePre)
	d.setRole("alice", models.RoleEditor)
	ids := []string{d.post(1, "Ilse", "The clock is right."), d.post(2, "Ilse", "The clock is wrong."), d.post(3, "Yuna", "The guest was dull.")}
	p := d.login("alice")
	p.waitFor(`document.querySelectorAll("#list button.row").length === 3`)
	p.run(chromedp.Click("#list [data-id='" + ids[0] + "'] button"))
	p.waitForText("#author", "Trust50%")
	p.clickInDesk("Ban\u2026")
	p.waitForText("#dialogue", "Household (IP address)")
	p.clickInDesk("Impose")
	p.waitForText("#dialogue", "Say why.")
	p.run(chromedp.SendKeys("#author [name=why]", "sells watches"))
	p.clickInDesk("Impose")
	p.waitForText("#author .notice", "Banned until")
	p.waitForText("#toasts", "Ban: Ilse")
	p.evaluate(`document.activeElement.blur()`)
	p.keys("u")
	p.waitFor(`!document.querySelector("#author .notice")`)
	p.clickInDesk("Shadow ban\u2026")
	p.run(chromedp.SendKeys("#author [name=why]", "sells watches"))
	p.clickInDesk("Impose")
	p.waitForText("#author .notice", "Shadow-banned until")
	p.clickInDesk("Reject all 2")
	p.waitForText("#dialogue", "2 waiting, articles: 1")
	p.clickInDesk("Spam")
	p.waitForText("#toasts", "Rejected (Spam): 2 comments")
	d.waitFor(func() bool { return d.status(ids[0]) == models.Rejected && d.status(ids[1]) == models.Rejected })
	p.keys("u")
	d.waitFor(func() bool { return d.status(ids[0]) == models.Pending && d.status(ids[1]) == models.Pending })
	p.waitFor(`document.querySelectorAll("#list button.row").length === 3`)
}
