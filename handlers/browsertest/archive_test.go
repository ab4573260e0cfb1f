package browsertest

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"winnow/models"
)

func TestLibelCall(t *testing.T) { onBothSetups(t, models.ModePost, libelCall) }

// libelCall is what happens when somebody phones about a published comment: it is found by
// its words, taken down with a reason and a message, found again on another day, and the
// decision is undone.
func libelCall(t *testing.T, d *testServer) {
	libel := d.post(1, "Ilse", "The mayor took money from the builders, everybody at the harbour knows it.")
	d.post(2, "Tomasz", "A fine piece on the clock.")
	reader := d.open("/demo/v1")
	reader.reloadUntil(reader.comments("took money"))
	p := d.login("alice")
	p.waitFor(`document.querySelector("#none:not([hidden])")`) // nothing waits
	p.searchArchive("mayor builders")
	p.waitFor(fmt.Sprintf(`%s === 1 && %s === %q`, rows, opened, libel))
	p.waitForText("#list .outcome", "published by the filter")
	p.keys("mThe mayor denies it.\rri")
	p.waitForText("#list .outcome", "rejected: Illegal by alice")
	p.waitForText("#outcome", "rejected: Illegal by alice")
	p.waitForText("#history", "The mayor denies it.")
	p.waitForText("#toasts", "Rejected (Illegal): Ilse")
	d.waitFor(func() bool { return d.status(libel) == models.Rejected })
	reader.reloadUntil("!" + reader.comments("took money"))

	// On another day: nothing of the session is left but the address.
	p.run(chromedp.Reload())
	p.waitForText("#list .outcome", "rejected: Illegal by alice")
	p.waitFor(opened + ` !== ""`)
	p.clickInDesk("Undo")
	p.waitForText("#outcome", "published by the filter")
	p.waitForText("#history", "undone by alice")
	d.waitFor(func() bool { return d.status(libel) == models.Approved })
	reader.reloadUntil(reader.comments("took money"))
}

// searchArchive opens the archive by its key and searches, until something is found: the
// index is some moments behind.
func (p *tab) searchArchive(words string) {
	p.Helper()
	p.press("g")
	p.waitFor(`document.activeElement.id === "archive-q"`)
	p.press(words + "\r")
	p.waitFor(`new URLSearchParams(location.hash.split("/")[1]).get("q") === "` + words + `"`)
	p.waitFor(`(() => {
		const found = ` + rows + `;
		if (!found && !document.getElementById("none").hidden) document.getElementById("archive").requestSubmit();
		return found > 0;
	})()`)
}

// TestArchiveIsReadAndDecided has the steps of one moderator's afternoon in one test,
// because each browser and server costs seconds.
func TestArchiveIsReadAndDecided(t *testing.T) {
	d := newTestServer(t, models.ModePost)
	d.setRole("alice", models.RoleEditor)
	first := d.post(1, "Ada", "The ferry was late again, and nobody said why.")
	parent := d.post(2, "Yuna", "The timetable hangs at the old quay.")
	reply := d.postAll(3, object{"article": object{"id": "welcome"}, "author": object{"name": "Ada"}, "body": "Thank you, I had not seen it.", "parent_id": parent})
	decide := func(id string, action models.Action, reason models.Reason) {
		t.Helper()
		_, _, err := d.db.Decide(t.Context(), bob, id, models.DecisionRequest{Action: action, Reason: reason})
		d.must(err)
	}
	decide(first, models.Reject, models.ReasonOffTopic)
	_, err := d.db.UpdateSite(t.Context(), operator, "demo", func(s *models.Site) error {
		s.Reasons = []models.SiteReason{{ID: "elsewhere", Under: models.ReasonOffTopic, Name: "Belongs elsewhere"}}
		return nil
	})
	d.must(err)
	waiting := d.post(4, "Max Profit", "Free casino bonus, click http://win.example/casino and subscribe to my channel!!!")

	p := d.login("alice", "409", "404")
	p.waitFor(fmt.Sprintf("%s === %q", opened, waiting))
	p.searchArchive("fer*")
	p.waitForText("#list .outcome", "rejected: Off topic by bob")

	// The filter is in the address: the back button undoes a search.
	p.evaluate(`location.hash = "archive/status=approved&author=Ada"`)
	p.waitFor(rows + ` === 1`)
	p.waitForText("#comment .body", "Thank you")
	if got := p.evaluate(`["status", "author", "q"].map((name) => document.querySelector("#archive [name=" + name + "]").value)`); got != "approved,Ada," {
		t.Errorf("the fields of the address are %s", got)
	}
	p.evaluate(`history.back()`)
	p.waitForText("#comment .body", "The ferry was late")
	p.waitFor(`document.getElementById("archive-q").value === "fer*"`)

	// By the reason and the moderator.
	p.evaluate(`(() => {
		const { elements } = document.getElementById("archive");
		elements.q.value = "";
		elements.moderator.value = "bob";
		elements.reason.value = "off_topic";
		elements.reason.dispatchEvent(new Event("change"));
	})()`)
	p.waitFor(`location.hash.startsWith("#archive/reason=off_topic&moderator=bob") && ` + rows + ` === 1`)
	p.waitForText("#list .outcome", "rejected: Off topic by bob")

	// A site's own reason is an option too, and a signal is found by its beginning.
	p.evaluate(`(() => {
		const { elements } = document.getElementById("archive");
		elements.reason.value = "off_topic:elsewhere";
		elements.reason.dispatchEvent(new Event("change"));
	})()`)
	p.waitFor(`location.hash.startsWith("#archive/reason=off_topic%3Aelsewhere&moderator=bob") && ` + rows + ` === 0`)
	p.evaluate(`location.hash = "archive/reason=off_topic&signal=nonsense"`)
	p.waitFor(rows + ` === 0 && document.querySelector("#archive [name=signal]").value === "nonsense"`)
	p.evaluate(`location.hash = "archive/reason=off_topic"`)
	p.waitFor(rows + ` === 1`)

	// So does the network of a comment lead to what else came from it.
	p.run(chromedp.Click("#author dd a"))
	p.waitFor(`location.hash.startsWith("#archive/site=demo&network=") && ` + rows + ` > 1`)
	p.evaluate(`history.back()`)
	p.waitFor(rows + ` === 1`)

	// The author's other comments, and the thread, lead on.
	p.waitForText("#others", "Thank you, I had not seen it.")
	p.run(chromedp.Click("#others .listed a"))
	p.waitFor(fmt.Sprintf(`location.hash === "#comment/%s" && %s === %q`, reply, opened, reply))
	p.waitForText("#comment blockquote", "The timetable hangs")
	p.evaluate(`(() => { navigator.clipboard.writeText = async (text) => { window.copied = text; }; })()`)
	p.clickInDesk("Copy link")
	p.waitForText("#toasts", "The link is in the clipboard.")
	if got := p.evaluate(`window.copied`); got != d.url+"/console/#comment/"+reply {
		t.Errorf("the link of the comment is %s", got)
	}
	p.run(chromedp.Click("#comment blockquote a"))
	p.waitFor(fmt.Sprintf("%s === %q", opened, parent))
	p.waitForText("#thread", "Thank you, I had not seen it.")
	p.waitForText("#author .record", "1published")
	p.run(chromedp.Click("#author .record a"))
	p.waitFor(`location.hash.startsWith("#archive/site=demo&status=approved&author=Yuna")`)
	p.waitFor(rows + ` === 1`)
	p.page("audit", "Audit")
	p.waitFor(`document.querySelector("#page td a[href='#comment/` + first + `']")`)
	p.evaluate(`location.hash = "comment/nonsense"`)
	p.waitForText("#comment", "There is no such comment")

	// The queue is as it was.
	p.evaluate(`location.hash = ""`)
	p.waitFor(fmt.Sprintf(`%s === 1 && %s === %q`, rows, opened, waiting))

	// A colleague's decision is shown while it is open, and a page that has not heard of it
	// changes nothing.
	p.evaluate(`location.hash = "comment/` + reply + `"`)
	p.waitFor(fmt.Sprintf("%s === %q", opened, reply))
	decide(reply, models.Reject, models.ReasonAbuse)
	p.waitForText("#notice", "bob: rejected")
	p.waitForText("#outcome", "rejected: Abuse by bob")
	p.withScript(`window.EventSource = class extends EventTarget { close() {} }`)
	p.waitFor(fmt.Sprintf("%s === %q", opened, reply))
	decide(reply, models.Reject, models.ReasonSpam)
	p.keys("a")
	p.waitForText("#toasts", "bob was first: rejected. Your decision was not saved.")
	p.waitForText("#outcome", "rejected: Spam by bob")
	if got := d.status(reply); got != models.Rejected {
		t.Errorf("the comment is %s, bob had rejected it", got)
	}
	p.keys("a") // now it is seen
	p.waitForText("#outcome", "published by alice")
	p.keys("a")
	p.waitForText("#toasts", "It is published already.")
	p.keys("u")
	p.waitForText("#outcome", "rejected: Spam by bob")
	d.waitFor(func() bool { return d.status(reply) == models.Rejected })
}
