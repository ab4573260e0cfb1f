package browsertest

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"winnow/models"
)

func TestCampaignIsSelectedAndDecided(t *testing.T) {
	d := newTestServer(t, models.ModePre)
	const pitch = "My cousin earns a captain's pay from her kitchen table, ask her how today "
	first := d.post(1, "Ilse", pitch+"Ilse")
	d.post(2, "Tomasz", pitch+"Tomasz")
	d.post(3, "Reader", "The old clock is right again, and the whole square was there to see it.")
	d.post(4, "Yuki", pitch+"Yuki")
	p := d.login("alice")
	p.waitFor(`document.querySelectorAll("#list button.row").length === 2`) // the copies have one row
	p.run(chromedp.Click(`#list [data-id="` + first + `"] .row`))
	p.waitForText("#comment", "3 near-copies, authors: 3")
	p.run(chromedp.Click("#comment p .link"))
	p.waitForText("#narrowed", "Only near-copies")
	p.waitForText("#bulk", "3 selected")
	p.keys("rs")
	p.waitForText("#none", "Nothing matches.")
	d.waitFor(func() bool { return d.status(first) == models.Rejected })
	p.run(chromedp.Click("#narrowed"))
	p.waitForText("#comment .body", "The old clock")
}

func TestCampaignOfFortyIsDecidedAsOne(t *testing.T) {
	onBothSetups(t, models.ModePre, campaignOfFortyIsDecidedAsOne)
}

func campaignOfFortyIsDecidedAsOne(t *testing.T, d *testServer) {
	const pitch = "My cousin earns a captain's pay from her kitchen table, ask her how today "
	ids := make([]string, 40)
	for i := range ids {
		name := fmt.Sprintf("%c%c", 'A'+i%26, 'a'+i/26)
		ids[i] = d.post(i+1, name, pitch+name)
	}
	alone := d.post(100, "Ilse", "The old clock is right again, and the whole square was there to see it.")
	p := d.login("alice")
	first := fmt.Sprintf(`#list [data-id=%q] .row`, ids[0])
	p.waitFor(fmt.Sprintf("document.querySelector(%q)", first))
	p.run(chromedp.Click(first))
	p.waitForText("#comment", "40 near-copies")
	p.run(chromedp.Click("#comment p .link"))
	p.waitForText("#bulk", "40 selected")
	p.keys("rs")
	p.waitForText("#toasts", "40")
	d.waitFor(func() bool { return d.countWith(ids, models.Rejected) == 40 })
	p.keys("u")
	d.waitFor(func() bool { return d.countWith(ids, models.Pending) == 40 })
	p.waitFor(rows + ` === 40`)
	if got := d.status(alone); got != models.Pending {
		t.Errorf("the comment beside the campaign is %s", got)
	}
}

func TestThreatInsideACampaignStaysWaiting(t *testing.T) {
	onBothSetups(t, models.ModePre, threatInsideACampaignStaysWaiting)
}

// threatInsideACampaignStaysWaiting has eight near-copies, to the sixth of which a threat is
// added. One key publishes the seven that say what is on screen.
func threatInsideACampaignStaysWaiting(t *testing.T, d *testServer) {
	const praise = "The new quay at the harbour is a gift to the whole town and everybody should see it"
	const added = " you miserable idiot, I will find you and break your legs"
	ids, threat := make([]string, 0, 7), ""
	for i := range 8 {
		name := fmt.Sprintf("Reader %c", 'A'+i)
		if i == 5 {
			threat = d.post(i+1, name, praise+added)
		} else {
			ids = append(ids, d.post(i+1, name, praise))
		}
	}
	p := d.login("alice")
	row := fmt.Sprintf(`#list [data-id=%q]`, ids[0])
	p.waitForText(row, "×8")
	p.waitFor(fmt.Sprintf("%s === %q", opened, ids[0]))
	p.waitForText("#variants", "Approve publishes 7 of 8")
	p.waitForText("#variants ins", "miserable idiot")
	p.waitForText("#actions .approve", "Approve ×7")
	p.waitForText("#actions .reject", "Reject ×8")
	shown, highest := p.evaluate(`document.querySelector(`+"`"+row+" .risk`"+`).textContent`), p.evaluate(`document.querySelector("#variants li .risk").textContent`)
	if shown != highest {
		t.Errorf("the row shows %s, and the threat has %s", shown, highest)
	}
	p.keys("a")
	p.waitForText("#toasts", "Approved: 7 comments")
	d.waitFor(func() bool { return d.countWith(ids, models.Approved) == 7 })
	p.waitFor(fmt.Sprintf("%s === 1 && %s === %q", rows, opened, threat)) // an item of its own
	p.waitFor(`document.querySelector("#actions .approve").textContent === "Approve a"`)
	if got := d.status(threat); got != models.Pending {
		t.Errorf("the threat is %s", got)
	}
	p.keys("u") // one act is one undo
	d.waitFor(func() bool { return d.countWith(append(ids, threat), models.Pending) == 8 })
	p.waitForText(row, "×8")
	p.waitFor(rows + ` === 1`)
	p.waitForText("#actions .reject", "Reject ×8")
	p.keys("rs")
	d.waitFor(func() bool { return d.countWith(append(ids, threat), models.Rejected) == 8 })
}

func TestCampaignIsOneRow(t *testing.T) { onBothSetups(t, models.ModePre, campaignIsOneRow) }

func campaignIsOneRow(t *testing.T, d *testServer) {
	const pitch = "My cousin earns a captain's pay from her kitchen table, ask her how today "
	alone := d.post(9, "Reader", "The old clock is right again, and the whole square was there to see it.")
	ids := make([]string, 3)
	for i, name := range []string{"Ilse", "Tomasz", "Yuki"} {
		ids[i] = d.post(i+1, name, pitch+name)
	}
	p := d.login("alice")
	p.waitFor(rows + ` === 2`)
	p.waitFor(`document.getElementById("total").textContent === "4"`) // comments, not rows
	row := fmt.Sprintf(`#list [data-id=%q]`, ids[0])
	p.waitForText(row, "×3")
	p.run(chromedp.Click(row + " .row"))
	p.waitForText("#campaign small", "3 waiting, articles: 1")
	p.waitForText("#actions .reject", "Reject ×3")
	p.keys("rs")
	p.waitForText("#toasts", "Rejected (Spam): 3 comments")
	d.waitFor(func() bool { return d.countWith(ids, models.Rejected) == 3 })
	p.waitFor(rows + ` === 1`)
	p.keys("u")
	d.waitFor(func() bool { return d.countWith(ids, models.Pending) == 3 })
	p.waitFor(rows + ` === 2`)
	p.waitFor(`document.getElementById("total").textContent === "4"`)
	p.evaluate(`document.querySelectorAll("#list input").forEach((e) => e.click())`)
	p.waitForText("#bulk", "4 selected")
	p.waitForText("#bulk .reject", "Reject ×4")
	p.waitForText("#bulk .approve", "Approve ×2") // of the copies the one that is shown: each ends with another name
	p.keys("a")
	d.waitFor(func() bool { return d.countWith([]string{ids[0], alone}, models.Approved) == 2 })
	p.waitFor(fmt.Sprintf(`document.querySelector("#list [data-id='%s']")`, ids[1])) // the rest of the copies
	p.keys("u")
	d.waitFor(func() bool { return d.countWith(append(ids, alone), models.Pending) == 4 })
	p.waitFor(rows + ` === 2`)
	p.setFilter("each", "1")
	p.waitFor(rows + ` === 4`)
	p.run(chromedp.Click(row + " .row"))
	p.waitFor(`document.querySelector("#actions .reject").textContent === "Reject r"`) // this one alone
}
