package browsertest

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"winnow/models"
)

// setFilter sets a filter of the queue, as a person does who then leaves the field.
func (p *tab) setFilter(filter, value string) {
	p.Helper()
	p.evaluate(fmt.Sprintf(`(() => { const e = document.querySelector('#filter #%s'); e.closest("details").open = true; e.value = %q; e.dispatchEvent(new Event("change")) })()`, filter, value))
}

func TestSearchNarrowsTheQueue(t *testing.T) { onBothSetups(t, models.ModePre, searchNarrowsTheQueue) }

func searchNarrowsTheQueue(t *testing.T, d *testServer) {
	d.post(1, "Ilse", "The clock is right.")
	d.post(2, "Tomasz", "The bread was warm.")
	p := d.login("alice")
	p.waitFor(`document.querySelectorAll("#list button.row").length === 2`)
	p.keys("/")
	p.keys("bread")
	p.waitFor(`document.querySelectorAll("#list button.row").length === 1`)
	p.waitForText("#comment .body", "The bread was warm.")
	p.press("\r")
	p.waitFor(`document.activeElement.id !== "q"`) // the field is left; keys decide again
	p.keys("/\x1b")
	p.waitFor(`document.activeElement.id !== "q"`)
	p.keys("a")
	p.waitForText("#none", "Nothing matches.")
}

func TestQueueFilters(t *testing.T) { onBothSetups(t, models.ModePre, queueFilters) }

func queueFilters(t *testing.T, d *testServer) {
	d.must(d.db.SetRules(t.Context(), operator, "demo", models.Rules{SuspectWords: models.SuspectWords{Words: []string{"film"}}}))
	bodies := map[string]string{
		"Sport":   "They should have asked the harbour master first.",
		"Politik": "Das ist doch völliger Unsinn, und nicht zum ersten Mal!",
		"Culture": "What a film, and what a quiet end it has.",
	}
	n := 0
	for section, body := range bodies {
		n++
		d.postAll(n, object{"article": object{"id": section, "section": section}, "author": object{"name": "Reader"}, "body": body})
	}
	p := d.login("alice")
	p.waitFor(rows + ` === 3`)
	for _, f := range []struct{ filter, value, section string }{{"section", "Sport", "Sport"}, {"section", "politik", "Politik"}, {"lang", "de", "Politik"}, {"signal", "rule:suspect", "Culture"}} {
		p.setFilter(f.filter, f.value)
		p.waitFor(rows + ` === 1`)
		p.waitForText("#comment .body", bodies[f.section])
		if got := p.evaluate(`new URLSearchParams(location.search).get("` + f.filter + `")`); got != f.value {
			t.Errorf("the address has %s for %s", got, f.filter)
		}
		p.setFilter(f.filter, "")
		p.waitFor(rows + ` === 3`)
	}
	// A signal is chosen by what it means.
	const phrase = "contains …, which is suspect here"
	if got := p.evaluate(`[...document.querySelectorAll("#signals option")].filter((o) => o.value === "` + phrase + `").length`); got != "1" {
		t.Errorf("%s options say %q", got, phrase)
	}
	p.setFilter("signal", phrase)
	p.waitFor(rows + ` === 1`)
	p.waitForText("#comment .body", bodies["Culture"])
	p.run(chromedp.Reload())
	p.waitFor(`document.getElementById("signal")?.value === "` + phrase + `"`)
}
