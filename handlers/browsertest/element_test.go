package browsertest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"winnow/models"
)

// comments is the shadow tree of the first <winnow-comments> on a page.
const comments = `document.querySelector("winnow-comments").shadowRoot`

// newspaper serves pages of an origin of its own, which is one of the demo site's. Their
// policy is strict: nothing inline, no Trusted Types, and of the comments' server only
// scripts and requests.
func (d *testServer) newspaper(pages map[string]string) string {
	d.Helper()
	policy := fmt.Sprintf("default-src 'none'; script-src %[1]s; connect-src %[1]s; style-src 'self'; "+
		"base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'", d.url)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, found := pages[r.URL.Path]
		switch {
		case strings.HasSuffix(r.URL.Path, ".css"):
			w.Header().Set("Content-Type", "text/css")
		case found || r.URL.Path == "/favicon.ico":
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("Content-Security-Policy", policy)
		default:
			http.NotFound(w, r)
			return
		}
		_, _ = io.WriteString(w, strings.ReplaceAll(text, "SERVER", d.url)) // an error means that the browser has left
	}))
	d.Cleanup(web.Close)
	_, err := d.db.UpdateSite(d.Context(), operator, "demo", func(s *models.Site) error {
		s.Origins = append(s.Origins, web.URL)
		return nil
	})
	d.must(err)
	return web.URL
}

// story is a page with comments below, of which one attribute of html and the style differ.
func story(html, style, more string) string {
	return `<!doctype html><html ` + html + `><head><meta charset="utf-8"><title>The clock</title><link rel="stylesheet" href="` + style + `"></head>
<body><main><h1>The clock</h1><p>It was late.</p>` + more + `</main><footer>The end.</footer><script type="module" src="SERVER/widget/v2.js"></script></body></html>`
}

const (
	plainComments = `<winnow-comments site="demo" article="welcome"></winnow-comments>`
	plainStyle    = `body { font: 16px/1.5 sans-serif; margin: 1em } winnow-comments:not(:defined) { display: block; min-height: 100vh }`
)

// compose fills in the first form of the element and sends it.
func (p *tab) compose(name, body string) {
	p.Helper()
	p.waitFor(comments + `.querySelector(".composer textarea")`)
	p.evaluate(fmt.Sprintf(`(() => { const f = %s.querySelector("form"); f.querySelector("textarea").value = %q; f.querySelector("textarea").dispatchEvent(new Event("input"));
		f.querySelector("input[autocomplete=name]").value = %q; f.querySelector(".main").click(); f.querySelector(".main").click() })()`, comments, body, name))
}

// says waits until the element says something to the reader.
func (p *tab) says(text string) {
	p.Helper()
	p.waitFor(fmt.Sprintf(`[...%s.querySelectorAll(".message, .error, .note")].some((e) => e.textContent.includes(%q))`, comments, text))
}

// click clicks the first button or link of the element with a text.
func (p *tab) click(text string) {
	p.Helper()
	find := fmt.Sprintf(`[...%s.querySelectorAll("button, a")].find((e) => e.textContent === %q)`, comments, text)
	p.waitFor(find)
	p.evaluate(find + `.click()`)
}

// onLoad runs a script in every page that is opened from now on, before its own.
func (p *tab) onLoad(script string) {
	p.Helper()
	_, err := chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
	if err != nil {
		p.Fatal(err)
	}
}

func TestElementTakesCommentsFromAnotherOrigin(t *testing.T) {
	d := newTestServer(t, models.ModePost)
	address := d.newspaper(map[string]string{"/": story(`lang="en"`, "/plain.css", plainComments), "/plain.css": plainStyle})
	p := d.openURL(address + "/")
	p.waitFor(comments + `.querySelector("h2")?.textContent === "No comments yet"`)
	p.evaluate(`addEventListener("winnow:posted", (event) => { window.posted = event.detail.status })`)
	p.compose("", "A text without a name.")
	p.says("Please fill this in.")
	const hostile = `<img src=x onerror=alert(1)> "lovely" <script>alert(2)</script>`
	p.compose("Ilse", hostile)
	p.waitFor(`window.posted === "approved"`)
	p.says("Your comment is published.")
	p.waitFor(comments + `.activeElement?.localName === "article"`)
	if got := p.evaluate(`[` + comments + `.querySelectorAll("article").length, ` + comments + `.querySelectorAll("img, script").length, ` + comments + `.querySelector("h2").textContent].join()`); got != "1,0,1 comment" {
		t.Errorf("comments, elements out of the text, heading: %s", got)
	}
	p.click("Reply")
	p.waitFor(comments + `.activeElement?.localName === "textarea"`)
	p.evaluate(`(() => { const f = ` + comments + `.querySelector(".threads form"); f.querySelector("textarea").value = "And the soup was good."; f.requestSubmit() })()`)
	p.waitFor(comments + `.querySelector(".replies .text")?.textContent.includes("the soup")`)

	p.run(chromedp.Reload())
	p.waitFor(comments + `.querySelector("h2")?.textContent === "2 comments"`)
	p.waitFor(comments + `.querySelectorAll(".replies article").length === 1`)
	if got := p.evaluate(comments + `.querySelector(".threads .text").textContent.trim()`); got != hostile {
		t.Errorf("the text is %q", got)
	}
	id := p.evaluate(comments + `.querySelector(".replies article").id`)
	p.evaluate(`location.hash = "` + id + `"`)
	p.waitFor(comments + `.activeElement?.id === "` + id + `"`)

	later := d.openURL(address + "/#" + id) // whoever follows the link
	later.waitFor(comments + `?.activeElement?.id === "` + id + `"`)

	still := d.openURL(address + "/plain.css") // of the same origin: its process stays
	still.onLoad(watch)
	still.run(chromedp.Navigate(address + "/"))
	still.waitFor(comments + `?.querySelectorAll("article").length === 2`)
	if moved := still.evaluate(`moved`); moved != "0" {
		t.Errorf("the page moves by %s when the comments come", moved)
	}
}

func TestElementStandsOnAnyPage(t *testing.T) {
	d := newTestServer(t, models.ModePost)
	d.post(1, "Ilse", "The bread was worth the wait.")
	address := d.newspaper(map[string]string{
		"/hostile": story(`lang="en"`, "/hostile.css", plainComments),
		"/hostile.css": `* { all: unset } head, head * { display: none } body { display: block; text-transform: uppercase; letter-spacing: .3em; text-align: center;
			white-space: nowrap; word-spacing: 1em; text-indent: 3em; font: italic 900 16px/3 sans-serif; text-shadow: 0 0 3px red; visibility: visible }`,
		"/rtl":       story(`lang="ar" dir="rtl"`, "/plain.css", plainComments),
		"/dark":      story(`lang="de"`, "/dark.css", plainComments),
		"/plain.css": plainStyle, "/dark.css": `body { background: rgb(17, 17, 17); color: #ddd; font: 16px sans-serif }`,
	})
	t.Run("hostile styles", func(t *testing.T) {
		p := d.openURL(address + "/hostile")
		p.TB = t
		p.waitFor(comments + `?.querySelector(".text")`)
		const want = "none normal start normal normal 0px normal 400 none block"
		if got := p.evaluate(`(() => { const s = getComputedStyle(` + comments + `.querySelector(".text")); return [s.textTransform, s.letterSpacing, s.textAlign,
			s.whiteSpace, s.wordSpacing === "0px" ? "normal" : s.wordSpacing, s.textIndent, s.fontStyle, s.fontWeight, s.textShadow,
			getComputedStyle(document.querySelector("winnow-comments")).display].join(" ") })()`); got != want {
			t.Errorf("a comment has the style %s, want %s", got, want)
		}
	})
	t.Run("right to left", func(t *testing.T) {
		p := d.openURL(address + "/rtl")
		p.TB = t
		p.waitFor(comments + `?.querySelector(".text")`)
		if got := p.evaluate(`(() => { const page = document.scrollingElement, pot = ` + comments + `.querySelector(".honeypot").getBoundingClientRect();
			return [page.scrollWidth > page.clientWidth, pot.width <= 1, ` + comments + `.querySelector(".root").dir].join() })()`); got != "false,true,rtl" {
			t.Errorf("wider than the window, honeypot unseen, direction: %s", got)
		}
	})
	t.Run("dark without a colour scheme", func(t *testing.T) {
		p := d.openURL(address + "/dark")
		p.TB = t
		p.waitFor(comments + `?.querySelector(".text")`)
		if got := p.evaluate(`getComputedStyle(` + comments + `.querySelector(".text")).color.match(/\d+/g).map(Number).every((part) => part > 200)`); got != "true" {
			t.Error("the text is not bright: " + p.evaluate(`getComputedStyle(`+comments+`.querySelector(".text")).color`))
		}
		p.compose("x", strings.Repeat(" ", 3))
		p.says("Bitte ausfüllen.")
	})
}

func TestElementsComeAndGo(t *testing.T) {
	d := newTestServer(t, models.ModePost)
	d.post(1, "Ilse", "The bread was worth the wait.")
	d.postAll(2, object{"article": object{"id": "other"}, "author": object{"name": "Tomasz"}, "body": "Another story."})
	address := d.newspaper(map[string]string{"/": story(`lang="en"`, "/plain.css", ""), "/plain.css": plainStyle})
	p := d.openURL(address+"/", "winnow-comments:", "404")
	add := func(attributes string) string {
		return `(() => { const e = document.createElement("winnow-comments"); for (const [name, value] of Object.entries(` + attributes + `)) e.setAttribute(name, value);
			document.querySelector("main").append(e) })()`
	}
	first, second := `document.querySelectorAll("winnow-comments")[0].shadowRoot`, `document.querySelectorAll("winnow-comments")[1].shadowRoot`
	p.evaluate(add(`{ site: "demo", article: "welcome" }`))
	p.waitFor(first + `?.querySelector(".text")?.textContent.includes("The bread")`)
	p.evaluate(add(`{ site: "demo", article: "other", lang: "de" }`))
	p.waitFor(second + `?.querySelector(".text")?.textContent.includes("Another")`)
	p.waitFor(second + `.querySelector("h2").textContent === "1 Kommentar"`)
	p.evaluate(`document.querySelectorAll("winnow-comments")[1].article = "welcome"`)
	p.waitFor(second + `.querySelector(".text")?.textContent.includes("The bread")`)
	p.evaluate(`document.querySelector("winnow-comments").remove()`)
	for attributes, says := range map[string]string{`{ site: "demo" }`: "There are no comments on this page.", `{ site: "nowhere", article: "x" }`: "There are no comments on this page."} {
		p.evaluate(add(attributes))
		p.waitFor(`[...document.querySelectorAll("winnow-comments")].at(-1).shadowRoot.textContent === ` + quoted(says))
	}
	p.evaluate(add(`{ site: "demo", "count-of": "welcome" }`))
	p.waitFor(`[...document.querySelectorAll("winnow-comments")].at(-1).shadowRoot.textContent === "1 comment"`)
}

func TestElementSaysWhatIsWrong(t *testing.T) {
	d := newTestServer(t, models.ModePost)
	address := d.newspaper(map[string]string{"/": story(`lang="en"`, "/plain.css", plainComments), "/plain.css": plainStyle})
	p := d.openURL(address+"/", "429", "ERR_", "CORS", "winnow-comments:", "Failed to load")
	p.waitFor(comments + `?.querySelector("h2")`)
	d.disconnect()
	p.compose("Ilse", "Nobody hears me.")
	p.says("The comments cannot be reached just now.")
	d.offline.Store(false)
	p.run(chromedp.Reload())
	p.waitFor(comments + `?.querySelector("textarea")?.value === "Nobody hears me."`) // the draft

	_, err := d.db.UpdateSite(t.Context(), operator, "demo", func(s *models.Site) error { s.Origins = []string{"https://other.example"}; return nil })
	d.must(err)
	p.waitFor(`(async () => { window.barred = !(await fetch(` + quoted(d.url+"/v1/comments?site=demo&article=x") + `, { headers: { "X-Browser-Token": "x" } }).then(() => true, () => false)) })(), window.barred`)
	p.compose("Ilse", "Somebody?")
	p.says("Comments cannot be sent from this page.")
}

// What was stored without the reader learning of it is not stored twice.
func TestElementTakesNoBrokenReplyForAnAnswer(t *testing.T) {
	d := newTestServer(t, models.ModePost)
	address := d.newspaper(map[string]string{"/": story(`lang="en"`, "/plain.css", plainComments), "/plain.css": plainStyle})
	p := d.openURL(address+"/", "ERR_", "Failed to load")
	p.waitFor(comments + `?.querySelector("h2")`)
	d.cut.Store("POST /v1/comments", true)
	p.compose("Ilse", "Somebody hears me.")
	p.says("The comments cannot be reached just now.")
	p.evaluate(comments + `.querySelector(".main").click()`)
	p.waitFor(comments + `.querySelectorAll("article").length === 1`)
	stored := 0
	for _, err := range d.db.Comments(t.Context(), "demo", time.Time{}) {
		d.must(err)
		stored++
	}
	if stored != 1 {
		t.Errorf("%d comments are stored", stored)
	}
}

// chain is a conversation in which each comment answers the one before.
func chain(n int) string {
	replies := make([]object, n)
	for i := range replies {
		replies[i] = object{
			"id": fmt.Sprint(i + 1), "parent_id": fmt.Sprint(i), "root_id": "0", "depth": min(i+1, 3), "to": "Ilse",
			"author": object{"name": "Ilse"}, "body": "And then?", "created_at": "2026-01-01T12:00:00Z",
		}
	}
	data, _ := json.Marshal(object{ // maps of texts can always be written
		"article": object{"id": "welcome"}, "total": n + 1,
		"threads": []object{{"id": "0", "depth": 0, "author": object{"name": "Ilse"}, "body": "Once.", "created_at": "2026-01-01T12:00:00Z", "replies": replies}},
	})
	return string(data)
}

func TestLongConversationsInThePage(t *testing.T) {
	d := newTestServer(t, models.ModePost)
	inPage := strings.Replace(plainComments, "></", `><script type="application/json">`+chain(1500)+`</script></`, 1)
	address := d.newspaper(map[string]string{"/": story(`lang="en"`, "/plain.css", inPage), "/plain.css": plainStyle})
	p := d.openURL(address + "/")
	p.waitFor(comments + `?.querySelectorAll(".replies article").length === 1500`)
	if got := p.evaluate(`performance.getEntriesByType("resource").filter((e) => e.name.includes("/v1/threads?")).length`); got != "0" {
		t.Errorf("%s requests for a list that stands in the page", got)
	}
	if got := p.evaluate(`(() => { let n = 0; for (let e = ` + comments + `.getElementById("comment-1500"); e; e = e.parentElement) n++; return n < 12 })()`); got != "true" {
		t.Error("the last reply is as deep in the page as in the conversation")
	}
	if got := p.evaluate(comments + `.querySelector(".replies .to").textContent`); got != "to Ilse" {
		t.Errorf("a reply is %q", got)
	}
}

func TestElementIsAccessible(t *testing.T) {
	d := newTestServer(t, models.ModePost)
	d.post(1, "Ilse", "The bread was worth the wait.")
	address := d.newspaper(map[string]string{"/": story(`lang="en"`, "/plain.css", plainComments), "/plain.css": plainStyle + ` body { background: Canvas; color: CanvasText; color-scheme: light dark }`})
	p := d.openURL(address + "/")
	p.withAxe()
	p.waitFor(comments + `?.querySelector(".text")`)
	_, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{})
	d.must(err)
	p.expectAccessible("a thread")
	p.click("Report")
	p.waitFor(comments + `.querySelector("dialog[open]")`)
	p.expectAccessible("a report")
	p.evaluate(comments + `.querySelector("dialog form").requestSubmit()`)
	p.says("Please choose one.")
	p.evaluate(`(() => { ` + comments + `.querySelector("[value=spam]").click(); ` + comments + `.querySelector("dialog form").requestSubmit() })()`)
	p.waitFor(comments + `.querySelector("dialog [role=status]")?.textContent.startsWith("Thank you.")`)
	p.click("Close")
	p.click("Reply")
	p.compose("", "")
	p.says("Please fill this in.")
	p.expectAccessible("a reply and an error")
}

func TestDemoIsAccessible(t *testing.T) {
	d := newTestServer(t, models.ModePost)
	d.post(1, "Ilse", "The bread was worth the wait.")
	for path, ready := range map[string]string{
		"/demo":       `?.textContent === "1 comment"`,
		"/demo/night": `?.querySelector("h2")`, "/demo/mina": `?.querySelector("h2")`, "/demo/members": `?.querySelector("h2")`,
	} {
		p := d.open(path, "404") // this site has no readers who sign in
		p.withAxe()
		p.waitFor(`document.querySelector("winnow-comments")?.shadowRoot` + ready)
		p.expectAccessible(path)
	}
}
