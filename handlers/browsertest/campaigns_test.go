package browsertest

import (
	"fmt"
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

func TestCampaignOfFortyIsOneAct(t *testing.T) { onBoth(t, models.ModePre, campaignOfFortyIsOneAct) }

func campaignOfFortyIsOneAct(t *testing.T, d *desk) {
	const pitch = "My cousin earns a captain's pay from her kitchen table, ask her how today "
	ids := make([]string, 40)
	for i := range ids {
		name := fmt.Sprintf("%c%c", 'A'+i%26, 'a'+i/26)
		ids[i] = d.post(i+1, name, pitch+name)
	}
	alone := d.post(100, "Ilse", "The old clock is right again, and the whole square was there to see it.")
	p := d.login("alice")
	first := fmt.Sprintf(`#list [data-id=%q] .row`, ids[0])
	p.until(fmt.Sprintf("document.querySelector(%q)", first))
	p.do(chromedp.Click(first))
	p.says("#comment", "40 near-copies")
	p.do(chromedp.Click("#comment p .link"))
	p.says("#bulk", "40 selected")
	p.keys("rs")
	p.says("#toasts", "40")
	d.until(func() bool { return d.count(ids, models.Rejected) == 40 })
	p.keys("u")
	d.until(func() bool { return d.count(ids, models.Pending) == 40 })
	p.until(rows + ` === 40`)
	if got := d.status(alone); got != models.Pending {
		t.Errorf("the comment beside the campaign is %s", got)
	}
}

func TestCampaignIsOneRow(t *testing.T) { onBoth(t, models.ModePre, campaignIsOneRow) }

func campaignIsOneRow(t *testing.T, d *desk) {
	const pitch = "My cousin earns a captain's pay from her kitchen table, ask her how today "
	alone := d.post(9, "Reader", "The old clock is right again, and the whole square was there to see it.")
	ids := make([]string, 3)
	for i, name := range []string{"Ilse", "Tomasz", "Yuki"} {
		ids[i] = d.post(i+1, name, pitch+name)
	}
	p := d.login("alice")
	p.until(rows + ` === 2`)
	p.until(`document.getElementById("total").textContent === "4"`) // comments, not rows
	row := fmt.Sprintf(`#list [data-id=%q]`, ids[0])
	p.says(row, "×3")
	p.do(chromedp.Click(row + " .row"))
	p.says("#campaign small", "3 waiting, articles: 1")
	p.says("#actions .reject", "Reject ×3")
	p.keys("rs")
	p.says("#toasts", "Rejected (Spam): 3 comments")
	d.until(func() bool { return d.count(ids, models.Rejected) == 3 })
	p.until(rows + ` === 1`)
	p.keys("u")
	d.until(func() bool { return d.count(ids, models.Pending) == 3 })
	p.until(rows + ` === 2`)
	p.until(`document.getElementById("total").textContent === "4"`)
	p.text(`document.querySelectorAll("#list input").forEach((e) => e.click())`)
	p.says("#bulk", "4 selected")
	p.keys("a")
	d.until(func() bool { return d.count(append(ids, alone), models.Approved) == 4 })
	p.keys("u")
	d.until(func() bool { return d.count(append(ids, alone), models.Pending) == 4 })
	p.until(rows + ` === 2`)
	p.choose("each", "1")
	p.until(rows + ` === 4`)
	p.do(chromedp.Click(row + " .row"))
	p.until(`document.querySelector("#actions .reject").textContent === "Reject r"`) // this one alone
}
