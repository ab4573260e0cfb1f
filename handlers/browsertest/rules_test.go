package browsertest

import (
	"testing"

	"github.com/chromedp/chromedp"

	"winnow/models"
)

func TestCampaignIsDecidedAsOne(t *testing.T) {
	d := newDesk(t, models.ModePre)
	const pitch = "My cousin earns a captain's pay from her kitchen table, ask her how today "
	first := d.post(1, "Ilse", pitch+"Ilse")
	d.post(2, "Tomasz", pitch+"Tomasz")
	d.post(3, "Reader", "The old clock is right again, and the whole square was there to see it.")
	d.post(4, "Yuki", pitch+"Yuki")
	p := d.login("alice")
	p.until(`document.querySelectorAll("#list button.row").length === 2`) // the copies have one row
	p.do(chromedp.Click(`#list [data-id="` + first + `"] .row`))
	p.says("#comment", "3 near-copies, authors: 3")
	p.do(chromedp.Click("#comment p .link"))
	p.says("#narrowed", "Only near-copies")
	p.says("#bulk", "3 selected")
	p.keys("rs")
	p.says("#none", "Nothing matches.")
	d.until(func() bool { return d.status(first) == models.Rejected })
	p.do(chromedp.Click("#narrowed"))
	p.says("#comment .body", "The old clock")
}
