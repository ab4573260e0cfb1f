package browsertest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"winnow/models"
)

var bob = models.Caller{Kind: models.ByModerator, Name: "bob", Role: models.RoleModerator}

// edit changes a comment's text with the site's key.
func (d *desk) edit(id, body string) {
	d.Helper()
	data, err := json.Marshal(object{"body": body})
	d.must(err)
	req, err := http.NewRequestWithContext(d.Context(), http.MethodPut, d.url+"/v1/comments/"+id, bytes.NewReader(data))
	d.must(err)
	req.Header.Set("Authorization", "Bearer "+d.key)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	d.must(err)
	d.must(res.Body.Close())
	if res.StatusCode != http.StatusOK {
		d.Fatalf("PUT /v1/comments/%s: %s", id, res.Status)
	}
}

func TestEditedCommentShowsItsEarlierTexts(t *testing.T) {
	onBoth(t, models.ModePre, editedCommentShowsItsEarlierTexts)
}

func editedCommentShowsItsEarlierTexts(t *testing.T, d *desk) {
	id := d.post(1, "Ilse", "The old clock is right, and <b>bold</b>.")
	_, _, err := d.db.Decide(t.Context(), bob, id, models.DecisionRequest{Action: models.Approve})
	d.must(err)
	d.edit(id, "The new clock is right, and <b>bold</b>.")
	d.edit(id, "The new clock is wrong, and <i>bolder</i>.")
	p := d.login("alice")
	p.says("#comment .revisions summary", "Earlier texts: 2")
	const said = `[...document.querySelectorAll("#comment .revisions li %s")].map((e) => e.textContent.trim()).join("|")`
	for what, want := range map[string]string{
		"del": "right,|<b>bold</b>.|old", "ins": "wrong,|<i>bolder</i>.|new", ".text": "The new clock is right, wrong, and <b>bold</b>.<i>bolder</i>.|The old new clock is right, and <b>bold</b>.",
	} {
		if got := p.text(fmt.Sprintf(said, what)); got != want {
			t.Errorf("%s of the earlier texts are %q, not %q", what, got, want)
		}
	}
}

func TestReasonsAreDefinedAndReadersAreTold(t *testing.T) {
	onBoth(t, models.ModePre, reasonsAreDefinedAndReadersAreTold)
}

func reasonsAreDefinedAndReadersAreTold(t *testing.T, d *desk) {
	d.role("alice", models.RoleAdmin)
	ids := []string{d.post(1, "Ilse", "The guest was dull."), d.post(2, "Tomasz", "The guest was late.")}
	p := d.login("alice")
	p.page("sites/demo", "Sites")
	p.fill("surge.count", "40")
	p.fill("surge.minutes", "5")
	p.fill("surge.hold_minutes", "30")
	p.send("surge.count")
	p.says("#page output", "Saved.")
	p.fill("0.name", "Insults a guest")
	p.fill("0.under", "abuse")
	p.fill("0.message", "Please be kind to guests.")
	p.send("0.name")
	p.until(`document.querySelector('#page [name="1.name"]')`) // room for another
	site, err := d.db.Site(t.Context(), "demo")
	d.must(err)
	want := models.SiteReason{ID: "insults-a-guest", Under: models.ReasonAbuse, Name: "Insults a guest", Message: "Please be kind to guests."}
	if len(site.Reasons) != 1 || site.Reasons[0] != want || site.Surge != (models.Surge{Count: 40, Minutes: 5, HoldMinutes: 30}) {
		t.Errorf("set %+v and %+v", site.Reasons, site.Surge)
	}
	p.text(`location.hash = "queue"`)
	p.until(`document.activeElement.closest("#comment")`)
	first := p.next("r1")
	p.keys("marm in arm\r") // its letters are no keys of the desk
	p.until(`document.getElementById("message").value === "arm in arm" && document.activeElement.id !== "message"`)
	second := p.next("r1")
	for id, message := range map[string]string{first: want.Message, second: "arm in arm"} {
		d.until(func() bool { return d.status(id) == models.Rejected })
		all, err := d.db.Detail(t.Context(), operator, id)
		d.must(err)
		if last := all.History[len(all.History)-1]; last.Message != message || last.Detail != want.ID || last.Reason != want.Under {
			t.Errorf("decided %+v", last)
		}
	}
	if got := d.count(ids, models.Rejected); got != 2 {
		t.Errorf("%d of 2 are rejected", got)
	}
	p.page("sites/demo", "Sites")
	p.fill("0.name", "")
	p.send("0.name")
	p.until(`!document.querySelector('#page [name="1.name"]')`)
}

// choose sets a filter of the queue, as a person does who then leaves the field.
func (p *tab) choose(filter, value string) {
	p.Helper()
	p.text(fmt.Sprintf(`(() => { const e = document.querySelector('#filter #%s'); e.closest("details").open = true; e.value = %q; e.dispatchEvent(new Event("change")) })()`, filter, value))
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

// without makes calls fail whose path ends so.
func without(path string) string {
	return fmt.Sprintf(`{ const ask = fetch; window.fetch = (url, ...rest) => String(url).split("?")[0].endsWith(%q) ? Promise.reject(new TypeError("cut")) : ask(url, ...rest) }`, path)
}

func TestNothingIsOpenedInSilence(t *testing.T) { onBoth(t, models.ModePre, nothingIsOpenedInSilence) }

func nothingIsOpenedInSilence(t *testing.T, d *desk) {
	id := d.post(1, "Ilse", "The clock is right.")
	for path, shown := range map[string]string{"/queue/claim": ".body", "/queue": ".empty"} {
		p := d.open("/console/")
		_, err := chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: without(path)})
		d.must(err)
		p.do(chromedp.Reload())
		p.until(`document.activeElement.name === "name"`)
		p.keys("alice\t" + secretWord + "\r")
		p.says("#toasts", "Connection lost")
		p.says("#comment "+shown, map[string]string{".body": "The clock is right.", ".empty": "Connection lost"}[shown])
		if shown == ".body" {
			p.next("a") // without a lease a decision is safe all the same
			d.until(func() bool { return d.status(id) == models.Approved })
		}
	}
}

func TestSecondLooksAreCounted(t *testing.T) { onBoth(t, models.ModePre, secondLooksAreCounted) }

func secondLooksAreCounted(t *testing.T, d *desk) {
	all := 1.0
	_, err := d.db.UpdateSite(t.Context(), operator, "demo", func(s *models.Site) error { s.SecondLook = &all; return nil })
	d.must(err)
	for _, id := range d.fill(2) {
		_, _, err = d.db.Decide(t.Context(), bob, id, models.DecisionRequest{Action: models.Approve})
		d.must(err)
	}
	p := d.login("alice")
	p.do(chromedp.Click(`#pages a[href="#looks"]`))
	p.says("#looks", "2")
	p.next("a")
	p.until(`document.getElementById("looks").textContent === " 1"`)
	p.do(chromedp.Click(`#pages a[href="#queue"]`))
	p.says("#none", "Nothing is waiting.")
	p.until(`document.getElementById("looks").textContent === " 1"`)
}
