package browsertest

import (
	"testing"

	"github.com/chromedp/chromedp"

	"winnow/models"
)

func TestSecondLooksHideTheFirstDecision(t *testing.T) {
	d := newTestServer(t, models.ModePre)
	all := 1.0
	_, err := d.db.UpdateSite(t.Context(), operator, "demo", func(s *models.Site) error { s.SecondLook = &all; return nil })
	d.must(err)
	id := d.post(1, "Ilse", "The clock is right.")
	bob := models.Caller{Kind: models.ByModerator, Name: "bob", Role: models.RoleModerator}
	_, _, err = d.db.Decide(t.Context(), bob, id, models.DecisionRequest{Action: models.Approve})
	d.must(err)
	p := d.login("alice")
	p.waitForText("#none", "Nothing is waiting.")
	p.run(chromedp.Click(`#pages a[href="#looks"]`))
	p.waitForText("#comment .body", "The clock is right.")
	p.waitForText("#notice", "decide as if nobody had decided before")
	if got := p.evaluate(`[document.getElementById("why"), document.querySelector("#list .chip"), document.querySelector("#author").textContent].join()`); got != ",," {
		t.Errorf("a second look shows %s", got)
	}
	p.keys("rs")
	p.waitForText("#recent", "Second look disagreed")
	d.waitFor(func() bool { return d.status(id) == models.Pending })
	p.run(chromedp.Click(`#pages a[href="#queue"]`))
	p.waitForText("#list", "Second look disagreed")
}

func TestSecondLooksAreCounted(t *testing.T) { onBothSetups(t, models.ModePre, secondLooksAreCounted) }

func secondLooksAreCounted(t *testing.T, d *testServer) {
	all := 1.0
	_, err := d.db.UpdateSite(t.Context(), operator, "demo", func(s *models.Site) error { s.SecondLook = &all; return nil })
	d.must(err)
	for _, id := range d.postDistinct(2) {
		_, _, err = d.db.Decide(t.Context(), bob, id, models.DecisionRequest{Action: models.Approve})
		d.must(err)
	}
	p := d.login("alice")
	p.run(chromedp.Click(`#pages a[href="#looks"]`))
	p.waitForText("#looks", "2")
	p.pressAndWait("a")
	p.waitFor(`document.getElementById("looks").textContent === " 1"`)
	p.run(chromedp.Click(`#pages a[href="#queue"]`))
	p.waitForText("#none", "Nothing is waiting.")
	p.waitFor(`document.getElementById("looks").textContent === " 1"`)
}

func TestTrainingSampleIsShown(t *testing.T) {
	d := newTestServer(t, models.ModePost)
	size := 3
	_, err := d.db.UpdateSite(t.Context(), operator, "demo", func(s *models.Site) error { s.TrainingSample = &size; return nil })
	d.must(err)
	for i, text := range []string{"The clock is right.", "We saw the old bridge from the train."} {
		d.post(i, "Ilse", text)
	}
	p := d.login("alice")
	p.waitFor(`document.getElementById("looks").textContent === " 2"`)
	p.run(chromedp.Click(`#pages a[href="#looks"]`))
	p.waitForText("#sample", "demo: 0 of 3 looked at")
	p.waitForText("#comment .body", "The clock is right.")
	p.keys("a")
	p.waitForText("#sample", "demo: 1 of 3 looked at")
	p.waitFor(`document.getElementById("looks").textContent === " 1"`)
	p.run(chromedp.Click(`#pages a[href="#queue"]`))
	p.waitFor(`document.getElementById("sample").textContent === ""`)
}
