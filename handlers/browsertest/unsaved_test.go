package browsertest

import (
	"testing"

	"github.com/chromedp/chromedp"

	"winnow/models"
)

// TestWhatIsBeingWrittenStays loads each pane and page anew while something is open or
// typed there.
func TestWhatIsBeingWrittenStays(t *testing.T) {
	d := newTestServer(t, models.ModePre)
	d.setRole("alice", models.RoleAdmin)
	ids := []string{d.post(1, "Ilse", "The clock is right."), d.post(2, "Ilse", "The tower has no bell.")}
	p := d.login("alice")
	p.waitFor(`document.querySelectorAll("#list button.row").length === 2`)

	// The reply with the author's other comments comes late.
	p.evaluate(`(() => {
		const send = window.fetch;
		const late = new Promise((resolve) => { window.answer = resolve; });
		window.fetch = async (url, options) => {
			if (url.includes("/authors?") && url.includes("name=Ilse")) await late;
			return send(url, options);
		};
	})()`)
	p.run(chromedp.Click("#list [data-id='" + ids[1] + "'] button"))
	p.waitForText("#comment .body", "The tower has no bell.")
	p.clickInDesk("Ban…")
	p.waitFor(`document.querySelector("#author [name=why]")`)
	p.run(chromedp.SendKeys("#author [name=why]", "sells watches"))
	p.evaluate(`window.answer()`)
	p.waitForText("#others", "The clock is right.")
	stays := func(field, text string) {
		t.Helper()
		if got := p.evaluate(`document.querySelector('` + field + `')?.value`); got != text {
			t.Errorf("%s has %q, %q was typed", field, got, text)
		}
	}
	stays("#author [name=why]", "sells watches")
	p.waitFor(`document.activeElement.name === "why"`)

	p.waitFor(`!!document.querySelector("#article [data-keep=merge] summary")`)
	p.run(chromedp.Click("#article [data-keep=merge] summary"), chromedp.SendKeys(`#article [name="into"]`, "moved"))
	p.evaluate(`document.activeElement.blur()`)
	p.keys("n")
	p.run(chromedp.SendKeys("#note", "looks like last week's"))
	p.evaluate(`document.activeElement.blur()`)
	all := func() {
		t.Helper()
		p.waitForText("#others", "The clock is right.")
		p.waitFor(`!!document.querySelector("#article select")`)
		stays("#author [name=why]", "sells watches")
		stays("#article [data-keep=merge][open] [name=into]", "moved")
		stays("#note", "looks like last week's")
	}
	d.post(3, "Yuna", "The guest was dull.")
	p.waitFor(`!document.getElementById("fresh").hidden`)
	p.run(chromedp.Click("#fresh"))
	p.waitFor(`document.querySelectorAll("#list button.row").length === 3`)
	all()
	p.page("bans", "Bans")
	p.evaluate(`history.back()`)
	p.waitFor(`!document.getElementById("panes").hidden`)
	all()

	// What is typed about one comment is not about the next one.
	p.run(chromedp.Click("#list [data-id='" + ids[0] + "'] button"))
	p.waitForText("#comment .body", "The clock is right.")
	p.waitFor(`!!document.querySelector("#article [data-keep=merge]:not([open]) [name=into]")`)
	stays("#article [name=into]", "")
	stays("#author [name=why]", "undefined")
	stays("#note", "undefined")
	p.run(chromedp.Click("#list [data-id='" + ids[1] + "'] button"))
	stays("#note", "looks like last week's")

	p.page("sites/demo", "Sites")
	p.typeInto("surge.count", "40")
	p.typeInto("blocked_words.words", "casino")
	p.typeInto("0.name", "Advertising")
	p.submitFormOf("0.name")
	p.waitFor(`document.querySelector('#page [name="1.name"]')`) // shown anew with room for another reason
	stays(`#page [name="surge.count"]`, "40")
	stays(`#page [name="blocked_words.words"]`, "casino")
	p.clickInPage("New secret")
	p.waitForText("#page .notice", "Key, shown only now")
	p.typeInto("1.name", "Rumours")
	p.submitFormOf("1.name")
	p.waitFor(`document.querySelector('#page [name="2.name"]')`)
	p.waitForText("#page .notice", "Key, shown only now")
	p.page("bans", "Bans")
	p.page("sites/demo", "Sites")
	stays(`#page [name="surge.count"]`, "0")
}
