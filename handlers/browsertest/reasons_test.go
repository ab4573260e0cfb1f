package browsertest

import (
	"testing"

	"winnow/models"
)

func TestReasonsAreDefinedAndReadersAreTold(t *testing.T) {
	onBoth(t, models.ModePre, reasonsAreDefinedAndReadersAreTold)
}

func reasonsAreDefinedAndReadersAreTold(t *testing.T, d *desk) {
	d.role("alice", models.RoleAdmin)
	ids := []string{d.post(1, "Ilse", "The guest was dull."), d.post(2, "Tomasz", "The guest was late.")}
	p := d.login("alice")
	p.page("sites/demo", "Sites")
	p.fill("surge.count", "40")
	p.fill("surge.minutes", "5")
	p.fill("surge.hold_minutes", "30")
	p.send("surge.count")
	p.says("#page output", "Saved.")
	p.fill("0.name", "Insults a guest")
	p.fill("0.under", "abuse")
	p.fill("0.message", "Please be kind to guests.")
	p.send("0.name")
	p.until(`document.querySelector('#page [name="1.name"]')`) // room for another
	site, err := d.db.Site(t.Context(), "demo")
	d.must(err)
	want := models.SiteReason{ID: "insults-a-guest", Under: models.ReasonAbuse, Name: "Insults a guest", Message: "Please be kind to guests."}
	if len(site.Reasons) != 1 || site.Reasons[0] != want || site.Surge != (models.Surge{Count: 40, Minutes: 5, HoldMinutes: 30}) {
		t.Errorf("set %+v and %+v", site.Reasons, site.Surge)
	}
	p.text(`location.hash = "queue"`)
	p.until(`document.activeElement.closest("#comment")`)
	first := p.next("r1")
	p.keys("marm in arm\r") // its letters are no keys of the desk
	p.until(`document.getElementById("message").value === "arm in arm" && document.activeElement.id !== "message"`)
	second := p.next("r1")
	for id, message := range map[string]string{first: want.Message, second: "arm in arm"} {
		d.until(func() bool { return d.status(id) == models.Rejected })
		all, err := d.db.Detail(t.Context(), operator, id)
		d.must(err)
		if last := all.History[len(all.History)-1]; last.Message != message || last.Detail != want.ID || last.Reason != want.Under {
			t.Errorf("decided %+v", last)
		}
	}
	if got := d.count(ids, models.Rejected); got != 2 {
		t.Errorf("%d of 2 are rejected", got)
	}
	p.page("sites/demo", "Sites")
	p.fill("0.name", "")
	p.send("0.name")
	p.until(`!document.querySelector('#page [name="1.name"]')`)
}
