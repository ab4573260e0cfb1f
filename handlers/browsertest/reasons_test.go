package browsertest

import (
	"testing"

	"winnow/models"
)

func TestSiteReasonsAndMessagesToReaders(t *testing.T) {
	onBothSetups(t, models.ModePre, siteReasonsAndMessagesToReaders)
}

func siteReasonsAndMessagesToReaders(t *testing.T, d *testServer) {
	d.setRole("alice", models.RoleAdmin)
	ids := []string{d.post(1, "Ilse", "The guest was dull."), d.post(2, "Tomasz", "The guest was late.")}
	p := d.login("alice")
	p.page("sites/demo", "Sites")
	p.setField("surge.count", "40")
	p.setField("surge.minutes", "5")
	p.setField("surge.hold_minutes", "30")
	p.saveCard("surge.count")
	p.setField("0.name", "Insults a guest")
	p.setField("0.under", "abuse")
	p.setField("0.message", "Please be kind to guests.")
	p.submitFormOf("0.name")
	p.waitFor(`document.querySelector('#page [name="1.name"]')`) // room for another
	site, err := d.db.Site(t.Context(), "demo")
	d.must(err)
	want := models.SiteReason{ID: "insults-a-guest", Under: models.ReasonAbuse, Name: "Insults a guest", Message: "Please be kind to guests."}
	if len(site.Reasons) != 1 || site.Reasons[0] != want || site.Burst != (models.Burst{Count: 40, Minutes: 5, HoldMinutes: 30}) {
		t.Errorf("set %+v and %+v", site.Reasons, site.Burst)
	}
	p.evaluate(`location.hash = "queue"`)
	p.waitFor(`document.activeElement.closest("#comment")`)
	first := p.pressAndWait("r1")
	p.keys("marm in arm\r") // its letters are no keys of the desk
	p.waitFor(`document.getElementById("message").value === "arm in arm" && document.activeElement.id !== "message"`)
	second := p.pressAndWait("r1")
	for id, message := range map[string]string{first: want.Message, second: "arm in arm"} {
		d.waitFor(func() bool { return d.status(id) == models.Rejected })
		all, err := d.db.Detail(t.Context(), operator, id)
		d.must(err)
		if last := all.History[len(all.History)-1]; last.Message != message || last.Detail != want.ID || last.Reason != want.Under {
			t.Errorf("decided %+v", last)
		}
	}
	if got := d.countWith(ids, models.Rejected); got != 2 {
		t.Errorf("%d of 2 are rejected", got)
	}
	p.page("sites/demo", "Sites")
	p.setField("0.name", "")
	p.submitFormOf("0.name")
	p.waitFor(`!document.querySelector('#page [name="1.name"]')`)
}
