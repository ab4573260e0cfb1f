package browsertest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"winnow/models"
)

// injections are texts that would run, or break the layout, if they were parsed as
// HTML.
var injections = []string{
	`<script>owned = 1</script>`,
	`<img src=x onerror=owned=1>`,
	`"><svg onload=owned=1>`,
	`'-owned=1-' " onmouseover=owned=1 autofocus onfocus=owned=1 x="`,
	`</textarea></title></style><iframe srcdoc="<script>parent.owned=1</script>"></iframe>`,
	`<details open ontoggle=owned=1><math href=javascript:owned=1>CLICK</math></details>`,
	`<svg><animate onbegin=owned=1 attributeName=x dur=1s></svg><base href=//evil.example><meta http-equiv=refresh content=0>`,
	`{{constructor.constructor("owned=1")()}} ${owned=1} <%= owned=1 %> <template shadowrootmode=open><img src onerror=owned=1>`,
	`javascript:owned=1//`,
	`<!--><a href="&#106;avascript:owned=1" id=desk name=queue>x</a><form id=list><input name=id></form>-->`,
	"\u202Egnp.exe\u202C \u2067\u2066 and\u200f\u200e \ufeff\u0000 end",
	strings.Repeat("W", 5_000),
	"z" + strings.Repeat("\u0301", 10_000) + " end",
}

// cut shortens a text to what a field takes, in characters and in bytes.
func cut(text string, most int) string {
	points := []rune(text)
	for len(points) > most || len(string(points)) > 2*most {
		points = points[:len(points)-1]
	}
	return string(points)
}

// link returns an address with a text in its query, without what makes it invalid.
func link(text string) string {
	return "https://gazette.example/?" + cut(strings.Map(func(r rune) rune {
		if r == '%' || r < ' ' {
			return -1
		}
		return r
	}, text), models.MaxID)
}

func TestInjectedMarkupStaysText(t *testing.T) {
	for _, mode := range []models.Mode{models.ModePost, models.ModePre} {
		t.Run(string(mode), func(t *testing.T) { injectedMarkupStaysText(t, newTestServer(t, mode)) })
	}
}

func injectedMarkupStaysText(t *testing.T, d *testServer) {
	ids := make([]string, len(injections))
	for i, a := range injections {
		article := object{"id": "welcome", "title": cut(a, models.MaxTitle), "url": link(a)}
		if i%2 == 1 {
			article["id"] = cut(a, models.MaxID)
		}
		ids[i] = d.postAll(i+1, object{
			"article": article, "body": a,
			"author": object{"name": cut(a, models.MaxName), "url": link(a)},
			"client": object{"user_agent": cut(a, models.MaxUserAgent), "referrer": cut(a, models.MaxURL)},
		})
	}
	d.setRole("alice", models.RoleAdmin)
	_, err := d.db.UpdateSite(t.Context(), operator, "demo", func(s *models.Site) error { s.Name = cut(injections[1], models.MaxName); return nil })
	d.must(err)
	_, err = d.db.AddSite(t.Context(), operator, models.Site{Slug: "second", Name: cut(injections[2], models.MaxName), Mode: models.ModePre})
	d.must(err)

	console := d.login("alice")
	console.waitFor(rows + ` === Number(document.getElementById("total").textContent)`)
	for _, id := range ids {
		if d.status(id) != models.Pending {
			continue
		}
		console.evaluate(fmt.Sprintf(`document.querySelector('#list [data-id=%q] .row').click()`, id))
		console.waitFor(fmt.Sprintf("%s === %q", opened, id))
		console.waitFor(`document.querySelector("#history")`)
		console.expectHarmless("comment " + id)
		console.keys("n" + `<img src=x onerror=owned=1>` + "\r")
		console.pressAndWait("a")
		console.expectHarmless("decided")
	}
	for _, id := range ids {
		console.evaluate(`location.hash = "comment/` + id + `"`)
		console.waitFor(fmt.Sprintf("%s === %q && document.querySelector('#history')", opened, id))
	}
	console.expectHarmless("the last comment's own page")
	console.evaluate(`location.hash = "archive"`)
	console.waitFor(rows + ` === ` + fmt.Sprint(len(ids)))
	console.expectHarmless("archive")
	for address, heading := range map[string]string{"audit": "Audit", "stats": "Statistics", "sites": "Sites", "sites/demo": "Sites", "people": "People"} {
		console.page(address, heading)
		console.waitFor(`document.querySelector("#page form, #page table, #page figure")`)
		console.evaluate(`document.querySelectorAll("#page details").forEach((d) => { d.open = true })`)
		console.expectHarmless(address)
	}
	reader := d.open("/demo/v1")
	reader.waitFor(widget + `?.querySelectorAll("article").length > 0`)
	reader.expectHarmless("the article's page")
}

// expectHarmless checks that no text became an element or a script, in a wide and
// in a narrow window. What the Content-Security-Policy blocked shows in the
// browser's console, which fails the test.
func (p *tab) expectHarmless(what string) {
	p.Helper()
	const acted = `[typeof owned, document.querySelectorAll("iframe, img, base, form form, [onload], [onerror], [onfocus], a[href^='javascript']").length].join()`
	if got := p.evaluate(acted); got != "undefined,0" {
		p.Errorf("%s: what a script left, elements made of text: %s", what, got)
	}
	for _, width := range []int64{1280, 360} {
		p.run(chromedp.EmulateViewport(width, 800))
		if wide := p.evaluate(`document.documentElement.scrollWidth > innerWidth`); wide != "false" {
			p.Errorf("%s is wider than a window of %d pixels", what, width)
		}
	}
	p.run(chromedp.EmulateViewport(1280, 800))
}
