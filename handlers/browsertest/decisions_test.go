package browsertest

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"winnow/models"
)

func TestModeratorWorksByKeys(t *testing.T) { onBothSetups(t, models.ModePre, moderatorWorksByKeys) }

func moderatorWorksByKeys(t *testing.T, d *testServer) {
	reader := d.open("/demo/v1")
	reader.write("Ilse", "What a lovely story about our old clock.")
	reader.waitFor(widget + `.querySelector(".message").textContent.includes("waiting for a moderator")`)

	p := d.login("alice")
	p.waitForText("#comment .body", "lovely story")
	p.keys("a")
	p.waitForText("#toasts", "Approved: Ilse")
	p.waitForText("#recent", "Approved: Ilse")
	reader.reloadUntil(reader.comments("lovely story"))

	p.keys("u")
	p.waitForText("#comment .body", "lovely story") // it is back, and open
	reader.reloadUntil("!" + reader.comments("lovely story"))

	p.keys("rs")
	p.waitForText("#toasts", "Rejected (Spam): Ilse")
	p.waitFor(`document.getElementById("total").textContent === "0"`)
	d.waitFor(func() bool {
		page, err := d.db.Queue(t.Context(), models.Caller{Kind: models.ByCommand}, models.QueueFilter{Limit: 1})
		d.must(err)
		return page.Total == 0
	})
	reader.reloadUntil("!" + reader.comments("lovely story"))
}

// reloadUntil reloads the page until a condition holds: browsers may cache the
// list of comments for a second.
func (p *tab) reloadUntil(condition string) {
	p.Helper()
	for range 100 {
		p.run(chromedp.Reload())
		p.waitFor(widget + `?.querySelector("h2").textContent`)
		if p.evaluate(condition) == "true" {
			return
		}
	}
	p.Fatalf("the page never showed %s", condition)
}

func TestFiftyCommentsAreDecidedByKeys(t *testing.T) {
	onBothSetups(t, models.ModePre, fiftyCommentsAreDecidedByKeys)
}

func fiftyCommentsAreDecidedByKeys(t *testing.T, d *testServer) {
	decisions := []struct {
		keys   string
		status models.Status
		reason models.Reason
	}{
		{"a", models.Approved, ""},
		{"rs", models.Rejected, models.ReasonSpam},
		{"rb", models.Rejected, models.ReasonAbuse},
		{"ro", models.Rejected, models.ReasonOffTopic},
		{"ri", models.Rejected, models.ReasonIllegal},
		{"rx", models.Rejected, models.ReasonOther},
	}
	ids := d.postDistinct(50)
	p := d.login("alice")
	p.withScript(shortSettling)
	p.waitFor(rows + ` === 50`)
	decided := map[string]int{} // indices of decisions by comment
	for n := range ids {
		if n%7 == 6 && n < len(ids)-1 {
			p.pressAndWait("j") // the one after it first
		}
		i := n % len(decisions)
		decided[p.pressAndWait(decisions[i].keys)] = i
	}
	p.waitFor(`document.getElementById("total").textContent === "0"`)
	p.waitFor(rows + ` === 0`)
	d.waitFor(func() bool { return d.countWith(ids, models.Pending) == 0 })
	for _, id := range ids {
		c, err := d.db.Comment(t.Context(), id)
		d.must(err)
		if i, ok := decided[id]; !ok || c.Status != decisions[i].status || c.Reason != decisions[i].reason {
			t.Errorf("%s is %s as %q, by the keys %q", id, c.Status, c.Reason, decisions[i].keys)
		}
	}
}

func TestBatchIsDecidedAndUndoneAsOne(t *testing.T) {
	onBothSetups(t, models.ModePre, batchIsDecidedAndUndoneAsOne)
}

func batchIsDecidedAndUndoneAsOne(t *testing.T, d *testServer) {
	ids := make([]string, 5)
	for i := range ids {
		ids[i] = d.post(i+1, fmt.Sprintf("Reader %d", i), "A short thought on the clock.")
	}
	p := d.login("alice")
	p.waitFor(`document.querySelectorAll("#list button.row").length === 5`)
	p.keys("xjj")
	p.keys("X")
	p.waitForText("#bulk", "3 selected")
	p.keys("ro")
	p.waitForText("#toasts", "Rejected (Off topic): 3 comments")
	count := func(want models.Status) (n int) {
		for _, id := range ids {
			if d.status(id) == want {
				n++
			}
		}
		return n
	}
	d.waitFor(func() bool { return count(models.Rejected) == 3 })
	p.keys("u")
	p.waitFor(`document.querySelectorAll("#list button.row").length === 5`)
	d.waitFor(func() bool { return count(models.Pending) == 5 })
}

// shortSettling is a script that shortens the moment before a comment may be decided, for
// tests that decide very many.
const shortSettling = `{ const later = setTimeout; window.setTimeout = (act, ms, ...rest) => later(act, ms === 250 ? 0 : ms, ...rest) }`

// withScript loads the page again, with a script that runs before those of the page.
func (p *tab) withScript(source string) {
	p.Helper()
	_, err := chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: source})
	if err != nil {
		p.Fatal(err)
	}
	p.run(chromedp.Reload())
}

// shortToasts is a script that shortens the ten seconds of toasts to one.
const shortToasts = `{ const later = setTimeout; window.setTimeout = (act, ms, ...rest) => later(act, ms === 10_000 ? 1000 : ms, ...rest) }`

func TestUndoFromToastAndHistory(t *testing.T) {
	onBothSetups(t, models.ModePre, undoFromToastAndHistory)
}

func undoFromToastAndHistory(t *testing.T, d *testServer) {
	ids := d.postDistinct(2)
	p := d.login("alice")
	first := p.pressAndWait("a")
	d.waitFor(func() bool { return d.status(first) == models.Approved })
	p.run(chromedp.Click("#toasts button"))
	p.waitFor(fmt.Sprintf("%s === %q", opened, first))
	d.waitFor(func() bool { return d.countWith(ids, models.Pending) == 2 })

	p.withScript(shortToasts)
	p.waitFor(rows + ` === 2`)
	second := p.pressAndWait("rs")
	d.waitFor(func() bool { return d.status(second) == models.Rejected })
	p.waitFor(`!document.querySelector("#toasts button")`)
	p.run(chromedp.Click("#recent li button"))
	p.waitFor(fmt.Sprintf("%s === %q", opened, second))
	d.waitFor(func() bool { return d.countWith(ids, models.Pending) == 2 })
	p.waitFor(rows + ` === 2`)
	p.waitForText("#history", "undone")

	// A decision that was undone can be made again, alone and in a batch.
	p.keys("a")
	d.waitFor(func() bool { return d.status(second) == models.Approved })
	p.keys("u")
	d.waitFor(func() bool { return d.status(second) == models.Pending })
	p.waitFor(rows + ` === 2`)
	p.keys("kxjxrs")
	d.waitFor(func() bool { return d.countWith(ids, models.Rejected) == 2 })
}

func TestSkipEscalateAndSiteReasons(t *testing.T) {
	d := newTestServer(t, models.ModePre)
	_, err := d.db.UpdateSite(t.Context(), operator, "demo", func(s *models.Site) error {
		s.Reasons = []models.SiteReason{{ID: "insult", Under: models.ReasonAbuse, Name: "Insults a guest"}}
		return nil
	})
	d.must(err)
	ilse := d.post(1, "Ilse", "The clock is right.")
	tomasz := d.post(2, "Tomasz", "The bread was warm.")
	yuna := d.post(3, "Yuna", "The guest was dull.")
	p := d.login("alice")
	p.waitFor(`document.querySelectorAll("#list button.row").length === 3`)
	p.run(chromedp.Click("#list [data-id='" + ilse + "'] button"))
	p.waitForText("#comment .body", "clock")
	p.keys("z")
	p.waitForText("#list [data-id='"+ilse+"'] .state", "skipped")
	p.waitFor(`!document.querySelector("#comment .body").textContent.includes("clock")`)
	p.run(chromedp.Click("#list [data-id='" + tomasz + "'] button"))
	p.waitForText("#comment .body", "bread")
	p.keys("nhard")
	p.evaluate(`String(document.dispatchEvent(new CustomEvent("selection-changed")))`) // as when something arrives
	p.keys(" to tell\rf")                                                              // its letters are no keys of the desk
	p.waitForText("#toasts", "To an editor: Tomasz")
	p.waitForText("#comment .body", "guest") // the skipped comment is not claimed again
	d.waitFor(func() bool {
		c, err := d.db.Comment(t.Context(), tomasz)
		d.must(err)
		return c.Reason == models.ReasonEscalated
	})
	p.keys("r1")
	p.waitForText("#toasts", "Rejected (Insults a guest): Yuna")
	p.waitForText("#recent", "training label: Abuse")
	d.waitFor(func() bool { return d.status(yuna) == models.Rejected })
	if got := d.status(ilse); got != models.Pending {
		t.Errorf("what was skipped is %s", got)
	}
}
