package browsertest

import (
	"testing"

	"github.com/chromedp/chromedp"

	"winnow/models"
)

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
