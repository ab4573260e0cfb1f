package browsertest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/golang-jwt/jwt/v5"

	"winnow/models"
)

func reload() chromedp.Action[chromedp.Void] { return chromedp.Reload() }

// paper serves one page with the comments of the demo site, in English, and opens it.
func (d *testServer) paper(expected ...string) (address string, p *tab) {
	d.Helper()
	address = d.newspaper(map[string]string{
		"/": story(`lang="en"`, "/plain.css", plainComments), "/blank.css": "",
		"/plain.css": plainStyle + ` body { background: Canvas; color: CanvasText; color-scheme: light dark }`,
	})
	p = d.openURL(address+"/", expected...)
	p.waitFor(comments + `?.querySelector("h2")?.textContent`)
	return address, p
}

func TestElementSaysWhenToGoOn(t *testing.T) {
	d := newTestServer(t, models.ModePost)
	address, p := d.paper("429")
	for i := range 40 { // more than a reader may post in five minutes
		body := fmt.Sprintf(`{"site":"demo","article":{"id":"other"},"author":{"name":"Ilse"},"body":"Number %d of many."}`, i)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.url+"/v1/comments", strings.NewReader(body))
		d.must(err)
		req.Header.Set("Origin", address)
		req.Header.Set("Content-Type", "application/json")
		res, err := http.DefaultClient.Do(req)
		d.must(err)
		d.must(res.Body.Close())
	}
	const text = "The bread was worth the wait."
	p.compose("Ilse", text)
	p.says("That was a little too quick. You can go on at ")
	if got := p.evaluate(comments + `.querySelector(".composer .message").textContent`); !strings.Contains(got, ":") {
		t.Errorf("no time is said: %s", got)
	}
	if got := p.evaluate(comments + `.querySelector("textarea").value`); got != text {
		t.Errorf("the text is now %q", got)
	}
	p.run(reload())
	p.waitFor(comments + `?.querySelector("textarea")?.value === ` + quoted(text))
}

// readerToken is a token of the demo site, signed with a secret.
func readerToken(t *testing.T, secret string, lasts time.Duration) string {
	t.Helper()
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"sub": "u1", "name": "Una", "exp": time.Now().Add(lasts).Unix(),
	}).SignedString([]byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestElementRenewsTokens(t *testing.T) {
	d := newTestServer(t, models.ModePost)
	const secret = "the demo site signs its readers with this"
	d.change(func(s *models.Site) { s.SSOSecret = secret })
	_, p := d.paper("401")
	tokens := fmt.Sprintf(`[%q, %q]`, readerToken(t, strings.Repeat("x", 40), time.Hour), readerToken(t, secret, time.Hour))
	p.evaluate(`window.asked = 0, document.querySelector("winnow-comments").tokenProvider = async () => ` + tokens + `[Math.min(window.asked++, 1)]`)
	p.waitFor(comments + `.querySelector(".who")?.textContent === "You write as Una"`)
	p.compose("", "The bread was worth the wait.")
	p.waitFor(comments + `.querySelector("article .by")?.textContent.includes("Una")`)
	if got := p.evaluate(`window.asked`); got != "2" {
		t.Errorf("the page was asked %s times for a token", got)
	}
	p.run(reload())
	p.waitFor(comments + `?.querySelector(".vouched")`)
}

func TestElementLetsReadersSignIn(t *testing.T) {
	d := newTestServer(t, models.ModePost)
	const secret = "the demo site signs its readers with this"
	d.change(func(s *models.Site) { s.SSOSecret = secret })
	_, p := d.paper("401")
	p.evaluate(`addEventListener("winnow:signin", () => { window.asked = true }), document.querySelector("winnow-comments").tokenProvider = () => window.token`)
	p.click("Sign in")
	p.waitFor(`window.asked`)
	p.evaluate(`window.token = ` + quoted(readerToken(t, secret, time.Hour)))
	p.click("Sign in")
	p.waitFor(comments + `.querySelector(".who").textContent === "You write as Una"`)
	p.evaluate(`window.token = ` + quoted(readerToken(t, secret, -time.Hour)) + `, document.querySelector("winnow-comments").token = window.token`)
	p.says("Please sign in again.")
	p.compose("", "With a token that has ended.")
	// The list says the same; while the form asks, it would get the next token.
	p.waitFor(comments + `.querySelector(".composer .message button")`)
	p.says("Please sign in again. Your text is still here.")
	p.evaluate(`window.token = ` + quoted(readerToken(t, secret, time.Hour)))
	p.evaluate(comments + `.querySelector(".composer .message button").click()`)
	p.evaluate(comments + `.querySelector(".composer .main").click()`)
	p.waitFor(comments + `.querySelector("article .by")?.textContent.includes("Una")`)
}

func TestElementTellsWhatCameOfAReport(t *testing.T) {
	d := newTestServer(t, models.ModePost)
	kept, removed := d.post(1, "Ilse", "The bread was worth the wait."), d.post(2, "Tomasz", "Call this number for cheap clocks.")
	_, p := d.paper()
	for _, id := range []string{kept, removed} {
		p.waitFor(comments + `.getElementById("comment-` + id + `")`)
		p.evaluate(`[...` + comments + `.getElementById("comment-` + id + `").querySelectorAll("button")].find((b) => b.textContent === "Report").click()`)
		p.waitFor(comments + `.querySelector("dialog[open]")`)
		p.evaluate(`(() => { ` + comments + `.querySelector("[value=spam]").click(); ` + comments + `.querySelector("dialog form").requestSubmit() })()`)
		p.waitFor(comments + `.querySelector("dialog [role=status]")`)
		p.click("Close")
	}
	d.decide("alice", removed, object{"action": "reject", "reason": "spam"})
	p.run(reload())
	p.says("The comment by Tomasz that you reported was removed. Thank you.")
	d.decide("alice", kept, object{"action": "approve"})
	p.run(reload())
	p.says("The comment by Ilse that you reported was looked at, and stays.")
	p.run(reload())
	p.waitFor(comments + `?.querySelectorAll("article").length === 1`)
	if got := p.evaluate(comments + `.textContent.includes("that you reported")`); got != "false" {
		t.Error("the outcome is told twice")
	}
}

func TestPermalinksShowTheRestOfTheThread(t *testing.T) {
	d := newTestServer(t, models.ModePost)
	root := d.post(1, "Ilse", "The bread was worth the wait.")
	var last string
	for i := range 30 {
		last = d.postAll(2+i, object{"article": object{"id": "welcome"}, "parent_id": root, "author": object{"name": "Tomasz"}, "body": fmt.Sprintf("Reply number %d.", i)})
	}
	address, p := d.paper()
	p.run(chromedp.Navigate(address + "/#comment-" + last))
	p.run(reload())
	p.waitFor(comments + `?.activeElement?.id === "comment-` + last + `"`)
	if got := p.evaluate(comments + `.querySelectorAll("article").length`); got == "31" {
		t.Fatal("the whole thread is there at once")
	}
	more := `[...` + comments + `.querySelectorAll("button")].find((b) => /more repl/.test(b.textContent))`
	for range 3 {
		p.waitFor(`(` + more + `?.click(), ` + comments + `.querySelectorAll("article").length === 31 || ` + more + `)`)
	}
	p.waitFor(comments + `.querySelectorAll("article").length === 31 && !` + more)
	if got := p.evaluate(`new Set([...` + comments + `.querySelectorAll("article")].map((e) => e.id)).size`); got != "31" {
		t.Errorf("%s different comments", got)
	}
}

func TestElementPollsWithoutServerSentEvents(t *testing.T) {
	d := newTestServer(t, models.ModePost)
	address := d.newspaper(map[string]string{"/": story(`lang="en"`, "/plain.css", plainComments), "/plain.css": plainStyle})
	d.refused.Store("/v1/threads/events", true)
	p := d.openURL(address+"/plain.css", "503", "CORS", "Failed to load")
	p.onLoad(`{ const set = window.setInterval; window.setInterval = (run, time, ...more) => set(run, time === 60000 ? 100 : time, ...more) }`)
	p.run(chromedp.Navigate(address + "/"))
	p.waitFor(comments + `?.querySelector("h2")?.textContent === "No comments yet"`)
	d.post(1, "Tomasz", "And the soup was good as well.")
	p.click("1 new")
	p.waitFor(comments + `.querySelector(".text")?.textContent.includes("the soup")`)
}

// What the server of the page has rendered stands there until the script has something better.
func TestRenderedListStandsInTheElement(t *testing.T) {
	d := newTestServer(t, models.ModePost)
	d.post(1, "Ilse", "The bread was worth the wait.")
	inSlot := strings.Replace(plainComments, "></", `><section><article>The bread, as the server of the page rendered it.</article></section></`, 1)
	address := d.newspaper(map[string]string{"/": story(`lang="en"`, "/plain.css", inSlot), "/plain.css": plainStyle})
	p := d.openURL(address+"/plain.css", "ERR_", "Failed to load", "winnow-comments:")
	p.onLoad(`addEventListener("DOMContentLoaded", () => { window.early = document.querySelector("winnow-comments section").getBoundingClientRect().height > 0 })`)
	p.run(chromedp.Navigate(address + "/"))
	p.waitFor(comments + `?.querySelector(".text")?.textContent.includes("The bread was")`)
	if got := p.evaluate(`[window.early, document.querySelector("winnow-comments section").getBoundingClientRect().height > 0].join()`); got != "true,false" {
		t.Errorf("the list of the page is seen at first, and when the comments are there: %s", got)
	}
}

func TestStatesOfOwnCommentsAreAccessible(t *testing.T) {
	d := newTestServer(t, models.ModePre)
	_, p := d.paper()
	p.withAxe()
	p.waitFor(comments + `?.querySelector("h2")?.textContent === "No comments yet"`)
	p.compose("Ilse", "The bread was worth the wait.")
	p.says("Your comment is waiting for a moderator.")
	p.expectAccessible("waiting")
	p.click("Edit")
	p.waitFor(comments + `.querySelector("form.inline textarea")`)
	p.expectAccessible("editing")
	p.evaluate(`(() => { const f = ` + comments + `.querySelector("form.inline"); f.querySelector("textarea").value = " "; f.requestSubmit() })()`)
	p.says("Please fill this in.")
	p.expectAccessible("editing, with an error")
	p.click("Cancel")
	p.click("Delete")
	p.waitFor(comments + `.textContent.includes("Delete this comment?")`)
	p.expectAccessible("deleting")
	p.click("Keep it")
	id := p.evaluate(comments + `.querySelector("article.own").id.slice("comment-".length)`)
	d.decide("alice", id, object{"action": "reject", "reason": "abuse", "message": "Please keep it friendly."})
	p.evaluate(`document.dispatchEvent(new Event("visibilitychange"))`)
	p.waitFor(comments + `.querySelector(".own blockquote")`)
	p.expectAccessible("rejected, with a message")
	p.click("Ask for a second look")
	p.waitFor(comments + `.querySelector("form.inline textarea")`)
	p.expectAccessible("appealing")
	p.evaluate(`((form) => { form.querySelector("textarea").value = "I meant the clock."; form.requestSubmit() })(` + comments + `.querySelector("form.inline"))`)
	p.says("A moderator will look at it again.")
	p.expectAccessible("appealed")
}
