package browsertest

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"winnow/models"
)

func TestModeratorsSeeEachOthersClaimsAndDecisions(t *testing.T) {
	onBothSetups(t, models.ModePre, moderatorsSeeEachOthersClaimsAndDecisions)
}

func moderatorsSeeEachOthersClaimsAndDecisions(t *testing.T, d *testServer) {
	bob := models.Caller{Kind: models.ByModerator, Name: "bob", Role: models.RoleModerator}
	first := d.post(1, "Ilse", "The first thought.")
	p := d.login("alice", "409")
	p.waitFor(fmt.Sprintf(`document.querySelector("#comment .open")?.dataset.id === %q`, first))
	d.waitFor(func() bool { // alice has claimed it
		all, err := d.db.Detail(t.Context(), bob, first)
		d.must(err)
		return all.Claim != nil && all.Claim.By == "alice"
	})

	// A comment that bob has claimed shows his name.
	second := d.post(2, "Tomasz", "The second thought.")
	_, err := d.db.Claim(t.Context(), bob, models.QueueFilter{Limit: 1}, 1e12)
	d.must(err)
	p.waitFor(`!document.getElementById("fresh").hidden`)
	if got := p.evaluate(`document.querySelectorAll("#list button.row").length`); got != "1" {
		t.Errorf("the list jumped to %s rows", got)
	}
	p.run(chromedp.Click("#fresh"))
	p.waitForText("#list", "claimed by bob")

	// His decision stands, and is shown even to a page that has not received the
	// event.
	_, err = chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: `window.EventSource = class extends EventTarget { close() {} }`,
	})
	d.must(err)
	p.run(chromedp.Reload())
	p.waitForText("#list", "claimed by bob")
	_, _, err = d.db.Decide(t.Context(), bob, second, models.DecisionRequest{Action: models.Approve})
	d.must(err)
	p.run(chromedp.Click(fmt.Sprintf("#list [data-id=%q] button", second)))
	p.keys("ri")
	p.waitForText("#toasts", "bob was first: approved")
	if got := d.status(second); got != models.Approved {
		t.Errorf("the comment is %s, bob had approved it", got)
	}
}

func TestNoCommentIsClaimedByTwoModerators(t *testing.T) {
	onBothSetups(t, models.ModePre, noCommentIsClaimedByTwoModerators)
}

func noCommentIsClaimedByTwoModerators(t *testing.T, d *testServer) {
	ids := d.postDistinct(40)
	alice := d.login("alice")
	alice.withScript(shortSettling)
	alice.waitFor(opened + ` !== ""`)
	d.url, d.other = d.other, d.url // bob uses the other node
	bob := d.login("bob")
	bob.withScript(shortSettling)
	bob.waitFor(opened + ` !== ""`)
	got, hands := map[string]string{}, map[string]int{}
	for len(got) < len(ids) {
		before := len(got)
		for name, p := range map[string]*tab{"alice": alice, "bob": bob} {
			if p.evaluate(opened) == "" {
				continue
			}
			id := p.pressAndWait("a")
			if other := got[id]; other != "" {
				t.Fatalf("%s was opened by %s, and then by %s", id, other, name)
			}
			got[id] = name
			hands[name]++
		}
		if len(got) == before {
			d.waitFor(func() bool { return alice.evaluate(opened)+bob.evaluate(opened) != "" }) // their claims are on the way
		}
	}
	if hands["alice"] == 0 || hands["bob"] == 0 {
		t.Errorf("decided by %v", hands)
	}
	d.waitFor(func() bool { return d.countWith(ids, models.Approved) == len(ids) })
	for _, id := range ids {
		all, err := d.db.Detail(t.Context(), operator, id)
		d.must(err)
		if len(all.History) != 1 || all.History[0].Moderator != got[id] {
			t.Errorf("%s was opened by %s, its history is %+v", id, got[id], all.History)
		}
	}
}

// failing is a script that makes requests fail whose path ends so.
func failing(path string) string {
	return fmt.Sprintf(`{ const original = fetch; window.fetch = (url, ...rest) => String(url).split("?")[0].endsWith(%q) ? Promise.reject(new TypeError("cut")) : original(url, ...rest) }`, path)
}

func TestFailedRequestsAreShown(t *testing.T) {
	onBothSetups(t, models.ModePre, failedRequestsAreShown)
}

func failedRequestsAreShown(t *testing.T, d *testServer) {
	id := d.post(1, "Ilse", "The clock is right.")
	for path, shown := range map[string]string{"/queue/claim": ".body", "/queue": ".empty"} {
		p := d.open("/console/")
		_, err := chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: failing(path)})
		d.must(err)
		p.run(chromedp.Reload())
		p.waitFor(`document.activeElement.name === "name"`)
		p.keys("alice\t" + testPassword + "\r")
		p.waitForText("#toasts", "Connection lost")
		p.waitForText("#comment "+shown, map[string]string{".body": "The clock is right.", ".empty": "Connection lost"}[shown])
		if shown == ".body" {
			p.pressAndWait("a") // without a lease a decision is safe all the same
			d.waitFor(func() bool { return d.status(id) == models.Approved })
		}
	}
}
