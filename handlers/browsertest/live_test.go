package browsertest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"winnow/models"
)

func TestNewCommentsDoNotMoveTheList(t *testing.T) {
	onBothSetups(t, models.ModePre, newCommentsDoNotMoveTheList)
}

func newCommentsDoNotMoveTheList(t *testing.T, d *testServer) {
	d.postDistinct(30)
	p := d.login("alice")
	p.waitFor(rows + ` === 30`)
	p.keys(strings.Repeat("j", 20))
	const place = `JSON.stringify([[...document.querySelectorAll("#list [data-id]")].map((li) => li.dataset.id), ` +
		`document.querySelector("#list").parentElement.scrollTop, ` + opened + `, document.activeElement.dataset.id])`
	before := p.evaluate(place)
	d.url, d.other = d.other, d.url // they are posted on the other node
	for i := range 3 {
		d.post(100+i, "Late", fmt.Sprintf("A late thought, the %dth.", i))
	}
	p.waitFor(`!document.getElementById("fresh").hidden && document.getElementById("fresh").textContent.includes("3")`)
	p.waitFor(`document.getElementById("total").textContent === "33"`)
	if after := p.evaluate(place); after != before {
		t.Errorf("the list was\n%s\nand became\n%s", before, after)
	}
	p.run(chromedp.Click("#fresh"))
	p.waitFor(rows + ` === 33`)
}

func TestConnectionIsLostAndComesBack(t *testing.T) {
	onBothSetups(t, models.ModePre, connectionIsLostAndComesBack)
}

func connectionIsLostAndComesBack(t *testing.T, d *testServer) {
	ids := d.postDistinct(3)
	p := d.login("alice", "ERR_")
	p.waitFor(opened + ` !== ""`)
	d.disconnect()
	p.waitFor(`document.getElementById("live").className === "off"`)
	id := p.evaluate(opened)
	p.keys("a")
	p.waitFor(`!document.getElementById("unsent").hidden`)
	p.waitFor(rows + ` === 3`) // the comment is back: the decision was not saved
	if got := d.countWith(ids, models.Pending); got != 3 {
		t.Errorf("%d of 3 comments wait", got)
	}
	late := d.post(50, "Late", "What came while nobody was connected.")
	d.offline.Store(false)
	p.waitFor(`document.getElementById("live").className === "on"`)
	p.waitFor(`document.getElementById("total").textContent === "4"`)
	row := fmt.Sprintf(`document.querySelector('#list [data-id=%q] .row')`, id)
	p.waitFor(row)
	p.evaluate(row + `.click()`)
	p.pressAndWait("a")
	d.waitFor(func() bool { return d.status(id) == models.Approved })
	p.evaluate(`document.getElementById("fresh").click()`)
	p.waitFor(fmt.Sprintf("document.querySelector('#list [data-id=%q]')", late))
}
