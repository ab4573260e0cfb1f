package browsertest

import (
	"testing"

	"github.com/chromedp/chromedp"

	"winnow/models"
)

func TestSecondLooksAreBlind(t *testing.T) {
	d := newDesk(t, models.ModePre)
	all := 1.0
	_, err := d.db.UpdateSite(t.Context(), operator, "demo", func(s *models.Site) error { s.SecondLook = &all; return nil })
	d.must(err)
	id := d.post(1, "Ilse", "The clock is right.")
	bob := models.Caller{Kind: models.ByModerator, Name: "bob", Role: models.RoleModerator}
	_, _, err = d.db.Decide(t.Context(), bob, id, models.DecisionRequest{Action: models.Approve})
	d.must(err)
	p := d.login("alice")
	p.says("#none", "Nothing is waiting.")
	p.do(chromedp.Click(`#pages a[href="#looks"]`))
	p.says("#comment .body", "The clock is right.")
	p.says("#notice", "decide as if nobody had decided before")
	if got := p.text(`[document.getElementById("why"), document.querySelector("#list .chip"), document.querySelector("#author").textContent].join()`); got != ",," {
		t.Errorf("a second look shows %s", got)
	}
	p.keys("rs")
	p.says("#recent", "Second look disagreed")
	d.until(func() bool { return d.status(id) == models.Pending })
	p.do(chromedp.Click(`#pages a[href="#queue"]`))
	p.says("#list", "Second look disagreed")
}

func TestSecondLooksAreCounted(t *testing.T) { onBoth(t, models.ModePre, secondLooksAreCounted) }

func secondLooksAreCounted(t *testing.T, d *desk) {
	all := 1.0
	_, err := d.db.UpdateSite(t.Context(), operator, "demo", func(s *models.Site) error { s.SecondLook = &all; return nil })
	d.must(err)
	for _, id := range d.fill(2) {
		_, _, err = d.db.Decide(t.Context(), bob, id, models.DecisionRequest{Action: models.Approve})
		d.must(err)
	}
	p := d.login("alice")
	p.do(chromedp.Click(`#pages a[href="#looks"]`))
	p.says("#looks", "2")
	p.next("a")
	p.until(`document.getElementById("looks").textContent === " 1"`)
	p.do(chromedp.Click(`#pages a[href="#queue"]`))
	p.says("#none", "Nothing is waiting.")
	p.until(`document.getElementById("looks").textContent === " 1"`)
}
