package browsertest

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"winnow/models"
)

// widgetFile is the widget of ALTCHA, which make needs installs.
const widgetFile = "node_modules/altcha/dist/main/altcha.min.js"

// change changes the demo site.
func (d *testServer) change(change func(*models.Site)) {
	d.Helper()
	_, err := d.db.UpdateSite(d.Context(), operator, "demo", func(s *models.Site) error { change(s); return nil })
	d.must(err)
}

// A page that has the npm widget and a form of its own.
func TestTheWidgetOfALTCHASolvesTheChallenge(t *testing.T) {
	script, err := os.ReadFile(widgetFile)
	switch {
	case err != nil && os.Getenv("WINNOW_TEST_REQUIRE") == "1":
		t.Fatalf("altcha is not installed, see make needs: %v", err)
	case err != nil:
		t.Skipf("altcha is not installed, see make needs: %v", err)
	}
	d := newTestServer(t, models.ModePost)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		text := `<!doctype html><title>A form</title><form><altcha-widget name="altcha" auto="onload" challenge="` + d.url + `/v1/challenge?site=demo"></altcha-widget></form>
			<script type="module" src="/altcha.js"></script>`
		if r.URL.Path == "/altcha.js" {
			w.Header().Set("Content-Type", "text/javascript")
			text = string(script)
		}
		_, _ = io.WriteString(w, text) // an error means that the browser has left
	}))
	t.Cleanup(web.Close)
	d.change(func(s *models.Site) { s.Origins, s.ProofOfWork = []string{web.URL}, models.ProofAlways })

	p := d.openURL(web.URL+"/", "403")
	p.waitFor(`document.querySelector("input[name=altcha]")?.value`)
	post := func(body string) string {
		p.evaluate(fmt.Sprintf(`(window.answer = "", fetch(%q, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({
			site: "demo", article: { id: "welcome" }, author: { name: "Ilse" }, body: %q, altcha: document.querySelector("input[name=altcha]").value }) })
			.then(async (r) => { const { type, detail, status } = await r.json(); window.answer = [r.status, type ?? status, detail].join(" ") }))`, d.url+"/v1/comments", body))
		p.waitFor(`window.answer`)
		return p.evaluate(`window.answer`)
	}
	if got := post("The bread was worth the wait."); !strings.HasPrefix(got, "201 ") {
		t.Errorf("the first post: %s", got)
	}
	if got := post("And once more with the same solution."); !strings.Contains(got, "403 urn:winnow:problem:proof_of_work the challenge has been used already") {
		t.Errorf("the second post: %s", got)
	}
}

func TestElementProvesWork(t *testing.T) {
	onBothSetups(t, models.ModePost, func(t *testing.T, d *testServer) {
		d.change(func(s *models.Site) { s.ProofOfWork = models.ProofAlways })
		address := d.newspaper(map[string]string{"/": story(`lang="en"`, "/plain.css", plainComments), "/plain.css": plainStyle})
		p := d.openURL(address+"/", "403")
		p.onLoad(`window.longest = 0; new PerformanceObserver((list) => { for (const e of list.getEntries()) window.longest = Math.max(window.longest, e.duration) }).observe({ type: "longtask", buffered: true })`)
		p.run(reload())
		p.waitFor(comments + `?.querySelector("h2")?.textContent === "No comments yet"`)
		solvers := `performance.getEntriesByType("resource").filter((e) => e.name.endsWith("/proof.js")).length`
		if got := p.evaluate(solvers); got != "0" {
			t.Errorf("%s solvers are loaded before one is needed", got)
		}
		p.evaluate(`window.longest = 0`)
		p.compose("Ilse", "The bread was worth the wait.")
		p.says("your browser is calculating")
		p.says("Your comment is published.")
		if got := p.evaluate(comments + `.querySelector(".composer .message").textContent`); got != "" {
			t.Errorf("the form still says %q", got)
		}
		t.Logf("the longest task on the main thread that took more than 50 ms: %s ms (0: there was none)", p.evaluate(`window.longest`))
		if got := p.evaluate(solvers); got != "1" {
			t.Errorf("%s solvers are loaded", got)
		}
		p.compose("Ilse", "And the soup was good.") // known by now
		p.waitFor(comments + `.querySelectorAll("article").length === 2`)
		if got := p.evaluate(`performance.getEntriesByType("resource").filter((e) => e.name.endsWith("/v1/comments") && e.initiatorType === "fetch").length`); got != "3" {
			t.Errorf("%s requests for two comments, the first of which had to be proved", got)
		}
	})
}

func TestTheFirstWidgetSaysThatItCannotProveWork(t *testing.T) {
	d := newTestServer(t, models.ModePost)
	d.change(func(s *models.Site) { s.ProofOfWork = models.ProofAlways })
	address := d.newspaper(map[string]string{"/": `<!doctype html><html lang="en"><title>The clock</title><div id="winnow-comments" data-site="demo" data-article="welcome"></div>
		<script type="module" src="SERVER/widget/v1.js"></script>`})
	p := d.openURL(address+"/", "403", "Content Security Policy")
	p.write("Ilse", "The bread was worth the wait.")
	p.waitFor(widget + `.querySelector(".message")?.textContent.includes("must solve a challenge")`)
}

func TestElementWaitsForTheMinimumTime(t *testing.T) {
	d := newTestServer(t, models.ModePost)
	d.change(func(s *models.Site) { s.MinimumSeconds = 2 })
	address := d.newspaper(map[string]string{"/": story(`lang="en"`, "/plain.css", plainComments), "/plain.css": plainStyle})
	p := d.openURL(address+"/", "403")
	p.waitFor(comments + `?.querySelector("h2")?.textContent === "No comments yet"`)
	p.compose("Ilse", "The bread was worth the wait.")
	p.says("Your comment is published.")

	d.change(func(s *models.Site) { s.ProofOfWork = models.ProofAlways })
	other := d.openURL(address+"/", "403") // a browser that nobody knows
	other.waitFor(comments + `?.querySelector("h2")?.textContent === "1 comment"`)
	other.compose("Tomasz", "And the soup was good.")
	other.says("Your comment is published.")
}
