package browsertest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"winnow/classifier"
	"winnow/models"
)

// role gives a moderator another role.
func (d *desk) role(name string, role models.Role) {
	d.Helper()
	_, err := d.db.UpdateModerator(d.Context(), operator, name, func(m *models.Moderator) error { m.Role = role; return nil })
	d.must(err)
}

// page goes to a page by its address.
func (p *tab) page(address, heading string) {
	p.Helper()
	p.text(`location.hash = "` + address + `"`)
	p.until(`document.activeElement.id === "title" && document.activeElement.textContent === "` + heading + `"`)
}

// fill puts a value into a field and sends its form.
func (p *tab) fill(field, value string) {
	p.Helper()
	p.text(`(() => { document.querySelector('#page [name="` + field + `"]').value = ` + quoted(value) + ` })()`)
}

func (p *tab) send(field string) {
	p.Helper()
	p.text(`document.querySelector('#page [name="` + field + `"]').form.requestSubmit()`)
}

// press presses a button of the page once it is there.
func (p *tab) press(word string) {
	p.Helper()
	find := `[...document.querySelectorAll("#page button")].find((b) => b.textContent === "` + word + `")`
	p.until(find)
	p.text(find + `.click()`)
}

func quoted(s string) string {
	b, _ := json.Marshal(s) // a string can always be written
	return string(b)
}

func TestPagesAreForTheirRoles(t *testing.T) {
	d := newDesk(t, models.ModePre)
	pages := `[...document.querySelectorAll("#pages a")].map((a) => a.textContent).join()`
	d.role("bob", models.RoleEditor)
	d.role("carol", models.RoleAdmin)
	p := d.login("alice")
	p.text(`location.hash = "stats"`)
	if got := p.text(pages + ` + document.getElementById("page").hidden`); got != "Queue,Second lookstrue" {
		t.Errorf("a moderator has, and sees no page: %s", got)
	}
	p = d.open("/console/#stats") // a link is kept through the login
	p.until(`document.activeElement.name === "name"`)
	p.keys("bob\t" + secretWord + "\r")
	p.says("#title", "Statistics")
	if got := p.text(pages); got != "Queue,Second looks,Statistics,Models,Sites,Audit" {
		t.Errorf("an editor has %s", got)
	}
	p.text(`location.hash = "people"`)
	p.until(`!document.getElementById("panes").hidden`)
	p = d.login("carol")
	if got := p.text(pages); got != "Queue,Second looks,Statistics,Models,Sites,Audit,People" {
		t.Errorf("an admin has %s", got)
	}
}

func TestAddressAndKeysFollowThePage(t *testing.T) {
	d := newDesk(t, models.ModePre)
	id := d.post(1, "Ilse", "The clock is right.")
	d.role("alice", models.RoleEditor)
	p := d.login("alice")
	p.says("#comment .body", "The clock is right.")
	p.page("stats", "Statistics")
	if got := p.text(`document.querySelector("#pages [aria-current]").textContent + document.title`); got != "Statistics(1) Statistics · Winnow" {
		t.Errorf("current page and title: %s", got)
	}
	p.keys("a") // decides nothing here
	p.page("audit", "Audit")
	p.text(`history.back()`)
	p.says("#title", "Statistics")
	if got := d.status(id); got != models.Pending {
		t.Fatalf("a key on another page made the comment %s", got)
	}
	p.text(`history.back()`)
	p.until(`!document.getElementById("panes").hidden && document.activeElement.closest("#comment")`)
	p.keys("a")
	d.until(func() bool { return d.status(id) == models.Approved })
}

func TestStatisticsAreDrawnAndTold(t *testing.T) {
	onBoth(t, models.ModePre, statisticsAreDrawnAndTold)
}

func statisticsAreDrawnAndTold(t *testing.T, d *desk) {
	bob := models.Caller{Kind: models.ByModerator, Name: "bob", Role: models.RoleModerator}
	for i := range 3 {
		id := d.post(i+1, "Ilse", "The clock is right.")
		if i > 0 {
			_, _, err := d.db.Decide(t.Context(), bob, id, models.DecisionRequest{Action: models.Approve})
			d.must(err)
		}
	}
	d.role("alice", models.RoleEditor)
	p := d.login("alice")
	p.page("stats", "Statistics")
	if got := p.text(`document.querySelectorAll("figure:first-of-type g").length`); got != "30" {
		t.Errorf("%s columns, 30 days wanted", got)
	}
	p.says("figure g:last-of-type title", "held 3")
	p.says("figure tbody tr:last-child", "030") // approved, held, rejected
	p.says("#page", "bob")
	if got := p.text(`[...document.querySelectorAll("#page table")].at(-1).querySelector("tbody").textContent`); got != "bob20" {
		t.Errorf("decisions by moderator: %s", got)
	}
	p.says("figure:nth-of-type(3) tbody tr", "< 1 min2")
	p.says("figure:nth-of-type(4)", "nothing") // was decided
	p.says("#page [role=status] tbody", "000") // no other thresholds, no change
	p.text(`document.querySelector("figure input").focus()`)
	p.keys(kb.Home)
	p.says("#page [role=status] tbody tr:first-child", "Hold from 0%+3+20") // comments, approved, rejected
	p.text(`document.querySelector("figure input + input").focus()`)
	p.keys(kb.Home)
	p.says("#page [role=status] tbody", "Hold from 0%000Reject from 0%+3+20")
	p.text(`document.querySelector("figure input").focus()`)
	p.keys(kb.End) // takes the other one along
	p.says("#page [role=status] tbody tr:last-child", "Reject from 100%000")
}

func TestModelsArePromotedAndRolledBack(t *testing.T) {
	d := newDesk(t, models.ModePost)
	d.role("alice", models.RoleEditor)
	d.role("bob", models.RoleAdmin)
	starter, err := classifier.Starter()
	d.must(err)
	m, _, err := classifier.Train(t.Context(), lesson, classifier.TrainOptions{Base: starter})
	d.must(err)
	file := filepath.Join(t.TempDir(), "candidate.wnw")
	f, err := os.Create(file)
	d.must(err)
	_, err = m.WriteTo(f)
	d.must(err)
	d.must(f.Close())

	p := d.login("alice")
	p.page("models", "Models")
	p.says("#page thead .chip", "live")
	if got := p.text(`document.querySelectorAll("#page button, #page input").length`); got != "0" {
		t.Errorf("an editor is given %s things to do", got)
	}

	p = d.login("bob", "422")
	p.page("models", "Models")
	p.press("Train now")
	p.says("#toasts", "some fields are not acceptable") // there are no labels
	doc, err := chromedp.Call(p.ctx, dom.GetDocument, dom.GetDocumentParams{})
	d.must(err)
	input, err := chromedp.Call(p.ctx, dom.QuerySelector, dom.QuerySelectorParams{NodeID: doc.Root.NodeID, Selector: "#page [type=file]"})
	d.must(err)
	_, err = chromedp.Call(p.ctx, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: []string{file}, NodeID: input.NodeID})
	d.must(err)
	p.send("file")
	p.says("#page thead", m.Version())
	live := func(version string) {
		t.Helper()
		d.until(func() bool { now, err := d.db.LiveModel(t.Context()); return err == nil && now.Version == version })
		p.until(`document.querySelector("#page thead th:nth-child(2)")?.textContent.includes("` + version + `")`)
	}
	p.press("Promote")
	live(m.Version())
	p.press("Roll back")
	live(starter.Version())
	if got := p.text(`document.querySelectorAll("#page td figure g").length`); got != "20" {
		t.Errorf("%s columns in two reliability diagrams", got)
	}
}

// lesson yields what a small model learns from.
func lesson(yield func(models.Label, error) bool) {
	for i := range 60 {
		row := models.Label{Label: models.Ham, Text: "The council was right about the harbour, I say, and so are " + string(rune('a'+i%26)) + string(rune('a'+i/26))}
		if i%2 == 0 {
			row = models.Label{Label: models.Spam, Text: "Cheap pills now, click http://offer.example/" + string(rune('a'+i%26)) + string(rune('a'+i/26))}
		}
		if !yield(row, nil) {
			return
		}
	}
}

func TestSitesAndRulesAreSet(t *testing.T) {
	d := newDesk(t, models.ModePost)
	d.role("alice", models.RoleEditor)
	d.role("bob", models.RoleAdmin)

	p := d.login("bob", "422")
	p.page("sites", "Sites")
	p.fill("slug", "courier")
	p.fill("name", "The Courier")
	p.send("slug")
	p.says("#page .notice", "wk_")
	p.do(chromedp.Click(`#page output a`))
	p.says("#page h3", "The Courier")
	p.fill("thresholds.hold", "2")
	p.send("name")
	p.says("#page output .error", "Hold from")
	p.until(`document.querySelector('[name="thresholds.hold"]').ariaInvalid === "true"`)
	p.fill("thresholds.hold", "0.25")
	p.fill("origins", "https://courier.example\n")
	p.send("name")
	p.says("#page output", "Saved.")
	site, err := d.db.Site(t.Context(), "courier")
	d.must(err)
	if site.Name != "The Courier" || site.Thresholds.Hold == nil || *site.Thresholds.Hold != 0.25 || site.Thresholds.Reject != nil || len(site.Origins) != 1 {
		t.Errorf("set %+v", site)
	}
	p.press("New secret key")
	p.says("#page [role=status] .notice", "wk_")

	p = d.login("alice", "422")
	p.page("sites/demo", "Sites")
	if got := p.text(`document.querySelector("#page [name=name]").matches(":disabled")`); got != "true" {
		t.Error("an editor may change the site")
	}
	p.fill("rest", `{"links": {"max": -1}}`)
	p.fill("suspect_words.words", " lighthouse \n\nquay*\n")
	p.send("rest")
	p.says("#page .error", "must be from 0 to 1000")
	p.fill("rest", `{"links": {"max": 0}}`)
	p.send("rest")
	p.until(`[...document.querySelectorAll("#page output")].some((o) => o.textContent === "Saved.")`)
	r, err := d.db.Rules(t.Context(), "demo")
	d.must(err)
	if len(r.SuspectWords.Words) != 2 || r.SuspectWords.Words[0] != "lighthouse" || r.Links.Max == nil || *r.Links.Max != 0 {
		t.Errorf("saved %+v", r)
	}
	p.fill("text", "On the quays")
	p.send("text")
	p.says("#page .signals", "suspect-word:quay*")
	p.says("#page .signals .weight", "held")

	// What was held shows the rule, and the word is marked.
	id := d.post(1, "Ilse", "A walk by the lighthouse.")
	p.text(`location.hash = "queue"`)
	p.until(`!document.getElementById("fresh").hidden || document.querySelector("#list [data-id]")`)
	p.text(`document.getElementById("fresh").click()`)
	p.until(`document.querySelector("#comment .open")?.dataset.id === "` + id + `"`)
	p.says("#comment .signals", "suspect-word:lighthouse")
	p.until(`[...document.querySelectorAll("#comment mark")].some((m) => m.textContent.includes("lighthouse"))`)
	p.page("sites/demo", "Sites")
	p.until(`document.querySelector('[name="suspect_words.words"]').value.split("\n").length === 2`)
	p.until(`JSON.parse(document.querySelector("[name=rest]").value).links.max === 0`)
}

func TestPeopleAreAddedAndChanged(t *testing.T) {
	d := newDesk(t, models.ModePost)
	d.role("bob", models.RoleAdmin)
	p := d.login("bob", "409")
	p.page("people", "People")
	p.fill("name", "Zoë / 1")
	p.fill("password", secretWord)
	p.fill("role", "editor")
	p.send("name")
	p.says("#page h3", "Zoë / 1")
	p.text(`document.querySelector("[name=disabled]").click()`)
	p.send("disabled")
	p.says("#page output", "Saved.")
	m, err := d.db.Moderator(t.Context(), "Zoë / 1")
	d.must(err)
	if !m.Disabled || m.Role != models.RoleEditor {
		t.Errorf("changed to %+v", m)
	}
	p.page("people", "People")
	p.says("#page .chip", "No access")
	p.page("people/bob", "People")
	p.fill("role", "moderator")
	p.send("role")
	p.says("#page .error", "you cannot reduce your own access: another admin must do it")
}

func TestAuditTrailIsFiltered(t *testing.T) {
	d := newDesk(t, models.ModePost)
	d.role("alice", models.RoleEditor)
	_, err := d.db.UpdateSite(t.Context(), operator, "demo", func(s *models.Site) error { s.Name = "The Demo"; return nil })
	d.must(err)
	p := d.login("alice")
	p.page("audit", "Audit")
	p.says("#page tbody tr", "session.start") // newest first
	p.says("#page small", "rows, up to")
	p.do(chromedp.Click("#page summary"))
	p.fill("action", "site.update")
	p.send("action")
	p.until(`location.hash === "#audit/action=site.update" && document.querySelectorAll("#page tbody tr").length === 1`)
	p.says("#page tbody td:nth-child(5)", "name: Demo → The Demo")
	if got := p.text(`document.querySelector("#page a[download]").getAttribute("href")`); got != "/v1/audit?action=site.update&format=csv" {
		t.Errorf("the link for CSV is %s", got)
	}
	p.text(`history.back()`)
	p.until(`document.querySelectorAll("#page tbody tr").length > 1`)
}
