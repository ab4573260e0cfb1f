package browsertest

import (
	"testing"
	"time"

	"winnow/models"
)

func TestAdminsSeeHowWebhooksAreDoing(t *testing.T) {
	d := newTestServer(t, models.ModePre)
	d.setRole("alice", models.RoleAdmin)
	const section = "[aria-labelledby=card-webhooks] "
	p := d.login("alice", "422")
	click := func(word string) {
		t.Helper()
		find := `[...document.querySelectorAll("` + section + `button")].find((b) => b.textContent === "` + word + `")`
		p.waitFor(find)
		p.evaluate(find + `.click()`)
	}
	p.withAxe()
	p.page("sites/demo", "Sites")
	p.typeInto("url", "https://10.0.0.1/hook") // which is not public
	p.typeInto("events", "comment.eaten")
	p.submitFormOf("events")
	p.waitForText(section+"output .error", "must be a public address")
	p.waitForText(section+"output .error", "is not a type of event")
	p.typeInto("url", "https://127.0.0.1:9/hook") // which nobody serves
	p.typeInto("events", "comment.received")
	p.submitFormOf("events")
	p.waitForText(section+"output .notice", "Secret, shown only now: whsec_")
	p.waitForText(section+"table", "https://127.0.0.1:9/hook")
	click("Test")
	p.waitForText(section+"[role=status] .error", "the connection was refused")
	p.expectAccessible("webhooks")
	d.post(1, "Ilse", "The clock is right.")
	failed := func() models.Webhook {
		all, err := d.db.Webhooks(t.Context(), "demo")
		d.must(err)
		return all[0]
	}
	d.waitFor(func() bool { return failed().FailingSince != nil })
	click("Failures")
	p.waitForText(section+"div:nth-of-type(3)", "comment.received evt_")
	click("Disable")
	p.waitForText(section+"table .error", "Disabled")
	click("Enable")
	d.waitFor(func() bool { w := failed(); return w.DisabledAt == nil && w.Dead == 1 })
	click("Failures")
	p.waitForText(section+"div:nth-of-type(3)", "Given up")
	click("Send all again")
	d.waitFor(func() bool { w := failed(); return w.Dead == 0 && w.Waiting == 1 })
	click("Replace secret")
	p.waitForText(section+"[role=status]", "whsec_")
	click("Remove")
	d.waitFor(func() bool {
		all, err := d.db.Webhooks(t.Context(), "demo")
		d.must(err)
		return len(all) == 0
	})
}

func TestAdminsSeeWhatCannotBeSent(t *testing.T) {
	d := newTestServer(t, models.ModePre)
	d.setRole("alice", models.RoleAdmin)
	for n, why := range []string{"the webhook answers with status 404", "the mail server refused the message: 550 (550)"} {
		m := models.OutgoingMessage{Site: "demo", ID: why, Channel: []models.NoticeChannel{models.ChannelWebhook, models.ChannelMail}[n], To: []string{"", "desk@news.example"}[n]}
		d.must(d.db.EnqueueMessages(t.Context(), []models.OutgoingMessage{m}))
		m, _, err := d.db.ClaimMessage(t.Context(), time.Minute)
		d.must(err)
		d.must(d.db.GiveUpMessage(t.Context(), m, why))
	}
	p := d.login("alice")
	p.withAxe()
	p.page("sites/demo", "Sites")
	const failures = "[aria-labelledby=card-notices] .error"
	p.waitForText(failures, "Mail to desk@news.example cannot be sent since ")
	p.waitForText(failures, "550 (550) · 1 message was given up.")
	p.waitForText("[aria-labelledby=card-notices]", "Messages to Slack cannot be sent since ")
	p.expectAccessible("notices")
}
