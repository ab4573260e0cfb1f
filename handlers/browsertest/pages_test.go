package browsertest

import (
	"encoding/json"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"winnow/models"
)

// setRole gives a moderator another role.
func (d *testServer) setRole(name string, role models.Role) {
	d.Helper()
	_, err := d.db.UpdateModerator(d.Context(), operator, name, func(m *models.Moderator) error { m.Role = role; return nil })
	d.must(err)
}

// page goes to a page by its address.
func (p *tab) page(address, heading string) {
	p.Helper()
	p.evaluate(`location.hash = "` + address + `"`)
	p.waitFor(`document.activeElement.id === "title" && document.activeElement.textContent === "` + heading + `"`)
}

// setField puts a value into a field of the page.
func (p *tab) setField(field, value string) {
	p.Helper()
	p.evaluate(`(() => { document.querySelector('#page [name="` + field + `"]').value = ` + quoted(value) + ` })()`)
}

// typeInto sets a field the way a person does, so that the page notices.
func (p *tab) typeInto(field, value string) {
	p.Helper()
	p.setField(field, value)
	p.evaluate(`(() => { document.querySelector('#page [name="` + field + `"]').dispatchEvent(new Event("input", { bubbles: true })) })()`)
}

func (p *tab) submitFormOf(field string) {
	p.Helper()
	p.evaluate(`document.querySelector('#page [name="` + field + `"]').form.requestSubmit()`)
}

// saveCard saves the settings of the card that has a field.
func (p *tab) saveCard(field string) {
	p.Helper()
	p.submitFormOf(field)
	p.waitFor(`document.querySelector('#page [name="` + field + `"]').form.querySelector("output").textContent === "Saved."`)
}

// clickInPage clicks the button of the page that has a text, once it is there.
func (p *tab) clickInPage(word string) {
	p.Helper()
	find := `[...document.querySelectorAll("#page button")].find((b) => b.textContent === "` + word + `")`
	p.waitFor(find)
	p.evaluate(find + `.click()`)
}

func quoted(s string) string {
	b, _ := json.Marshal(s) // a string can always be written
	return string(b)
}

func TestPagesAreForTheirRoles(t *testing.T) {
	d := newTestServer(t, models.ModePre)
	pages := `[...document.querySelectorAll("#pages a")].map((a) => a.textContent).join()`
	d.setRole("bob", models.RoleEditor)
	d.setRole("carol", models.RoleAdmin)
	p := d.login("alice")
	p.evaluate(`location.hash = "stats"`)
	if got := p.evaluate(pages + ` + document.getElementById("page").hidden`); got != "Queue,Many at once,Archive,Second looks,Articles,Bans,Accounttrue" {
		t.Errorf("a moderator has, and sees no page: %s", got)
	}
	p = d.open("/console/#stats") // a link is kept through the login
	p.waitFor(`document.activeElement.name === "name"`)
	p.keys("bob\t" + testPassword + "\r")
	p.waitForText("#title", "Statistics")
	if got := p.evaluate(pages); got != "Queue,Many at once,Archive,Second looks,Articles,Statistics,Models,Bans,Sites,Audit,Account" {
		t.Errorf("an editor has %s", got)
	}
	p.evaluate(`location.hash = "people"`)
	p.waitFor(`!document.getElementById("panes").hidden`)
	p = d.login("carol")
	if got := p.evaluate(pages); got != "Queue,Many at once,Archive,Second looks,Articles,Statistics,Models,Bans,Sites,Audit,People,Account" {
		t.Errorf("an admin has %s", got)
	}
	trains := `[...document.querySelectorAll("#page button")].some((b) => b.textContent === "Train now")`
	p.page("models", "Models")
	p.waitFor(trains)
	d.must(d.db.AddModerator(t.Context(), operator, models.Moderator{Name: "dora", Role: models.RoleAdmin}))
	_, err := d.db.UpdateModerator(t.Context(), operator, "carol", func(m *models.Moderator) error { m.Sites = []string{"demo"}; return nil })
	d.must(err)
	p = d.login("carol")
	p.page("models", "Models")
	if got := p.evaluate(trains); got != "false" {
		t.Error("an admin of one site may train the model of all")
	}
}

func TestAddressAndKeysFollowThePage(t *testing.T) {
	d := newTestServer(t, models.ModePre)
	id := d.post(1, "Ilse", "The clock is right.")
	d.setRole("alice", models.RoleEditor)
	p := d.login("alice")
	p.waitForText("#comment .body", "The clock is right.")
	p.page("stats", "Statistics")
	if got := p.evaluate(`document.querySelector("#pages [aria-current]").textContent + document.title`); got != "Statistics(1) Statistics · Winnow" {
		t.Errorf("current page and title: %s", got)
	}
	p.keys("a") // the key has no effect here
	p.page("audit", "Audit")
	p.evaluate(`history.back()`)
	p.waitForText("#title", "Statistics")
	if got := d.status(id); got != models.Pending {
		t.Fatalf("a key on another page made the comment %s", got)
	}
	p.evaluate(`history.back()`)
	p.waitFor(`!document.getElementById("panes").hidden && document.activeElement.closest("#comment")`)
	p.keys("a")
	d.waitFor(func() bool { return d.status(id) == models.Approved })
}

func TestStatisticsAreDrawnAndTabulated(t *testing.T) {
	onBothSetups(t, models.ModePre, statisticsAreDrawnAndTabulated)
}

func statisticsAreDrawnAndTabulated(t *testing.T, d *testServer) {
	bob := models.Caller{Kind: models.ByModerator, Name: "bob", Role: models.RoleModerator}
	for i := range 3 {
		id := d.post(i+1, "Ilse", "The clock is right.")
		if i > 0 {
			_, _, err := d.db.Decide(t.Context(), bob, id, models.DecisionRequest{Action: models.Approve})
			d.must(err)
		}
	}
	d.setRole("alice", models.RoleEditor)
	p := d.login("alice")
	p.page("stats", "Statistics")
	const byDay, byHour = "#page > div > figure", "#page .multiples figure"
	if got := p.evaluate(`document.querySelectorAll("` + byDay + `:first-of-type g").length`); got != "30" {
		t.Errorf("%s columns, 30 days wanted", got)
	}
	if got := p.evaluate(`document.querySelectorAll("` + byHour + ` g").length`); got != "72" {
		t.Errorf("%s columns, three times 24 hours wanted", got)
	}
	if got := p.evaluate(`[...document.querySelectorAll("#page .headline b")].map((b) => b.textContent)`); got != "1,2,2,0" {
		t.Errorf("the headline has %s", got) // waiting, published, decided, taken down
	}
	p.waitForText("#page .headline", "median wait")
	p.waitForText(byDay+" g:last-of-type title", "held 3")
	p.waitForText(byDay+" tbody tr:last-child", "030") // approved, held, rejected
	if got := p.evaluate(`[...[...document.querySelectorAll("#page > div > .wide")].at(-1).querySelectorAll("tbody:first-of-type > tr:first-child > *")]
		.slice(0, 4).map((cell) => cell.textContent)`); got != "bob,2,0," {
		t.Errorf("decisions by moderator: %s", got)
	}
	p.run(chromedp.Click("#page td summary")) // draws it
	p.waitForText("#page td figure g:last-of-type title", "approved 2 · rejected 0")
	p.waitForText(byDay+":nth-of-type(3) tbody tr", "< 1 min2")
	p.waitForText(byDay+":nth-of-type(4)", "not decided")
	p.waitForText("#page [role=status] tbody", "000") // no other thresholds, no change
	p.evaluate(`document.querySelector("#page figure input").focus()`)
	p.keys(kb.Home)
	p.waitForText("#page [role=status] tbody tr:first-child", "Hold from 0%+3+20") // comments, approved, rejected
	p.evaluate(`document.querySelector("#page figure input + input").focus()`)
	p.keys(kb.Home)
	p.waitForText("#page [role=status] tbody", "Hold from 0%000Reject from 0%+3+20")
	p.evaluate(`document.querySelector("#page figure input").focus()`)
	p.keys(kb.End) // takes the other one along
	p.waitForText("#page [role=status] tbody tr:last-child", "Reject from 100%000")
	p.waitForText("#page .points", "It left 3 to moderators. They published 2 and rejected 0.")
}

// TestStatisticsSayWhatWasTakenDown: of all that the filter published, not of what
// moderators decided.
func TestStatisticsSayWhatWasTakenDown(t *testing.T) {
	d := newTestServer(t, models.ModePost)
	var last string
	for i, body := range []string{"The clock is right.", "The bread was warm.", "A walk by the quay.", "Nobody swims in November."} {
		last = d.post(i+1, "Ilse", body)
	}
	_, _, err := d.db.Decide(t.Context(), bob, last, models.DecisionRequest{Action: models.Reject, Reason: models.ReasonOther})
	d.must(err)
	d.setRole("alice", models.RoleEditor)
	p := d.login("alice")
	p.page("stats", "Statistics")
	p.waitForText("#page .points", "The filter published 4 comments by itself. Moderators took 1 of them down later: 25%.")
}

func TestSitesAreAddedAndSet(t *testing.T) {
	d := newTestServer(t, models.ModePost)
	d.setRole("bob", models.RoleAdmin)

	p := d.login("bob", "422")
	p.page("sites", "Sites")
	p.setField("slug", "courier")
	p.setField("name", "The Courier")
	p.submitFormOf("slug")
	p.waitForText("#page .notice", "wk_")
	p.run(chromedp.Click(`#page output a`))
	p.waitForText("#page h3", "The Courier")
	p.setField("thresholds.hold", "200")
	p.submitFormOf("thresholds.hold") // the browser refuses it
	p.waitFor(`document.activeElement.name === "thresholds.hold" && !document.activeElement.checkValidity()`)
	p.setField("thresholds.hold", "40")
	p.setField("thresholds.reject", "20")
	p.submitFormOf("thresholds.hold")
	p.waitForText("#page output .error", "held when its risk is at least … %")
	p.waitFor(`document.querySelector('[name="thresholds.hold"]').ariaInvalid === "true"`)
	p.setField("thresholds.hold", "25")
	p.setField("thresholds.reject", "")
	p.setField("campaign_copies", "7")
	p.setField("thresholds.abuse", "80")
	p.saveCard("thresholds.abuse")
	p.setField("origins", "https://courier.example\n")
	p.saveCard("origins")
	p.setField("hold_budget", "1.1")
	p.setField("second_look", "7")
	p.setField("retention.labels", "400")
	p.saveCard("hold_budget")
	p.evaluate(`(() => {
		const { elements } = document.querySelector("[aria-labelledby=card-readers] form");
		elements.name.value = "The Harbour Courier";
		elements.name.form.requestSubmit();
	})()`)
	p.waitForText("[aria-labelledby=card-readers] output", "Saved.")
	site, err := d.db.Site(t.Context(), "courier")
	d.must(err)
	if site.Name != "The Harbour Courier" || site.Thresholds.Hold == nil || *site.Thresholds.Hold != 0.25 || site.Thresholds.Reject != nil || len(site.Origins) != 1 {
		t.Errorf("set %+v", site)
	}
	if site.SecondLookShare() != 0.07 || site.Retention.Labels != 400 || site.HoldShare() != 0.011 || site.CampaignFloor() != 7 || site.Thresholds.Abuse == nil || *site.Thresholds.Abuse != 0.8 {
		t.Errorf("set %+v", site)
	}
	p.clickInPage("New secret")
	p.waitForText("#page [role=status] .notice", "wk_")
	p.evaluate(`document.querySelector('#page [name="scope.export"]').form.elements.name.value = "archive"`)
	p.submitFormOf("scope.export")
	p.waitForText("#page .wide tbody", "archive")
	keys, err := d.db.SiteKeys(t.Context(), "courier")
	d.must(err)
	if len(keys) != 3 || keys[0].Name != "archive" || keys[1].Until != nil || keys[2].Until == nil {
		t.Errorf("a key was added, and one rotated with an overlap: %+v", keys)
	}
}

func TestRulesAreSetAndExplained(t *testing.T) {
	d := newTestServer(t, models.ModePost)
	d.setRole("alice", models.RoleEditor)

	p := d.login("alice", "422")
	p.page("sites/demo", "Sites")
	if got := p.evaluate(`document.querySelector("#page [name=name]").matches(":disabled")`); got != "true" {
		t.Error("an editor may change the site")
	}
	p.setField("links.max", "-1")
	p.setField("suspect_words.words", " lighthouse \n\nquay*\n")
	p.submitFormOf("links.max")
	p.waitForText("#page .error", "must be from 0 to 1000")
	p.setField("links.max", "0")
	p.submitFormOf("links.max")
	p.waitFor(`[...document.querySelectorAll("#page output")].some((o) => o.textContent === "Saved.")`)
	r, err := d.db.Rules(t.Context(), "demo")
	d.must(err)
	if len(r.SuspectWords.Words) != 2 || r.SuspectWords.Words[0] != "lighthouse" || r.Links.Max == nil || *r.Links.Max != 0 {
		t.Errorf("saved %+v", r)
	}

	// A held comment shows the rule, and the word is highlighted.
	id := d.post(1, "Ilse", "A walk by the lighthouse.")
	p.evaluate(`location.hash = "queue"`)
	p.waitFor(`!document.getElementById("fresh").hidden || document.querySelector("#list [data-id]")`)
	p.evaluate(`document.getElementById("fresh").click()`)
	p.waitFor(`document.querySelector("#comment .open")?.dataset.id === "` + id + `"`)
	p.waitForText("#why .decided", "contains “lighthouse”, which is suspect here")
	p.waitFor(`[...document.querySelectorAll("#comment mark")].some((m) => m.textContent.includes("lighthouse"))`)
	p.page("sites/demo", "Sites")
	p.waitFor(`document.querySelector('[name="suspect_words.words"]').value.split("\n").length === 2`)
	p.waitFor(`document.querySelector('[name="links.max"]').value === "0"`)

	p.typeInto("blocked_words.words", "absent\nlight*")
	p.waitForText("#page .preview", "“light*” is in 1 of the last 1 comments.")
	p.waitForText("#page .preview mark", "lighthouse")
	p.typeInto("blocked_words.words", "*")
	p.waitForText("#page .preview .error", "must not be empty")
}

// An aborted request may break off in its reply as well.
func TestPagesTakeNoBrokenReplyForAnAnswer(t *testing.T) {
	d := newTestServer(t, models.ModePost)
	d.setRole("alice", models.RoleEditor)
	p := d.login("alice", "ERR_")
	p.page("sites/demo", "Sites")
	d.cut.Store("POST /v1/sites/demo/what-if", true)
	p.typeInto("suspect_words.words", "lighthouse")
	p.waitForText("#on-comments", "Connection lost")
	p.typeInto("suspect_words.words", "quay")
	p.waitFor(`document.querySelector("#on-comments .muted") && !document.querySelector("#on-comments").textContent.includes("Connection lost")`)
}

func TestPeopleAreAddedAndChanged(t *testing.T) {
	d := newTestServer(t, models.ModePost)
	d.setRole("bob", models.RoleAdmin)
	p := d.login("bob", "409")
	p.page("people", "People")
	p.setField("name", "Zoë / 1")
	p.setField("password", testPassword)
	p.setField("role", "editor")
	p.submitFormOf("name")
	p.waitForText("#page h3", "Zoë / 1")
	p.evaluate(`document.querySelector("[name=disabled]").click()`)
	p.submitFormOf("disabled")
	p.waitForText("#page output", "Saved.")
	m, err := d.db.Moderator(t.Context(), "Zoë / 1")
	d.must(err)
	if !m.Disabled || m.Role != models.RoleEditor {
		t.Errorf("changed to %+v", m)
	}
	p.page("people", "People")
	p.waitForText("#page .chip", "No access")
	p.page("people/bob", "People")
	p.setField("role", "moderator")
	p.submitFormOf("role")
	p.waitForText("#page .error", "you cannot reduce your own access: another admin must do it")
}

func TestAuditTrailIsFiltered(t *testing.T) {
	d := newTestServer(t, models.ModePost)
	d.setRole("alice", models.RoleEditor)
	_, err := d.db.UpdateSite(t.Context(), operator, "demo", func(s *models.Site) error { s.Name = "The Demo"; return nil })
	d.must(err)
	p := d.login("alice")
	p.page("audit", "Audit")
	p.waitForText("#page tbody tr", "logged in") // newest first
	p.waitForText("#page small", "entries, last hash")
	p.run(chromedp.Click("#page summary"))
	p.setField("action", "site.update")
	p.submitFormOf("action")
	p.waitFor(`location.hash === "#audit/action=site.update" && document.querySelectorAll("#page tbody tr").length === 1`)
	p.waitForText("#page tbody td:nth-child(5)", "name: Demo → The Demo")
	if got := p.evaluate(`document.querySelector("#page a[download]").getAttribute("href")`); got != "../v1/audit?action=site.update&format=csv" {
		t.Errorf("the link for CSV is %s", got)
	}
	p.evaluate(`history.back()`)
	p.waitFor(`document.querySelectorAll("#page tbody tr").length > 1`)
}

// TestBanOfSomebodyWhoIsNamed: who has not written yet is banned by name from the page of
// bans, and not without a reason.
func TestBanOfSomebodyWhoIsNamed(t *testing.T) {
	d := newTestServer(t, models.ModePost)
	p := d.login("alice") // a moderator, who can impose shadow bans only
	p.page("bans", "Bans")
	p.setField("bans.name", "Spreader of Rumours")
	p.submitFormOf("bans.name")
	p.waitForText("#page .error", "Say why.")
	p.setField("why", "known from another newsroom")
	p.submitFormOf("bans.name")
	p.waitForText("#page tbody tr", "Name: Spreader of Rumours")
	p.waitForText("#page tbody tr", "Shadow ban")
	p.waitForText("#page tbody tr", "known from another newsroom")
	p.run(chromedp.Click("#help-open"))
	p.waitFor(`document.querySelector("#help").open && document.querySelector("#help").scrollTop === 0`)
}
