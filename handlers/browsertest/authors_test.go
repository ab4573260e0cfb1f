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
	p.waitForText("#others", "Household (IP address)")
	p.impose("Ban\u2026")
	p.waitForText("#author .notice", "Banned until")
	p.clickInDesk("Lift")
	p.impose("Shadow ban\u2026")
	p.waitForText("#author .notice", "Shadow-banned until")
	p.clickInDesk("Reject all 2")
	p.waitForText("#others", "2 waiting, articles: 1")
	p.clickInDesk("Spam")
	p.waitForText("#toasts", "Rejected (Spam): 2 comments")
	d.waitFor(func() bool { return d.status(ids[0]) == models.Rejected && d.status(ids[1]) == models.Rejected })
	p.keys("u")
	d.waitFor(func() bool { return d.status(ids[0]) == models.Pending && d.status(ids[1]) == models.Pending })
	p.waitFor(`document.querySelectorAll("#list button.row").length === 3`)
}

// impose opens the dialogue of a sanction and confirms it. An author's pane that is loaded
// again meanwhile closes the dialogue, so it is opened until it can be confirmed.
func (p *tab) impose(open string) {
	p.Helper()
	p.waitFor(`(() => {
		const find = (text) => [...document.querySelectorAll("#panes button")].find((b) => b.textContent === text);
		const confirm = find("Impose");
		(confirm || find("` + open + `"))?.click();
		return Boolean(confirm);
	})()`)
}
