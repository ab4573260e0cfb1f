package browsertest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"winnow/models"
)

// widget is the shadow tree of the comments on a page.
const widget = `document.getElementById("winnow-comments").shadowRoot`

// write fills in the form and submits it.
func (p *tab) write(name, body string) {
	p.Helper()
	p.waitFor(widget + `?.querySelector("h2").textContent`)
	p.evaluate(fmt.Sprintf(`(%[1]s.getElementById("name").value = %q, %[1]s.getElementById("body").focus())`, widget, name))
	p.keys(body + "\t\r")
}

func (p *tab) comments(contain string) string {
	return fmt.Sprintf(`[...%s.querySelectorAll("article .text")].some((e) => e.textContent.includes(%q))`, widget, contain)
}

func TestReaderPosts(t *testing.T) {
	d := newTestServer(t, models.ModePost)
	p := d.open("/demo/v1")
	p.write("Ilse", "What a lovely story about our old clock.")
	p.waitFor(p.comments("lovely story"))
	p.waitFor(widget + `.querySelector(".message").textContent === "Your comment is published."`)

	p.run(chromedp.Reload())
	p.waitFor(widget + `?.querySelector("h2").textContent === "One comment"`)
	p.evaluate(widget + `.querySelector("article button").click()`)
	p.write("Tomasz", "And the soup was good as well.")
	p.waitFor(widget + `.querySelector("li li .text")?.textContent === "And the soup was good as well."`)

	other := d.open("/demo/v1") // another reader sees the thread
	other.waitFor(widget + `?.querySelector("li li .by b")?.textContent === "Tomasz"`)
}

func TestMissingFieldsAreShown(t *testing.T) {
	p := newTestServer(t, models.ModePost).open("/demo/v1")
	p.write("", "A text without a name.")
	p.waitFor(widget + `.getElementById("name-error").textContent !== ""`)
	p.waitFor(widget + `.activeElement?.id === "name"`)
	if got := p.evaluate(widget + `.querySelectorAll("article").length`); got != "0" {
		t.Errorf("%s comments on the page, none wanted", got)
	}
}

func TestRateLimitSaysWhenToRetry(t *testing.T) {
	d := newTestServer(t, models.ModePost)
	p := d.open("/demo/v1", "429")
	p.waitFor(widget + `?.querySelector("h2").textContent`)
	p.evaluate(`(async () => { for (let status = 0; status !== 429;) status = (await fetch("/v1/comments", { method: "POST", headers: { "Content-Type": "application/json" },
		body: JSON.stringify({ site: "demo", article: { id: "other" }, author: { name: "n" }, body: "Another thought " + Math.random() }) })).status; window.limited = true })()`)
	p.waitFor(`window.limited`)
	p.write("Ilse", "One more.")
	p.waitFor(widget + `.querySelector(".message").textContent.includes("You can post again at")`)
	if got := p.evaluate(widget + `.getElementById("body").value`); got != "One more." {
		t.Errorf("the text is %q after the refusal", got)
	}
}

func TestClosedArticleTakesNoComments(t *testing.T) {
	d := newTestServer(t, models.ModePost)
	editor := models.Caller{Kind: models.ByCommand, Name: "test"}
	set := func(state models.ArticleState) {
		t.Helper()
		if _, err := d.db.UpdateArticle(t.Context(), editor, "demo", "welcome", func(e *models.ArticleEntry) error { e.State = state; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	p := d.open("/demo/v1", "403")
	p.write("Ilse", "Before the end.")
	p.waitFor(p.comments("Before the end"))
	set(models.ArticleClosed)
	p.waitFor(`(async () => { const r = await fetch("/v1/comments?site=demo&article=welcome", { cache: "no-store" }); window.shut = (await r.json()).state === "closed" })(), window.shut`)
	p.write("Ilse", "After the end.")
	p.waitFor(widget + `.querySelector(".message").textContent === "Comments on this article are closed."`)
	p.run(chromedp.Reload())
	p.waitFor(widget + `?.querySelector(".message").textContent === "Comments on this article are closed."`)
	p.waitFor(widget + `.querySelector("form").hidden && !` + widget + `.querySelector("article button")`)
	p.waitFor(p.comments("Before the end"))
}

func TestHoneypotIsHiddenFromPeople(t *testing.T) {
	p := newTestServer(t, models.ModePost).open("/demo/v1")
	p.waitFor(widget + `?.querySelector("[name=website]")`)
	for _, dir := range []string{"ltr", "rtl"} { // outside the window, it would make a second screen in one of them
		got := p.evaluate(`(() => { document.documentElement.dir = "` + dir + `";
			const e = ` + widget + `.querySelector("[name=website]"), box = e.parentElement.getBoundingClientRect(), page = document.scrollingElement;
			return [box.width <= 1 && getComputedStyle(e.parentElement).overflow, page.scrollWidth > page.clientWidth, e.tabIndex, e.closest("[aria-hidden=true]") !== null].join() })()`)
		if got != "hidden,false,-1,true" {
			t.Errorf("%s: seen, page wider than the window, tab index, hidden from assistive technology: %s", dir, got)
		}
	}
}

// pageOfReplies is a script that replaces the list of comments by one with a
// comment and replies to it, which have the given times and ascending ids.
func pageOfReplies(times ...string) string {
	comments := []object{{"id": "0", "author": object{"name": "Ilse"}, "body": "The first.", "created_at": "2026-01-01T12:00:00Z"}}
	for i, at := range times {
		comments = append(comments, object{
			"id": fmt.Sprint(i + 1), "parent_id": "0", "author": object{"name": "Tomasz"}, "body": at, "created_at": at,
		})
	}
	data, _ := json.Marshal(object{"comments": comments, "total": len(comments)}) // maps of texts can always be written
	return `window.fetch = async () => new Response(` + quoted(string(data)) + `, { headers: { "Content-Type": "application/json" } })`
}

func TestRepliesWithinOneSecondAreInOrder(t *testing.T) {
	inOrder := []string{
		"2026-01-01T12:00:05Z", // times lose trailing zeros
		"2026-01-01T12:00:05.000001Z",
		"2026-01-01T12:00:05.00001Z",
		"2026-01-01T12:00:05.000011Z",
		"2026-01-01T12:00:05.1Z",
		"2026-01-01T12:00:05.100001Z",
		"2026-01-01T12:00:05.12Z",
		"2026-01-01T12:00:05.123Z",
		"2026-01-01T13:00:05.2+01:00", // another offset, the same hour
		"2026-01-01T12:00:06Z",
	}
	served := slices.Clone(inOrder)
	slices.Reverse(served)
	p := newTestServer(t, models.ModePost).open("/demo/v1")
	_, err := chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: pageOfReplies(served...)})
	if err != nil {
		t.Fatal(err)
	}
	p.run(chromedp.Reload())
	p.waitFor(widget + `?.querySelectorAll("li li .text").length === ` + fmt.Sprint(len(inOrder)))
	const shown = `[...` + widget + `.querySelectorAll("li li .text")].map((e) => e.textContent).join()`
	if got := p.evaluate(shown); got != strings.Join(inOrder, ",") {
		t.Errorf("replies are shown in the order %s", got)
	}
}

func TestRepliesOfOneInstantAreInTheOrderOfTheirIDs(t *testing.T) {
	p := newTestServer(t, models.ModePost).open("/demo/v1")
	const at = "2026-01-01T12:00:05.5Z"
	script := strings.Replace(pageOfReplies(at, at, at), `\"id\":\"1\"`, `\"id\":\"9\"`, 1)
	_, err := chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
	if err != nil {
		t.Fatal(err)
	}
	p.run(chromedp.Reload())
	p.waitFor(widget + `?.querySelectorAll("li li").length === 3`)
	if got := p.evaluate(`[...` + widget + `.querySelectorAll("li li > article")].map((e) => e.id).join()`); got != "c-2,c-3,c-9" {
		t.Errorf("replies are shown in the order %s", got)
	}
}

func TestWidgetShowsLongConversations(t *testing.T) {
	comments := make([]object, 1500)
	for i := range comments {
		comments[i] = object{"id": fmt.Sprint(i), "author": object{"name": "Ilse"}, "body": "And then?", "created_at": "2026-01-01T12:00:00Z"}
		if i > 0 {
			comments[i]["parent_id"] = fmt.Sprint(i - 1)
		}
	}
	data, _ := json.Marshal(object{"comments": comments, "total": len(comments)}) // maps of texts can always be written
	p := newTestServer(t, models.ModePost).open("/demo/v1")
	p.onLoad(`window.fetch = async () => new Response(` + quoted(string(data)) + `, { headers: { "Content-Type": "application/json" } })`)
	p.run(chromedp.Navigate(p.evaluate(`new URL("/demo/v1", location).href`)))
	p.waitFor(widget + `?.querySelectorAll("article").length === 1500`)
	if got := p.evaluate(`(() => { let n = 0; for (let e = ` + widget + `.getElementById("c-1499"); e; e = e.parentElement) n++; return n < 16 })()`); got != "true" {
		t.Error("the last reply is as deep in the page as in the conversation")
	}
	p.waitFor(widget + `.getElementById("c-1499").textContent.includes("Reply to Ilse")`)
}

func TestWidgetStandsOnAnyPage(t *testing.T) {
	d := newTestServer(t, models.ModePost)
	d.post(1, "Ilse", "The bread was worth the wait.")
	page := func(style, container string) string {
		return strings.ReplaceAll(story(`lang="de"`, style, container), "/v2.js", "/v1.js")
	}
	address := d.newspaper(map[string]string{
		"/dark":  page("/dark.css", `<div id="winnow-comments" data-site="demo" data-article="welcome"></div>`),
		"/later": page("/dark.css", ""), "/missing": page("/dark.css", `<div id="winnow-comments" data-site="demo"></div>`),
		"/dark.css": `body { background: #111; color: #ddd; text-transform: uppercase; letter-spacing: .3em; text-align: center; white-space: nowrap }`,
	})
	p := d.openURL(address + "/dark")
	p.waitFor(widget + `?.querySelector(".text")`)
	const style = `(() => { const s = getComputedStyle(` + widget + `.querySelector(".text")); return [s.color.match(/\d+/g)[0] > 200, s.textTransform, s.letterSpacing, s.textAlign, s.whiteSpace].join() })()`
	if got := p.evaluate(style); got != "true,none,normal,start,pre-wrap" {
		t.Errorf("a comment is bright, and has the style: %s", got)
	}
	p.run(chromedp.Navigate(address + "/later"))
	p.evaluate(`(() => { const e = document.createElement("div"); e.id = "winnow-comments"; e.dataset.site = "demo"; e.dataset.article = "welcome"; document.body.append(e) })()`)
	p.waitFor(widget + `?.querySelector(".text")`)
	missing := d.openURL(address+"/missing", "winnow-comments: data-site and data-article must be set")
	missing.waitFor(widget + `?.textContent === ""`)
}
