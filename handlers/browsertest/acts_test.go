package browsertest

import (
	"testing"

	"winnow/models"
)

// TestActsOnAPublishedComment: a moderator takes a name out of a comment, which everybody
// reads, points the comment out, with an undo of each, and replies to it in the name of the
// newsroom.
func TestActsOnAPublishedComment(t *testing.T) {
	d := newTestServer(t, models.ModePost)
	id := d.post(1, "Ilse", "Ask Jo\u200b Tide at the lock, he knows.")
	stored := func() models.Comment {
		c, err := d.db.Comment(t.Context(), id)
		d.must(err)
		return c
	}
	p := d.login("alice")
	p.evaluate(`location.hash = "comment/` + id + `"`)
	p.waitForText("#comment .body", "at the lock")
	p.keys("d")
	p.waitForText("#toasts", "First select in the text")
	// From the name to the white space behind it; one of its characters stands there as U+200B.
	p.evaluate(`(() => {
		const nodes = [...document.getElementById("body").childNodes];
		const range = new Range();
		range.setStart(nodes[0], 4);
		range.setEnd(nodes[2], 6);
		getSelection().removeAllRanges();
		getSelection().addRange(range);
	})()`)
	p.keys("d")
	p.waitForText("#comment .body", "Ask [removed] at the lock, he knows.")
	p.waitForText(".revisions", "changed by alice")
	if got := stored().Body; got != "Ask [removed] at the lock, he knows." {
		t.Errorf("the text is %q", got)
	}
	p.keys("u")
	d.waitFor(func() bool { return !stored().Redacted })
	p.waitFor(`document.getElementById("body").textContent.includes("Tide") && !document.querySelector(".revisions")`)

	p.keys("t")
	p.waitForText("#outcome", "★ featured")
	d.waitFor(func() bool { return stored().Featured })
	p.keys("u")
	p.waitFor(`!document.getElementById("outcome").textContent.includes("★")`)
	d.waitFor(func() bool { return !stored().Featured })

	reader := d.open("/demo/v1")
	reader.reloadUntil(reader.comments("Tide"))
	p.keys("p")
	p.waitFor(`document.activeElement.name === "reply"`)
	p.keys("The lock keeper has confirmed it.")
	p.evaluate(`document.querySelector("dialog [type=submit]").click()`)
	p.waitForText("#toasts", "Reply to Ilse")
	p.waitForText("#thread", "The lock keeper has confirmed it.")
	reader.reloadUntil(reader.comments("The lock keeper has confirmed it."))
	p.evaluate(`document.querySelector("#thread .by a").click()`)
	p.waitForText("#comment .body", "The lock keeper has confirmed it.")
	p.waitForText("#outcome", "published by alice")
	p.keys("a")
	p.waitForText("#toasts", "This is a reply of the newsroom")
	p.clickInDesk("Withdraw")
	p.waitForText("#outcome", "rejected by alice")
	p.keys("u")
	p.waitForText("#outcome", "published by alice")
}
