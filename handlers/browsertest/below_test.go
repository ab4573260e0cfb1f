package browsertest

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/chromedp/chromedp"

	"winnow/models"
)

// TestPagesBelowAPath uses the demo and the console behind a proxy that leads a path
// of another site to the server.
func TestPagesBelowAPath(t *testing.T) {
	d := newTestServer(t, models.ModePost)
	d.public = &url.URL{Scheme: "https", Host: "news.example", Path: "/winnow"}
	d.url = d.serve(d.db, "") + "/winnow"
	reader := d.open("/demo/v1")
	reader.write("Ilse", "The bakery at the corner is open on Sundays again.")
	reader.waitFor(reader.comments("open on Sundays"))
	other := d.open("/demo/clock")
	other.waitFor(`document.querySelector("[data-origin]").textContent.endsWith("/winnow")`)
	other.waitFor(`document.querySelector("winnow-comments").shadowRoot?.textContent.includes("open on Sundays")`)
	p := d.login("alice", "401")
	p.run(chromedp.Reload())
	p.waitFor(`document.getElementById("live").className === "on"`)
	p.run(chromedp.Click("#logout"))
	p.waitFor(`document.activeElement.name === "name"`)
}

func TestAdminsSeeWhatIsWrong(t *testing.T) {
	d := newTestServer(t, models.ModePost)
	d.setRole("bob", models.RoleAdmin)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.url+"/v1/comments?site=demo&article=a", nil)
	d.must(err)
	req.Header.Set("X-Forwarded-For", "203.0.113.9")
	res, err := http.DefaultClient.Do(req)
	d.must(err)
	d.must(res.Body.Close())
	p := d.login("bob", "401")
	p.evaluate(`location.hash = "stats"`)
	p.waitFor(`document.getElementById("page").textContent.includes("--trusted-proxies 127.0.0.1")`)
}
