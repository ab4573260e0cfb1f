package browsertest

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"winnow/models"
)

func TestModeratorWorksByKeys(t *testing.T) { onBoth(t, models.ModePre, moderatorWorksByKeys) }

func moderatorWorksByKeys(t *testing.T, d *desk) {
	reader := d.open("/demo")
	reader.write("Ilse", "What a lovely story about our old clock.")
	reader.until(widget + `.querySelector(".message").textContent.includes("waiting for a moderator")`)

	p := d.login("alice")
	p.says("#comment .body", "lovely story")
	p.keys("a")
	p.says("#toasts", "Approved: Ilse")
	p.says("#recent", "Approved: Ilse")
	reader.reloadUntil(reader.comments("lovely story"))

	p.keys("u")
	p.says("#comment .body", "lovely story") // it is back, and open
	reader.reloadUntil("!" + reader.comments("lovely story"))

	p.keys("rs")
	p.says("#toasts", "Rejected (Spam): Ilse")
	p.until(`document.getElementById("total").textContent === "0"`)
	d.until(func() bool {
		page, err := d.db.Queue(t.Context(), models.Caller{Kind: models.ByCommand}, models.QueueFilter{Limit: 1})
		d.must(err)
		return page.Total == 0
	})
	reader.reloadUntil("!" + reader.comments("lovely story"))
}

// reloadUntil loads the page anew until a condition holds. The server lets
// caches keep a page for a second.
func (p *tab) reloadUntil(condition string) {
	p.Helper()
	for range 100 {
		p.do(chromedp.Reload())
		p.until(widget + `?.querySelector("h2").textContent`)
		if p.text(condition) == "true" {
			return
		}
	}
	p.Fatalf("the page never showed %s", condition)
}

func TestFiftyCommentsByKeysAlone(t *testing.T) {
	onBoth(t, models.ModePre, fiftyCommentsByKeysAlone)
}

func fiftyCommentsByKeysAlone(t *testing.T, d *desk) {
	words := []struct {
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
	ids := d.fill(50)
	p := d.login("alice")
	p.until(rows + ` === 50`)
	said := map[string]int{} // words by comment
	for n := range ids {
		if n%7 == 6 && n < len(ids)-1 {
			p.next("j") // the one after it first
		}
		word := n % len(words)
		said[p.next(words[word].keys)] = word
	}
	p.until(`document.getElementById("total").textContent === "0"`)
	p.until(rows + ` === 0`)
	d.until(func() bool { return d.count(ids, models.Pending) == 0 })
	for _, id := range ids {
		c, err := d.db.Comment(t.Context(), id)
		d.must(err)
		if word, ok := said[id]; !ok || c.Status != words[word].status || c.Reason != words[word].reason {
			t.Errorf("%s is %s as %q, by the keys %q", id, c.Status, c.Reason, words[word].keys)
		}
	}
}

func TestBatchIsOneActAndOneUndo(t *testing.T) { onBoth(t, models.ModePre, batchIsOneActAndOneUndo) }

func batchIsOneActAndOneUndo(t *testing.T, d *desk) {
	ids := make([]string, 5)
	for i := range ids {
		ids[i] = d.post(i+1, fmt.Sprintf("Reader %d", i), "A short thought on the clock.")
	}
	p := d.login("alice")
	p.until(`document.querySelectorAll("#list button.row").length === 5`)
	p.keys("xjj")
	p.keys("X")
	p.says("#bulk", "3 selected")
	p.keys("ro")
	p.says("#toasts", "Rejected (Off topic): 3 comments")
	count := func(want models.Status) (n int) {
		for _, id := range ids {
			if d.status(id) == want {
				n++
			}
		}
		return n
	}
	d.until(func() bool { return count(models.Rejected) == 3 })
	p.keys("u")
	p.until(`document.querySelectorAll("#list button.row").length === 5`)
	d.until(func() bool { return count(models.Pending) == 5 })
}

// hurried makes what a page shows for ten seconds go at once.
const hurried = `{ const later = setTimeout; window.setTimeout = (act, ms, ...rest) => later(act, ms === 10_000 ? 200 : ms, ...rest) }`

func TestUndoFromToastAndHistory(t *testing.T) {
	onBoth(t, models.ModePre, undoFromToastAndHistory)
}

func undoFromToastAndHistory(t *testing.T, d *desk) {
	ids := d.fill(2)
	p := d.login("alice")
	first := p.next("a")
	d.until(func() bool { return d.status(first) == models.Approved })
	p.do(chromedp.Click("#toasts button"))
	p.until(fmt.Sprintf("%s === %q", opened, first))
	d.until(func() bool { return d.count(ids, models.Pending) == 2 })

	_, err := chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: hurried})
	d.must(err)
	p.do(chromedp.Reload())
	p.until(rows + ` === 2`)
	second := p.next("rs")
	d.until(func() bool { return d.status(second) == models.Rejected })
	p.until(`!document.querySelector("#toasts button")`)
	p.do(chromedp.Click("#recent li button"))
	p.until(fmt.Sprintf("%s === %q", opened, second))
	d.until(func() bool { return d.count(ids, models.Pending) == 2 })
	p.until(rows + ` === 2`)
	p.says("#history", "undone")

	// What was undone is decided anew, alone and with others.
	p.keys("a")
	d.until(func() bool { return d.status(second) == models.Approved })
	p.keys("u")
	d.until(func() bool { return d.status(second) == models.Pending })
	p.until(rows + ` === 2`)
	p.keys("kxjxrs")
	d.until(func() bool { return d.count(ids, models.Rejected) == 2 })
}

func TestDeskSkipsEscalatesAndHasTheSitesReasons(t *testing.T) {
	d := newDesk(t, models.ModePre)
	_, err := d.db.UpdateSite(t.Context(), operator, "demo", func(s *models.Site) error {
		s.Reasons = []models.SiteReason{{ID: "insult", Under: models.ReasonAbuse, Name: "Insults a guest"}}
		return nil
	})
	d.must(err)
	ilse := d.post(1, "Ilse", "The clock is right.")
	tomasz := d.post(2, "Tomasz", "The bread was warm.")
	yuna := d.post(3, "Yuna", "The guest was dull.")
	p := d.login("alice")
	p.until(`document.querySelectorAll("#list button.row").length === 3`)
	p.do(chromedp.Click("#list [data-id='" + ilse + "'] button"))
	p.says("#comment .body", "clock")
	p.keys("z")
	p.says("#list [data-id='"+ilse+"'] .state", "skipped")
	p.until(`!document.querySelector("#comment .body").textContent.includes("clock")`)
	p.do(chromedp.Click("#list [data-id='" + tomasz + "'] button"))
	p.says("#comment .body", "bread")
	p.keys("nhard")
	p.text(`String(document.dispatchEvent(new CustomEvent("selection-changed")))`) // as when something arrives
	p.keys(" to tell\rf")                                                          // its letters are no keys of the desk
	p.says("#toasts", "To an editor: Tomasz")
	p.says("#comment .body", "guest") // what was skipped is not dealt
	d.until(func() bool {
		c, err := d.db.Comment(t.Context(), tomasz)
		d.must(err)
		return c.Reason == models.ReasonEscalated
	})
	p.keys("r1")
	p.says("#toasts", "Rejected (Insults a guest): Yuna")
	p.says("#recent", "training label: Abuse")
	d.until(func() bool { return d.status(yuna) == models.Rejected })
	if got := d.status(ilse); got != models.Pending {
		t.Errorf("what was skipped is %s", got)
	}
}
