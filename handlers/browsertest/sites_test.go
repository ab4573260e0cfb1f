package browsertest

import (
	"reflect"
	"testing"

	"github.com/chromedp/chromedp"

	"winnow/models"
)

func TestSiteSaysWhoReadersAreAndWhenArticlesClose(t *testing.T) {
	d := newTestServer(t, models.ModePre)
	d.setRole("alice", models.RoleAdmin)
	p := d.login("alice", "422")
	p.page("sites/demo", "Sites")
	p.waitForText("#page", "No shared secret is set. winnow site set demo --sso-secret-file FILE sets one.")
	_, err := d.db.UpdateSite(t.Context(), operator, "demo", func(s *models.Site) error { // a colleague, while this page is open
		s.Name, s.Origins = "The Demo", []string{"https://demo.example"}
		return nil
	})
	d.must(err)
	p.typeInto("reserved_names", "Editor\nThe Gazette")
	p.typeInto("reader_tokens.issuer", "https://gazette.example")
	p.typeInto("reader_tokens.audience", "winnow")
	p.typeInto("reader_tokens.jwks_url", "https://gazette.example/keys.json")
	p.typeInto("closing.days", "14")
	p.typeInto("closing.sections", "Sport: 3\nLocal news")
	p.submitFormOf("closing.days")
	p.waitForText("#page output .error", "“Local news” is no section with a number of days")
	p.typeInto("closing.sections", "Sport: 3\nLive: today: 1")
	p.setField("proof_of_work", "under_attack")
	p.typeInto("minimum_seconds", "3")
	p.saveCard("closing.days")
	p.typeInto("newsroom", "The Gazette's desk")
	p.saveCard("newsroom")
	site, err := d.db.Site(t.Context(), "demo")
	d.must(err)
	want := models.Site{
		ReservedNames: []string{"Editor", "The Gazette"},
		ReaderTokens:  models.ReaderTokens{Issuer: "https://gazette.example", Audience: "winnow", JWKSURL: "https://gazette.example/keys.json"},
		Closing:       models.Closing{Days: 14, Sections: map[string]int{"Sport": 3, "Live: today": 1}},
		Newsroom:      "The Gazette's desk",
		Name:          "The Demo", Origins: []string{"https://demo.example"},
		ProofOfWork: models.ProofAttack, MinimumSeconds: 3,
	}
	got := models.Site{Name: site.Name, Origins: site.Origins, ReservedNames: site.ReservedNames, ReaderTokens: site.ReaderTokens, Closing: site.Closing, Newsroom: site.Newsroom, ProofOfWork: site.ProofOfWork, MinimumSeconds: site.MinimumSeconds}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("stored: %+v\nwanted: %+v", got, want)
	}
	_, err = d.db.UpdateSite(t.Context(), operator, "demo", func(s *models.Site) error {
		s.SSOSecret = "a secret that the server of the site has too"
		return nil
	})
	d.must(err)
	p.page("people", "People")
	p.page("sites/demo", "Sites")
	p.waitForText("#page", "A shared secret is set.")
	if got := p.evaluate(`document.querySelector('#page [name="closing.sections"]').value`); got != "Live: today: 1\nSport: 3" {
		t.Errorf("shown: %q", got)
	}
}

func TestNoticesOfASiteAreSet(t *testing.T) {
	d := newTestServer(t, models.ModePre)
	d.setRole("alice", models.RoleAdmin)
	p := d.login("alice")
	const secret = "https://hooks.gazette.example/services/secret"
	p.page("sites/demo", "Sites")
	p.typeInto("notices.webhook_url", secret)
	p.typeInto("notices.addresses", "desk@gazette.example")
	p.typeInto("notices.queue", "50")
	p.saveCard("notices.queue")
	p.page("people", "People")
	p.page("sites/demo", "Sites")
	p.waitFor(`!!document.querySelector('#page [name="notices.no_webhook"]')`)
	p.typeInto("notices.report_hours", "12")
	p.run(chromedp.SetValue(`#page [name="language"]`, "de"))
	p.saveCard("notices.queue")
	site, err := d.db.Site(t.Context(), "demo")
	d.must(err)
	want := models.Notices{WebhookURL: secret, Addresses: []string{"desk@gazette.example"}, Queue: 50, ReportHours: 12}
	if !reflect.DeepEqual(site.Notices, want) || site.Language != "de" {
		t.Errorf("stored: %+v, %q", site.Notices, site.Language)
	}
	if got := p.evaluate(`String(document.documentElement.innerHTML.includes("services/secret"))`); got != "false" {
		t.Error("the webhook is shown")
	}
	p.page("people", "People")
	p.page("sites/demo", "Sites")
	p.waitFor(`!!document.querySelector('#page [name="notices.no_webhook"]')`)
	p.run(chromedp.Click(`#page [name="notices.no_webhook"]`))
	p.saveCard("notices.queue")
	if site, err = d.db.Site(t.Context(), "demo"); err != nil || site.Notices.WebhookURL != "" || site.Notices.Queue != 50 {
		t.Errorf("without a webhook: %+v, %v", site.Notices, err)
	}
}

func TestEditorsDescribeAnArticle(t *testing.T) {
	d := newTestServer(t, models.ModePre)
	d.setRole("alice", models.RoleEditor)
	d.post(1, "Ilse", "The clock is right.")
	p := d.login("alice")
	p.waitFor(`!!document.querySelector("#article [data-keep=describe]")`)
	p.run(chromedp.Click("#article [data-keep=describe] summary"),
		chromedp.SetValue(`#article [name="title"]`, "The town clock"),
		chromedp.SendKeys(`#article [name="url"]`, "https://gazette.example/clock"),
		chromedp.SendKeys(`#article [name="section"]`, "Town"),
		chromedp.SendKeys(`#article [name="canonical"]`, "2031/clock"),
		chromedp.Click("#article [data-keep=describe] form button"))
	p.waitFor(`document.querySelector(".where a")?.href === "https://gazette.example/clock"`)
	p.waitForText(".where b", "The town clock")
	e, err := d.db.Article(t.Context(), "demo", "2031/clock")
	d.must(err)
	if e.Title != "The town clock" || e.Section != "Town" || !e.Described {
		t.Errorf("stored: %+v", e)
	}
}

func TestFindingsAreInTheLanguageOfTheConsole(t *testing.T) {
	d := newTestServer(t, models.ModePre)
	d.setRole("alice", models.RoleAdmin)
	d.postAll(1, object{"article": object{"id": "welcome"}, "author": object{"name": "Ilse"}, "body": "No address.", "client": object{"ip": ""}})
	p := d.login("alice")
	p.page("stats", "Statistics")
	p.waitForText("#page .notice", "The servers of these sites post comments without client.ip: demo. Readers have no limits there")
	p.evaluate(`localStorage["winnow.lang"] = "de"`)
	p.run(chromedp.Reload())
	p.waitForText("#page .notice", "senden Kommentare ohne client.ip: demo. Leser haben dort keine Grenzen")
	p.waitFor(`!document.querySelector('#page .notice [lang=en]')`)
}
