package browsertest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"winnow/models"
)

// TestAuthorHasALife shows the author's last comments, the note and the months, and bans with
// all that the author has written; one undo takes that back.
func TestAuthorHasALife(t *testing.T) {
	onBothSetups(t, models.ModePre, authorHasALife)
}

func authorHasALife(t *testing.T, d *testServer) {
	d.setRole("alice", models.RoleEditor)
	ids := make([]string, 24)
	for i := range ids {
		body := strings.Join(distinctWords(100+i), " ")
		ids[i] = d.postAll(1, object{"article": object{"id": "market"}, "author": object{"id": "r-7", "name": "Ilse"}, "body": body})
	}
	other := d.post(9, "Yuna", "The guest was dull.")
	for _, id := range ids[:3] {
		_, _, err := d.db.Decide(t.Context(), bob, id, models.DecisionRequest{Action: models.Approve})
		d.must(err)
	}
	p := d.login("alice")
	p.waitFor(rows + ` > 2`)
	p.run(chromedp.Click("#list [data-id='" + ids[5] + "'] button"))
	p.waitFor(`document.querySelectorAll("#others .listed").length === 20`)
	p.waitForText("#others .chip", "waiting")
	p.waitFor(`document.querySelectorAll("#months rect").length > 0`)

	p.clickInDesk("Add a note on this author")
	p.run(chromedp.SendKeys("#author-note textarea", "sells fruit, not spam"))
	p.run(chromedp.Click("#author-note [type=submit]"))
	p.waitForText("#author-note .pinned", "sells fruit, not spam")
	if got := p.evaluate(`document.getElementById("author").children[1].id`); got != "author-note" {
		t.Errorf("below the name is %q, not the note", got)
	}
	p.run(chromedp.Click("#list [data-id='" + ids[6] + "'] button"))
	p.waitForText("#author-note .pinned", "sells fruit, not spam")
	p.evaluate(`document.activeElement.blur()`)
	p.press("u")
	p.waitForText("#author-note", "Add a note")

	p.clickInDesk("Ban…")
	p.waitForText("#dialogue", "Their published comments")
	p.run(chromedp.SendKeys("#author [name=why]", "sells watches"))
	p.evaluate(`(() => { for (const name of ["waiting", "public"]) document.querySelector("#dialogue [name=" + name + "]").value = "spam"; })()`)
	p.clickInDesk("Impose")
	p.waitForText("#toasts", "Ban: Ilse · 24 comments rejected")
	d.waitFor(func() bool { return d.countWith(ids, models.Rejected) == 24 && d.status(other) == models.Pending })
	p.waitFor(fmt.Sprintf("%s === 1 && %s === %q", rows, opened, other))
	p.evaluate(`document.activeElement.blur()`)
	p.press("u")
	d.waitFor(func() bool {
		return d.countWith(ids, models.Pending) == 21 && d.countWith(ids, models.Approved) == 3
	})
	p.waitFor(rows + ` > 2`)
	bans, _, err := d.db.Bans(t.Context(), operator, "demo", "", 10)
	d.must(err)
	if len(bans) != 0 {
		t.Errorf("after the undo, %d bans are in force", len(bans))
	}
}
