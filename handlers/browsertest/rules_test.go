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
	p.until(`document.querySelectorAll("#list button.row").length === 4`)
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

func TestEditorSetsRules(t *testing.T) {
	d := newDesk(t, models.ModePost)
	p := d.login("alice")
	if got := p.text(`document.getElementById("rules-open").hidden`); got != "true" {
		t.Error("a moderator is shown the rules")
	}
	_, err := d.db.UpdateModerator(t.Context(), operator, "bob", func(m *models.Moderator) error { m.Role = models.RoleEditor; return nil })
	d.must(err)

	p = d.login("bob", "422")
	p.do(chromedp.Click("#rules-open"))
	p.until(`document.activeElement.closest("#rules")`)
	p.text(`document.getElementById("rules-rest").value = '{"links": {"max": -1}}'`)
	p.text(`document.getElementById("suspect_words.words").value = " lighthouse \n\nquay*\n"`)
	p.do(chromedp.Click("#rules .main"))
	p.says("#rules-said", "links.max must be from 0 to 1000")
	p.text(`document.getElementById("rules-rest").value = '{"links": {"max": 0}}'`)
	p.do(chromedp.Click("#rules .main"))
	p.says("#rules-said", "The rules are saved.")
	r, err := d.db.Rules(t.Context(), "demo")
	d.must(err)
	if len(r.SuspectWords.Words) != 2 || r.SuspectWords.Words[0] != "lighthouse" || r.Links.Max == nil || *r.Links.Max != 0 {
		t.Errorf("saved %+v", r)
	}
	p.text(`document.getElementById("rules-text").value = "On the quays"`)
	p.do(chromedp.Click("#rules-text ~ button, label:has(#rules-text) + button"))
	p.says("#rules-said", "suspect-word:quay*")
	p.says("#rules-said .weight", "held")

	// What was held shows the rule, and the word is marked.
	p.do(chromedp.Reload())
	id := d.post(1, "Ilse", "A walk by the lighthouse.")
	p.until(`!document.getElementById("fresh").hidden || document.querySelector("#list [data-id]")`)
	p.text(`document.getElementById("fresh").click()`)
	p.until(`document.querySelector("#comment .open")?.dataset.id === "` + id + `"`)
	p.says("#comment .signals", "suspect-word:lighthouse")
	p.until(`[...document.querySelectorAll("#comment mark")].some((m) => m.textContent.includes("lighthouse"))`)

	p.do(chromedp.Click("#rules-open"))
	p.until(`document.getElementById("suspect_words.words")?.value.split("\n").length === 2`)
	p.until(`JSON.parse(document.getElementById("rules-rest").value).links.max === 0`)
}
