package browsertest

import (
	"testing"

	"github.com/chromedp/chromedp"

	"winnow/models"
)

func TestAppealInTheConsole(t *testing.T) { onBothSetups(t, models.ModePost, appealInTheConsole) }

// appealInTheConsole is what a moderator sees of an appeal against a colleague's rejection, and
// of a comment whose author took it back.
func appealInTheConsole(t *testing.T, d *testServer) {
	reader := models.Caller{Kind: models.ByOrigin, Site: "demo"}
	rejected, gone := d.post(1, "Ilse", "The mayor called the plan a dog's dinner."), d.post(2, "Max", "I should not have written this about the ferry.")
	_, _, err := d.db.Decide(t.Context(), bob, rejected, models.DecisionRequest{Action: models.Reject, Reason: models.ReasonAbuse})
	d.must(err)
	_, err = d.db.Appeal(t.Context(), reader, rejected, "I quoted <b>her</b>, word for word.")
	d.must(err)
	_, err = d.db.Withdraw(t.Context(), reader, gone)
	d.must(err)
	p := d.login("alice")
	p.waitForText("#because", "its author appeals")
	p.waitForText("#appeal", "rejected it")
	p.waitForText("#appeal", "I quoted <b>her</b>, word for word.")
	p.keys("a")
	d.waitFor(func() bool { return d.status(rejected) == models.Approved })
	p.run(chromedp.Navigate(d.url + "/console/#comment/" + rejected))
	p.waitForText("#appeal", "Rejection reversed")
	p.run(chromedp.Navigate(d.url + "/console/#comment/" + gone))
	p.waitForText("#notice", "taken this comment back")
}
