package browsertest

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"winnow/models"
)

// axeFile is installed by make needs.
const axeFile = "node_modules/axe-core/axe.min.js"

// withAxe loads axe-core into every page that is opened from now on.
func (p *tab) withAxe() {
	p.Helper()
	source, err := os.ReadFile(axeFile)
	switch {
	case err != nil && os.Getenv("WINNOW_TEST_REQUIRE") == "1":
		p.Fatalf("axe-core is not installed, see make needs: %v", err)
	case err != nil:
		p.Skipf("axe-core is not installed, see make needs: %v", err)
	}
	_, err = chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: string(source)})
	if err != nil {
		p.Fatal(err)
	}
	p.run(chromedp.Reload())
}

// looks are the colour schemes and sizes in which a page is checked.
var looks = []struct {
	name, scheme  string
	width, height int64
}{
	{"light", "light", 1280, 800},
	{"dark", "dark", 1280, 800},
	{"phone", "light", 360, 740},
	{"dark phone", "dark", 360, 740},
}

// expectAccessible checks the page by the rules of axe-core, in every look,
// and that it is not wider than its window.
func (p *tab) expectAccessible(what string) {
	p.Helper()
	for _, look := range looks {
		_, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: look.scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
		}})
		if err != nil {
			p.Fatal(err)
		}
		p.run(chromedp.EmulateViewport(look.width, look.height))
		p.evaluate(`(window.found = null, axe.run({ rules: { "target-size": { enabled: true } } }).then((r) => {
			window.found = r.violations.flatMap((v) => v.nodes.map((n) => v.id + ": " + n.target + " — " + n.failureSummary)).join("\n") }))`)
		p.waitFor(`window.found !== null`)
		if found := p.evaluate(`window.found`); found != "" {
			p.Errorf("%s, %s:\n%s", what, look.name, found)
		}
		if wide := p.evaluate(`document.documentElement.scrollWidth - innerWidth`); strings.TrimPrefix(wide, "-") == wide && wide != "0" {
			p.Errorf("%s, %s: %s pixels wider than the window", what, look.name, wide)
		}
	}
}

func TestPagesAreAccessible(t *testing.T) {
	d := newTestServer(t, models.ModePre)
	d.setRole("alice", models.RoleAdmin)
	for i := range 8 {
		d.post(i+1, fmt.Sprintf("Reader %d", i), "My cousin earns a captain's pay from her kitchen table, see http://offer.example/win today "+fmt.Sprint(i))
	}
	_, err := d.db.AddHandover(t.Context(), bob, "demo", "The offers are still at it.")
	d.must(err)
	_, err = d.db.AddView(t.Context(), bob, models.View{Name: "Offers", SharedWith: "demo", Filter: []byte(`{"site":"demo","q":"offer"}`)})
	d.must(err)
	p := d.open("/console/")
	p.withAxe()
	p.waitFor(`document.activeElement.name === "name"`)
	p.expectAccessible("login")
	p.keys("alice\t" + testPassword + "\r")
	p.waitFor(`document.getElementById("live").className === "on"`)
	p.waitFor(`document.querySelector("#comment .signals")`)
	p.evaluate(`document.getElementById("views").open = true`)
	p.waitForText("#views li", "Offers")
	p.expectAccessible("desk")
	p.evaluate(`document.getElementById("views").open = false`)
	p.keys("x")
	p.waitForText("#bulk", "8 selected") // near-copies, as one row
	p.expectAccessible("selection")
	p.keys("\x1br")
	p.waitForText("#actions", "Reject as")
	p.expectAccessible("reasons")
	p.keys("o")
	p.waitForText("#toasts", "Rejected")
	p.expectAccessible("decided")
	p.keys("?")
	p.waitFor(`document.getElementById("help").open`)
	p.expectAccessible("help")
	p.keys("\x1b")
	p.searchArchive("cousin")
	p.waitFor(`document.querySelector("#why")`)
	p.evaluate(`document.getElementById("archive-finer").open = true`)
	p.expectAccessible("archive")
	p.evaluate(`location.hash = "comment/" + document.querySelector("#list [data-id]").dataset.id`)
	p.waitFor(`document.getElementById("panes").dataset.mode === "comment" && document.querySelector("#history")`)
	p.expectAccessible("comment")
	for address, heading := range map[string]string{
		"stats": "Statistics", "models": "Models", "sites": "Sites", "sites/demo": "Sites", "people": "People", "people/bob": "People", "audit": "Audit", "articles": "Articles",
	} {
		p.page(address, heading)
		p.evaluate(`document.querySelectorAll("#page details").forEach((d) => { d.open = true })`)
		p.expectAccessible(address)
	}
}
