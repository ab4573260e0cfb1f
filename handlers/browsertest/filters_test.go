package browsertest

import (
	"fmt"
	"testing"

	"winnow/models"
)

// choose sets a filter of the queue, as a person does who then leaves the field.
func (p *tab) choose(filter, value string) {
	p.Helper()
	p.text(fmt.Sprintf(`(() => { const e = document.querySelector('#filter #%s'); e.closest("details").open = true; e.value = %q; e.dispatchEvent(new Event("change")) })()`, filter, value))
}

func TestSearchNarrowsTheQueue(t *testing.T) { onBoth(t, models.ModePre, searchNarrowsTheQueue) }

func searchNarrowsTheQueue(t *testing.T, d *desk) {
	d.post(1, "Ilse", "The clock is right.")
	d.post(2, "Tomasz", "The bread was warm.")
	p := d.login("alice")
	p.until(`document.querySelectorAll("#list button.row").length === 2`)
	p.keys("/")
	p.keys("bread")
	p.until(`document.querySelectorAll("#list button.row").length === 1`)
	p.says("#comment .body", "The bread was warm.")
	p.keys("\x1b") // leaves the field; keys decide again
	p.keys("a")
	p.says("#none", "Nothing matches.")
}

func TestQueueIsNarrowedFurther(t *testing.T) { onBoth(t, models.ModePre, queueIsNarrowedFurther) }

func queueIsNarrowedFurther(t *testing.T, d *desk) {
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
	p.until(rows + ` === 3`)
	for _, f := range []struct{ filter, value, section string }{{"section", "Sport", "Sport"}, {"lang", "de", "Politik"}, {"signal", "rule:suspect", "Culture"}} {
		p.choose(f.filter, f.value)
		p.until(rows + ` === 1`)
		p.says("#comment .body", bodies[f.section])
		if got := p.text(`new URLSearchParams(location.search).get("` + f.filter + `")`); got != f.value {
			t.Errorf("the address has %s for %s", got, f.filter)
		}
		p.choose(f.filter, "")
		p.until(rows + ` === 3`)
	}
}
