package browsertest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"winnow/models"
)

// TestShiftIsHandedOver: one moderator saves a view and leaves a note; the next one sees
// both, answers and removes the note, and finds it in the history.
func TestShiftIsHandedOver(t *testing.T) {
	d := newTestServer(t, models.ModePre)
	d.post(1, "Ilse", "The clock is right.")
	d.post(2, "Yuna", "The guest was dull.")
	p := d.login("alice")
	p.waitFor(rows + ` === 2`)
	p.run(chromedp.SendKeys("#q", "guest"))
	p.waitFor(rows + ` === 1`)
	p.run(chromedp.Click("#views summary"))
	p.waitFor(`document.querySelector("#views [name=name]")`)
	p.run(chromedp.SendKeys("#views [name=name]", "Guests"), chromedp.Click("#views [name=shared]"))
	p.clickInDesk("Save this filter")
	p.waitForText("#views li", "Guests1for demo")
	p.clickInDesk("Leave a note")
	p.run(chromedp.SendKeys("#handovers textarea", "The guests are still at it."))
	p.evaluate(`document.querySelector("#handovers form").requestSubmit()`)
	p.waitForText("#handovers .notice", "The guests are still at it.")

	next := d.login("bob")
	next.waitForText("#handovers .notice", "alicenowThe guests are still at it.")
	next.waitFor(rows + ` === 2`)
	next.run(chromedp.Click("#views summary"))
	next.waitForText("#views li", "Guests1for demo · alice")
	if got := next.evaluate(`[...document.querySelectorAll("#views li button")].map((b) => b.textContent)`); got != "Guests" {
		t.Errorf("a moderator can do to the view of another: %s", got)
	}
	next.clickInDesk("Guests")
	next.waitFor(rows + ` === 1`)
	if got := next.evaluate(`document.getElementById("q").value + document.getElementById("views").open`); got != "guestfalse" {
		t.Errorf("the filter shows %s", got)
	}
	next.clickInDesk("Answer")
	next.run(chromedp.SendKeys("#handovers textarea", "I take them."))
	next.evaluate(`document.querySelector("#handovers form").requestSubmit()`)
	p.waitForText("#handovers .note", "bob now I take them.") // by the event
	next.clickInDesk("Remove")
	next.waitFor(`!document.querySelector("#handovers .notice")`)
	p.waitFor(`!document.querySelector("#handovers .notice")`)
	next.clickInDesk("Earlier notes")
	next.waitForText("dialog[open] .past", "removed by bob")
}

// TestCalm: what is abusive stands dimmed and masked for who wants it, and no two of the
// worst follow each other.
func TestCalm(t *testing.T) {
	d := newTestServer(t, models.ModePre)
	for i, body := range []string{"You are an idiot and a moron.", "I will kill you, you rat.", "Shut up, you stupid idiot, go and die."} {
		d.post(i+1, fmt.Sprint("Yuna ", i), body)
	}
	d.post(7, "Ilse", "The clock is right.")
	p := d.login("alice")
	p.page("account", "Account")
	for _, key := range []string{"dim", "mask", "spread", "pause"} {
		p.evaluate(`document.querySelector('#page [name="calm.` + key + `"]').click()`)
	}
	p.saveCard("calm.dim")
	p.run(chromedp.Navigate(d.url+"/console/#queue"), chromedp.Reload())
	p.waitFor(rows + ` === 4 && ` + opened + ` !== ""`)
	p.waitFor(`document.querySelector("#comment[data-dimmed] #body[aria-hidden]")`)
	list := p.evaluate(`document.getElementById("list").textContent`)
	for _, slur := range []string{"idiot", "moron"} {
		if strings.Contains(list, slur) || !strings.Contains(list, slur[:1]+"••••") {
			t.Errorf("%s in the list: %s", slur, list)
		}
	}
	if !strings.Contains(list, "You are an i") || !strings.Contains(list, "The clock is right.") {
		t.Errorf("more than slurs is masked: %s", list)
	}
	p.keys("v")
	p.waitFor(`!document.querySelector("#comment[data-dimmed]") && !document.querySelector("#body[aria-hidden]")`)
	p.pressAndWait("ri")
	p.waitForText("#body", "The clock is right.") // although worse ones have a higher risk
	p.pressAndWait("a")
	p.waitFor(`document.querySelector("#comment[data-dimmed]")`)
	p.pressAndWait("ri")
	p.waitFor(`document.querySelector("#comment[data-dimmed]")`) // nothing else waits
	if got := p.evaluate(`document.getElementById("pause").textContent`); got != "" {
		t.Errorf("a pause after three: %s", got)
	}
}
