package browsertest

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"winnow/models"
)

// TestDecisionThatFailedIsNamedAndSentAgain decides without a connection.
func TestDecisionThatFailedIsNamedAndSentAgain(t *testing.T) {
	d := newTestServer(t, models.ModePre)
	d.postDistinct(2)
	id := d.post(7, "Ilse", "The casino behind the harbour has its lights on: http://win.example/casino and subscribe!")
	p := d.login("alice", "ERR_", "409")
	p.waitFor(fmt.Sprintf("%s === %q", opened, id))
	p.keys("nseen it twice\r")
	d.disconnect()
	p.waitFor(`document.getElementById("live").className === "off"`)
	p.keys("rs")
	p.waitForText("#unsent", "Rejected (Spam): Ilse: “The casino behind the harbour")
	p.waitFor(rows + ` === 3`)
	p.run(chromedp.Click("#list [data-id='" + id + "'] button"))
	p.waitFor(`document.getElementById("note")?.value === "seen it twice"`)
	d.offline.Store(false)
	p.waitFor(`document.getElementById("live").className === "on"`)
	p.evaluate(`document.querySelector("#unsent button").click()`)
	d.waitFor(func() bool { return d.status(id) == models.Rejected })
	p.waitFor(`document.getElementById("unsent").hidden && ` + rows + ` === 2`)
	all, err := d.db.Detail(t.Context(), operator, id)
	d.must(err)
	if note := all.History[0].Note; note != "seen it twice" {
		t.Errorf("the note is %q", note)
	}
}

// TestSessionThatEndsKeepsWhatIsTyped ends alice's session in the middle of a note.
func TestSessionThatEndsKeepsWhatIsTyped(t *testing.T) {
	onBothSetups(t, models.ModePre, sessionThatEndsKeepsWhatIsTyped)
}

func sessionThatEndsKeepsWhatIsTyped(t *testing.T, d *testServer) {
	ids := d.postDistinct(2)
	p := d.login("alice", "401")
	p.waitFor(opened + ` !== ""`)
	id := p.evaluate(opened)
	p.keys("nasked the desk\r")
	p.endSession()
	p.keys("ro")
	p.waitForText("#login-ended", "Your session has ended. All that alice has typed is kept")
	p.waitFor(`document.activeElement.name === "password"`)
	p.keys(testPassword + "\r")
	d.waitFor(func() bool { return d.status(id) == models.Rejected })
	all, err := d.db.Detail(t.Context(), operator, id)
	d.must(err)
	if note := all.History[0].Note; note != "asked the desk" {
		t.Errorf("the note is %q", note)
	}
	p.waitFor(`document.getElementById("live").className === "on"`)
	p.waitFor(rows + ` === 1`)

	// What alice has typed is not for bob, who logs in instead.
	p.keys("nonly for alice\r")
	p.endSession()
	p.keys("a")
	p.waitFor(`document.activeElement.name === "password"`)
	p.evaluate(`document.querySelector("#login [name=name]").value = "bob"`)
	p.keys(testPassword + "\r")
	p.waitForText("#who", "bob")
	p.waitFor(`document.getElementById("live").className === "on"`)
	p.waitFor(rows + ` === 1`)
	if got := p.evaluate(`document.querySelector("#note")?.value`); got != "undefined" {
		t.Errorf("bob sees alice's note %q", got)
	}
	if n := d.countWith(ids, models.Pending); n != 1 {
		t.Errorf("%d comments wait: what alice wanted was done as bob", n)
	}
}

// endSession ends the session, as another tab of the same browser does.
func (p *tab) endSession() {
	p.Helper()
	p.evaluate(`(() => { window.ended = false; fetch("/v1/auth/logout", { method: "POST", headers: { "Content-Type": "application/json" }, body: '{"cookie":true}' })
		.then((r) => { window.ended = r.ok; }) })()`)
	p.waitFor(`window.ended`)
}

// TestEditedTextIsShown edits the open comment, and one whose page does not hear of it.
func TestEditedTextIsShown(t *testing.T) {
	onBothSetups(t, models.ModePre, editedTextIsShown)
}

func editedTextIsShown(t *testing.T, d *testServer) {
	id := d.post(1, "Ilse", "The clock on the tower is right.")
	p := d.login("alice", "409")
	p.waitFor(fmt.Sprintf("%s === %q", opened, id))
	p.waitForText("#list .excerpt", "is right")
	d.edit(id, "The clock on the tower is wrong.")
	p.waitForText("#comment .body", "is wrong")
	p.waitForText("#list .excerpt", "is wrong")
	p.waitForText("#notice", "The text was changed while it was in your list.")
	p.waitForText("#comment .revisions", "right")

	p.withScript(`window.EventSource = class extends EventTarget { close() {} }`)
	p.waitFor(fmt.Sprintf("%s === %q", opened, id))
	p.keys("nI know the tower\rmPlease stay on topic.\rr")
	d.edit(id, "The clock on the tower has stopped.")
	p.keys("o")
	p.waitForText("#toasts", "The comment has changed meanwhile. Your decision was not saved.")
	p.waitForText("#comment .body", "has stopped")
	p.waitForText("#notice", "The text was changed")
	if got := p.evaluate(`["note", "message"].map((id) => document.getElementById(id)?.value)`); got != "I know the tower,Please stay on topic." {
		t.Errorf("after the conflict, note and message are %q", got)
	}
	if got := d.status(id); got != models.Pending {
		t.Errorf("a text that was not seen is %s", got)
	}
}

// TestClosedTabGivesItsClaimsBack: nobody waits for the leases of somebody who has left.
func TestClosedTabGivesItsClaimsBack(t *testing.T) {
	onBothSetups(t, models.ModePre, closedTabGivesItsClaimsBack)
}

func closedTabGivesItsClaimsBack(t *testing.T, d *testServer) {
	ids := d.postDistinct(3)
	claims := func() (n int) {
		for _, id := range ids {
			all, err := d.db.Detail(t.Context(), bob, id)
			d.must(err)
			if all.Claim != nil {
				n++
			}
		}
		return n
	}
	p := d.login("alice")
	p.waitFor(rows + ` === 3`)
	d.waitFor(func() bool { return claims() == 3 })
	p.run(chromedp.Navigate("about:blank"))
	d.waitFor(func() bool { return claims() == 0 })
}

// TestFilterKeepsTheCount: a filter that matches nothing does not say that nothing waits.
func TestFilterKeepsTheCount(t *testing.T) {
	d := newTestServer(t, models.ModePre)
	d.setRole("alice", models.RoleEditor)
	d.postDistinct(3)
	p := d.login("alice")
	p.waitFor(rows + ` === 3`)
	p.press("/")
	p.waitFor(`document.activeElement.id === "q"`)
	p.press("xylophone\x1b")
	p.waitForText("#none", "Nothing matches.")
	p.waitForText("#matches", "0 match the filter.")
	if got := p.evaluate(`document.getElementById("total").textContent`); got != "3" {
		t.Errorf("with a filter that matches nothing, %s wait", got)
	}
	p.evaluate(`(() => { const q = document.getElementById("q"); q.value = ""; q.dispatchEvent(new Event("input")); })()`)
	p.waitFor(rows + ` === 3 && !document.getElementById("matches").textContent`)

	// A reason that is added meanwhile is offered, and a site.
	_, err := d.db.UpdateSite(t.Context(), operator, "demo", func(s *models.Site) error {
		s.Reasons = []models.SiteReason{{ID: "insult", Under: models.ReasonAbuse, Name: "Insults a guest"}}
		return nil
	})
	d.must(err)
	_, err = d.db.AddSite(t.Context(), operator, models.Site{Slug: "evening", Name: "Evening", Mode: models.ModePre})
	d.must(err)
	p.evaluate(`document.dispatchEvent(new Event("visibilitychange"))`)
	p.waitFor(`document.querySelectorAll("#site option").length === 3 && !document.getElementById("site").hidden`)
	p.keys("r")
	p.waitForText("#actions", "Insults a guest")
}

// TestSecondLooksAreCountedBeforeTheyAreOpened starts on another page.
func TestSecondLooksAreCountedBeforeTheyAreOpened(t *testing.T) {
	d := newTestServer(t, models.ModePre)
	all := 1.0
	_, err := d.db.UpdateSite(t.Context(), operator, "demo", func(s *models.Site) error { s.SecondLook = &all; return nil })
	d.must(err)
	for _, id := range d.postDistinct(2) {
		_, _, err = d.db.Decide(t.Context(), bob, id, models.DecisionRequest{Action: models.Approve})
		d.must(err)
	}
	p := d.login("alice")
	for _, address := range []string{"", "#archive", "#bans"} {
		p.evaluate(`location.hash = "` + address + `"`)
		p.run(chromedp.Reload())
		p.waitFor(`document.getElementById("looks")?.textContent === " 2"`)
	}
}

// TestKeysWorkWithCapsLock, and a late undo is answered.
func TestKeysWorkWithCapsLock(t *testing.T) {
	d := newTestServer(t, models.ModePre)
	ids := d.postDistinct(3)
	p := d.login("alice")
	p.withScript(shortToasts)
	p.waitFor(rows + ` === 3`)
	p.waitFor(opened + ` !== ""`)
	p.waitFor(`!document.querySelector("#comment[data-settling]")`)
	p.press("u")
	p.waitForText("#toasts", "There is nothing to undo.")
	p.waitFor(opened + ` !== ""`)
	first := p.evaluate(opened)
	p.evaluate(`document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "A", modifierCapsLock: true, bubbles: true }))`)
	d.waitFor(func() bool { return d.status(first) == models.Approved })
	p.waitFor(`!document.querySelector("#toasts .toast")`)
	p.press("u")
	p.waitForText("#toasts", "The time for the key was over. Once more to undo: Approved: Reader")
	p.press("u")
	d.waitFor(func() bool { return d.countWith(ids, models.Pending) == 3 })
	p.waitFor(fmt.Sprintf("%s === %q", opened, first))
}

// TestNewCommentsKeepWhatIsTyped loads a list in which the open comment is not among the
// first any more.
func TestNewCommentsKeepWhatIsTyped(t *testing.T) {
	d := newTestServer(t, models.ModePre)
	id := d.post(1, "Ilse", "We walked along the quay this morning, and the ferry was on time.")
	p := d.login("alice")
	p.waitFor(fmt.Sprintf("%s === %q", opened, id))
	p.evaluate(`(() => { const sort = document.getElementById("sort"); sort.value = "newest"; sort.dispatchEvent(new Event("change")); })()`)
	p.waitFor(`location.search.includes("newest") && ` + fmt.Sprintf("%s === %q", opened, id))
	p.keys("nwait for the editor\r")
	d.postDistinct(50) // a page
	p.waitFor(`!document.getElementById("fresh").hidden`)
	p.page("bans", "Bans")
	p.evaluate(`location.hash = "queue"`)
	p.waitFor(`!document.getElementById("panes").hidden`)
	p.run(chromedp.Click("#fresh"))
	p.waitFor(rows + ` > 1`)
	p.waitFor(fmt.Sprintf("%s === %q", opened, id))
	if got := p.evaluate(`document.getElementById("note")?.value`); got != "wait for the editor" {
		t.Errorf("the note is %q", got)
	}
}
