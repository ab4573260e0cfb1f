package browsertest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"winnow/models"
)

func TestArrivalsMoveNothing(t *testing.T) { onBoth(t, models.ModePre, arrivalsMoveNothing) }

func arrivalsMoveNothing(t *testing.T, d *desk) {
	d.fill(30)
	p := d.login("alice")
	p.until(rows + ` === 30`)
	p.keys(strings.Repeat("j", 20))
	const place = `JSON.stringify([[...document.querySelectorAll("#list [data-id]")].map((li) => li.dataset.id), ` +
		`document.querySelector("#list").parentElement.scrollTop, ` + opened + `, document.activeElement.dataset.id])`
	before := p.text(place)
	d.url, d.other = d.other, d.url // they are posted on the other node
	for i := range 3 {
		d.post(100+i, "Late", fmt.Sprintf("A late thought, the %dth.", i))
	}
	p.until(`!document.getElementById("fresh").hidden && document.getElementById("fresh").textContent.includes("3")`)
	p.until(`document.getElementById("total").textContent === "33"`)
	if after := p.text(place); after != before {
		t.Errorf("the list was\n%s\nand became\n%s", before, after)
	}
	p.do(chromedp.Click("#fresh"))
	p.until(rows + ` === 33`)
}

func TestConnectionIsLostAndComesBack(t *testing.T) {
	onBoth(t, models.ModePre, connectionIsLostAndComesBack)
}

func connectionIsLostAndComesBack(t *testing.T, d *desk) {
	ids := d.fill(3)
	p := d.login("alice", "ERR_")
	p.until(opened + ` !== ""`)
	d.disconnect()
	p.until(`document.getElementById("live").className === "off"`)
	id := p.text(opened)
	p.keys("a")
	p.until(`document.getElementById("toasts").children.length > 0`)
	p.until(rows + ` === 3`) // what was not kept is back
	if got := d.count(ids, models.Pending); got != 3 {
		t.Errorf("%d of 3 comments wait", got)
	}
	late := d.post(50, "Late", "What came while nobody was connected.")
	d.cut.Store(false)
	p.until(`document.getElementById("live").className === "on"`)
	p.until(`document.getElementById("total").textContent === "4"`)
	row := fmt.Sprintf(`document.querySelector('#list [data-id=%q] .row')`, id)
	p.until(row)
	p.text(row + `.click()`)
	p.next("a")
	d.until(func() bool { return d.status(id) == models.Approved })
	p.text(`document.getElementById("fresh").click()`)
	p.until(fmt.Sprintf("document.querySelector('#list [data-id=%q]')", late))
}
