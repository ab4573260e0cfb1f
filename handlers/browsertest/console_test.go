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

func TestTwoModeratorsAreToldOfEachOther(t *testing.T) {
	onBoth(t, models.ModePre, twoModeratorsAreToldOfEachOther)
}

func twoModeratorsAreToldOfEachOther(t *testing.T, d *desk) {
	bob := models.Caller{Kind: models.ByModerator, Name: "bob", Role: models.RoleModerator}
	first := d.post(1, "Ilse", "The first thought.")
	p := d.login("alice", "409")
	p.until(fmt.Sprintf(`document.querySelector("#comment .open")?.dataset.id === %q`, first))
	d.until(func() bool { // it is hers alone
		all, err := d.db.Detail(t.Context(), bob, first)
		d.must(err)
		return all.Claim != nil && all.Claim.By == "alice"
	})

	// What bob has before him is shown as his.
	second := d.post(2, "Tomasz", "The second thought.")
	_, err := d.db.Claim(t.Context(), bob, models.QueueFilter{Limit: 1}, 1e12)
	d.must(err)
	p.until(`!document.getElementById("fresh").hidden`)
	if got := p.text(`document.querySelectorAll("#list button.row").length`); got != "1" {
		t.Errorf("the list jumped to %s rows", got)
	}
	p.do(chromedp.Click("#fresh"))
	p.says("#list", "claimed by bob")

	// What he decides meanwhile is told, and stands, also to a page that has
	// heard nothing of it.
	_, err = chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: `window.EventSource = class extends EventTarget { close() {} }`,
	})
	d.must(err)
	p.do(chromedp.Reload())
	p.says("#list", "claimed by bob")
	_, _, err = d.db.Decide(t.Context(), bob, second, models.DecisionRequest{Action: models.Approve})
	d.must(err)
	p.do(chromedp.Click(fmt.Sprintf("#list [data-id=%q] button", second)))
	p.keys("ri")
	p.says("#toasts", "bob was first: approved")
	if got := d.status(second); got != models.Approved {
		t.Errorf("the comment is %s, bob had approved it", got)
	}
}

func TestConsoleKeepsAndEndsTheSession(t *testing.T) {
	d := newDesk(t, models.ModePre)
	p := d.login("alice", "401")
	p.do(chromedp.Reload())
	p.until(`document.getElementById("live").className === "on"`)
	if got := p.text(`document.cookie`); got != "" {
		t.Errorf("scripts can read the cookies %q", got)
	}
	p.do(chromedp.Click("#logout"))
	p.until(`document.activeElement.name === "name"`)
	p.text(`fetch("/v1/queue").then((r) => { window.status = r.status })`)
	p.until(`window.status === "401"`)
	p.keys("alice\twrong\r")
	p.says("#login .error", "Name or password is wrong.")
}

func TestSearchNarrowsTheQueue(t *testing.T) { onBoth(t, models.ModePre, searchNarrowsTheQueue) }

func searchNarrowsTheQueue(t *testing.T, d *desk) {
	d.post(1, "Ilse", "The clock is right.")
	d.post(2, "Tomasz", "The bread was warm.")
	p := d.login("alice")
	p.until(`document.querySelectorAll("#list button.row").length === 2`)
	p.keys("/")
	p.keys("bread")
	p.until(`document.querySelectorAll("#list button.row").length === 1`)
	p.says("#comment .body", "The bread was warm.")
	p.keys("\x1b") // leaves the field; keys decide again
	p.keys("a")
	p.says("#none", "Nothing matches.")
}
