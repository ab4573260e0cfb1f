package browsertest

import (
	"reflect"
	"testing"

	"github.com/chromedp/chromedp"

	"winnow/models"
)

// TestEveryRuleHasASentence saves each rule that the API knows, and reads it again.
func TestEveryRuleHasASentence(t *testing.T) {
	d := newTestServer(t, models.ModePost)
	d.setRole("alice", models.RoleEditor)
	p := d.login("alice")
	p.withAxe()
	p.waitFor(`document.getElementById("live")?.className === "on"`)
	p.page("sites/demo", "Sites")
	for field, value := range map[string]string{
		"blocked_words.action": "hold", "blocked_words.words": "casino", "suspect_words.words": "watches", "suspect_words.weight": "1.5",
		"blocked_domains.action": "hold", "blocked_domains.domains": "win.example", "links.max": "3", "links.allowed": "news.example",
		"authors.trust_after": "20", "authors.trust_days": "60", "length.min": "2", "length.max": "900",
	} {
		p.setField(field, value)
	}
	for _, field := range []string{"authors.hold_first", "authors.hold_anonymous"} {
		p.evaluate(`document.querySelector('#page [name="` + field + `"]').click()`)
	}
	p.submitFormOf("links.max")
	p.waitForText("#page .rules > output", "Saved.")
	r, err := d.db.Rules(t.Context(), "demo")
	d.must(err)
	most := 3
	want := models.Rules{
		BlockedWords:   models.BlockedWords{Words: []string{"casino"}, Action: models.Hold},
		SuspectWords:   models.SuspectWords{Words: []string{"watches"}, Weight: 1.5},
		BlockedDomains: models.BlockedDomains{Domains: []string{"win.example"}, Action: models.Hold},
		Links:          models.LinkRules{Max: &most, Allowed: []string{"news.example"}},
		Authors:        models.AuthorRules{HoldFirst: true, HoldAnonymous: true, TrustAfter: 20, TrustDays: 60},
		Length:         models.LengthRules{Min: 2, Max: 900},
	}
	if !reflect.DeepEqual(r, want) {
		t.Errorf("saved %+v", r)
	}
	// Saving again changes nothing.
	p.run(chromedp.Reload())
	p.waitFor(`document.querySelector('#page [name="links.max"]')?.value === "3"`)
	p.submitFormOf("links.max")
	p.waitForText("#page .rules > output", "Saved.")
	if r, err = d.db.Rules(t.Context(), "demo"); err != nil || !reflect.DeepEqual(r, want) {
		t.Errorf("saved again: %+v, %v", r, err)
	}
	p.waitFor(`document.getElementById("live").className === "on"`)
	p.expectAccessible("rules")
}

// TestRulesAreTriedWhileTyped: on a text and on the last comments, and what still runs is
// cancelled.
func TestRulesAreTriedWhileTyped(t *testing.T) {
	d := newTestServer(t, models.ModePost)
	d.setRole("alice", models.RoleEditor)
	d.post(1, "Ilse", "A walk by the lighthouse.")
	p := d.login("alice")
	p.withAxe()
	p.waitFor(`document.getElementById("live")?.className === "on"`)
	p.page("sites/demo", "Sites")
	p.evaluate(`(() => {
		const send = window.fetch;
		window.cancelled = 0;
		window.slow = true;
		window.fetch = (url, options) => {
			if (!url.includes("/what-if") || !window.slow) return send(url, options);
			window.slow = false;
			return new Promise((resolve, reject) => options.signal.addEventListener("abort", () => {
				window.cancelled++;
				reject(options.signal.reason);
			}));
		};
		document.getElementById("rules-text").value = "The keeper of the lighthouse.";
	})()`)
	p.typeInto("suspect_words.words", "keeper")
	p.waitForText("#on-text .lead", "Held because it contains “keeper”, which is suspect here.")
	p.waitFor(`!window.slow`) // the what-if runs
	p.typeInto("suspect_words.words", "lighthouse")
	p.waitFor(`window.cancelled === 1`)
	p.waitForText("#on-text .lead", "it contains “lighthouse”")
	p.waitForText("#on-comments", "A walk by the lighthouse.")
	if r, err := d.db.Rules(t.Context(), "demo"); err != nil || len(r.SuspectWords.Words) != 0 {
		t.Errorf("a trial was saved: %+v, %v", r, err)
	}
	p.expectAccessible("rules tried")
}
