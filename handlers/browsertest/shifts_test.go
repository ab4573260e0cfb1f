package browsertest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"winnow/models"
)

// older is the older of two notes.
const older = `[...document.querySelectorAll("#handovers .notice")].at(-1)`

// TestShiftIsHandedOver: one moderator saves a view and leaves a note; the next one sees
// both, answers and removes the note, and finds it in the history.
func TestShiftIsHandedOver(t *testing.T) {
	d := newTestServer(t, models.ModePre)
	_, err := d.db.AddSite(t.Context(), operator, models.Site{Slug: "ferry", Name: "The Ferry", Mode: models.ModePre})
	d.must(err)
	d.post(1, "Ilse", "The clock is right.")
	d.post(2, "Yuna", "The guest was dull.")
	p := d.login("alice")
	showSite := func(slug string) {
		t.Helper()
		p.run(chromedp.SetValue("#site", slug))
		p.evaluate(`document.getElementById("site").dispatchEvent(new Event("change"))`)
		p.waitFor(`new URLSearchParams(location.search).get("site") === "` + slug + `"`)
	}
	p.waitFor(rows + ` === 2`)
	showSite("demo")
	p.run(chromedp.SendKeys("#q", "guest"))
	p.waitFor(rows + ` === 1`)
	p.run(chromedp.Click("#views summary"))
	p.waitFor(`document.querySelector("#views [name=name]")`)
	p.run(chromedp.SendKeys("#views [name=name]", "Guests"), chromedp.Click("#views [name=shared]"))
	p.clickInDesk("Save this filter")
	p.waitForText("#views li", "Guests1for demo")
	p.clickInDesk("Leave a note")
	p.run(chromedp.SendKeys("#handovers textarea", "The guests are still at it."))
	showSite("ferry") // the note is for the site that it was begun for
	p.waitFor(rows + ` === 0 && !document.querySelector("#handovers .notice")`)
	p.evaluate(`document.querySelector("#handovers form").requestSubmit()`)
	p.waitFor(`!document.querySelector("#handovers form")`)
	showSite("demo")
	p.waitForText("#handovers .notice", "The guests are still at it.")
	_, err = d.db.AddView(t.Context(), bob, models.View{Name: "Danish", Filter: []byte(`{"lang":"da"}`)})
	d.must(err)
	_, err = d.db.AddView(t.Context(), bob, models.View{Name: "Gone", Filter: []byte(`{"site":"gone"}`)})
	d.must(err)

	next := d.login("bob")
	next.waitForText("#handovers .notice", "alicenowdemoThe guests are still at it.")
	next.waitFor(rows + ` === 2`)
	next.run(chromedp.Click("#views summary"))
	next.waitForText("#views li:last-child", "Guests1for demo · alice")
	if got := next.evaluate(`[...document.querySelectorAll("#views li button")].map((b) => b.textContent)`); got != "Danish,Remove,Remove,Guests" {
		t.Errorf("a moderator can do to views, of which one is another's and one of a site that is gone: %s", got)
	}
	next.clickInDesk("Danish")
	next.waitForText("#chosen-view", "view: Danish")
	if got := next.evaluate(`document.getElementById("lang").value + document.getElementById("finer").open`); got != "datrue" {
		t.Errorf("the filter shows %s", got)
	}
	next.run(chromedp.Click("#chosen-view"))
	next.waitFor(rows + ` === 2 && document.getElementById("chosen-view").hidden`)
	next.run(chromedp.Click("#views summary"))
	next.clickInDesk("Guests")
	next.waitFor(rows + ` === 1`)
	if got := next.evaluate(`document.getElementById("q").value + document.getElementById("views").open`); got != "guestfalse" {
		t.Errorf("the filter shows %s", got)
	}
	next.clickInDesk("Answer")
	p.clickInDesk("Leave a note")
	p.run(chromedp.SendKeys("#handover-new textarea", "The clock is fine."))
	p.evaluate(`document.querySelector("#handover-new form").requestSubmit()`)
	next.waitFor(`document.querySelectorAll("#handovers .notice").length === 2`) // by the event
	next.clickInDesk("Cancel")
	next.evaluate(older + `.querySelector("button").click()`) // answers
	next.run(chromedp.SendKeys("#handovers textarea", "I take them."))
	next.evaluate(`document.querySelector("#handovers form").requestSubmit()`)
	p.waitForText("#handovers .note", "bob now I take them.")
	next.waitFor(`!document.querySelector("#handovers form")`)
	next.evaluate(older + `.querySelector("button").click()`)
	next.run(chromedp.SendKeys("#handovers textarea", "They have left."))
	p.evaluate(older + `.querySelectorAll("button")[1].click()`) // removes
	next.waitForText("#handovers output", "This note is no longer in the list.")
	if got := next.evaluate(`document.querySelector("#handovers textarea").value`); got != "They have left." {
		t.Errorf("of the answer is left: %s", got)
	}
	next.clickInDesk("Cancel")
	for _, tab := range []*tab{p, next} {
		tab.waitFor(`document.querySelectorAll("#handovers .notice").length === 1`)
	}
	p.clickInDesk("Earlier notes")
	p.waitForText("dialog[open] .past:last-child", "removed by alice")
}

// TestCalm: what is abusive stands dimmed and masked for who wants it, no two of the worst
// follow each other while milder ones wait, and after eight of them a pause is offered.
func TestCalm(t *testing.T) {
	d := newTestServer(t, models.ModePre)
	worst := []string{
		"You are an idiot and a moron.", "I will kill you, you rat.", "Shut up, you stupid idiot, go and die.",
		"What a pathetic, worthless scumbag you are.", "Filthy pigs like you should be shot.", "Kill yourself, you miserable piece of shit.",
		"Fuck off, you ugly retard.", "This writer is a dumb whore.", "Go to hell, you fat bastard.", "You disgusting bitch, I hope you get beaten up.",
	}
	milder := []string{"The clock is right.", "The bread was warm.", "Nobody swims in November.", "A walk by the quay.", "The ferry left without us."}
	for i, body := range append(worst, milder...) {
		d.post(i+1, fmt.Sprint("Yuna ", i), body)
	}
	p := d.login("alice")
	p.page("account", "Account")
	for _, key := range []string{"dim", "mask", "spread", "pause"} {
		p.evaluate(`document.querySelector('#page [name="calm.` + key + `"]').click()`)
	}
	p.saveCard("calm.dim")
	p.run(chromedp.Navigate(d.url+"/console/#queue"), chromedp.Reload())
	p.waitFor(rows + ` === 15 && ` + opened + ` !== ""`)
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
	p.waitFor(`getComputedStyle(document.querySelector("#why .phrases")).filter !== "none"`) // which quotes the text
	p.evaluate(`document.querySelector("#why .phrases").click()`)
	p.waitFor(`!document.querySelector("#comment[data-dimmed]") && !document.querySelector("#body[aria-hidden]")`)
	for i := range 15 {
		body := p.evaluate(`document.getElementById("body").textContent`)
		if isMilder := slices.Contains(milder, body); isMilder != (i < 10 && i%2 == 1) {
			t.Errorf("comment %d is %q", i+1, body)
		}
		if isOffered := p.evaluate(`document.getElementById("pause").textContent !== ""`); isOffered != fmt.Sprint(i >= 12) {
			t.Errorf("a pause is offered at comment %d: %s", i+1, isOffered)
		}
		if i == 2 {
			p.waitFor(`document.querySelector("#comment[data-dimmed]")`)
			p.keys("v")
			p.waitFor(`!document.querySelector("#comment[data-dimmed]")`)
		}
		if i < 14 {
			p.pressAndWait("ri")
		}
	}
}
