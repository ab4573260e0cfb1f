package browsertest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/chromedp/chromedp"

	"winnow/models"
)

// send sends a request to the node that readers do not use, and returns the reply.
func (d *testServer) send(method, path, token string, body object) object {
	d.Helper()
	data, err := json.Marshal(body)
	d.must(err)
	req, err := http.NewRequestWithContext(d.Context(), method, d.other+path, bytes.NewReader(data))
	d.must(err)
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(req)
	d.must(err)
	defer res.Body.Close()
	var reply object
	d.must(json.NewDecoder(res.Body).Decode(&reply))
	if res.StatusCode >= http.StatusMultipleChoices {
		d.Fatalf("%s %s: %s: %v", method, path, res.Status, reply)
	}
	return reply
}

// decide decides a comment as a moderator.
func (d *testServer) decide(name, id string, decision object) {
	d.Helper()
	login := d.send(http.MethodPost, "/v1/auth/login", "", object{"name": name, "password": testPassword})
	d.send(http.MethodPost, "/v1/comments/"+id+"/decision", login["access_token"].(string), decision)
}

func TestReadersSeeWhatBecomesOfTheirComments(t *testing.T) {
	onBothSetups(t, models.ModePre, func(t *testing.T, d *testServer) {
		address := d.newspaper(map[string]string{"/": story(`lang="en"`, "/plain.css", plainComments), "/plain.css": plainStyle})
		p := d.openURL(address + "/")
		own := func() string {
			return p.evaluate(comments + `.querySelector("article.own").id.slice("comment-".length)`)
		}
		p.compose("Ilse", "The bread was worth the wait.")
		p.says("Your comment is waiting for a moderator.")
		p.run(chromedp.Reload())
		p.waitFor(comments + `?.querySelector(".own .note")?.textContent === "Waiting for a moderator. Only you see it."`)
		d.decide("alice", own(), object{"action": "approve"})
		p.says("Your comment is published.")
		p.waitFor(comments + `.querySelector("h2").textContent === "1 comment" && !` + comments + `.querySelector(".own .note")`)

		p.compose("Ilse", "An off-colour joke.")
		p.waitFor(comments + `.querySelectorAll(".own").length === 2`)
		joke := own()
		comeBack := func() { p.evaluate(`document.dispatchEvent(new Event("visibilitychange"))`) } // asks what has become of comments
		d.decide("alice", joke, object{"action": "reject", "reason": "abuse", "message": "Please keep it friendly."})
		comeBack()
		p.waitFor(comments + `.querySelector(".own blockquote")?.textContent === "Please keep it friendly."`)
		p.click("Ask for a second look")
		p.waitFor(comments + `.activeElement?.localName === "textarea"`)
		p.evaluate(`(() => { const f = ` + comments + `.querySelector("form.inline"); f.querySelector("textarea").value = "It was about the clock."; f.requestSubmit(); f.requestSubmit() })()`)
		p.says("A moderator will look at it again.")
		d.decide("bob", joke, object{"action": "reject", "reason": "abuse", "message": "We have talked about it."})
		comeBack()
		p.waitFor(comments + `.querySelector(".own blockquote")?.textContent === "We have talked about it."`)
		p.says("It was looked at again, and stays unpublished.")

		p.evaluate(`(() => { [...` + comments + `.querySelectorAll(".own")].at(-1).querySelectorAll("button")[1].click() })()`)
		p.waitFor(comments + `.querySelector("form.inline textarea")`)
		p.evaluate(`(() => { const f = ` + comments + `.querySelector("form.inline"); f.querySelector("textarea").value += " Twice."; f.requestSubmit() })()`)
		p.waitFor(comments + `.querySelectorAll(".own .text")[1].textContent === "The bread was worth the wait. Twice."`)
		for range 2 { // asks first
			p.evaluate(`[...[...` + comments + `.querySelectorAll(".own")].at(-1).querySelectorAll("button")].find((b) => b.textContent === "Delete").click()`)
			p.waitFor(comments + `.querySelectorAll(".own").length === 1 || [...` + comments + `.querySelectorAll("button")].some((b) => b.textContent === "Keep it")`)
		}
		p.says("Your comment is deleted.")
	})
}
