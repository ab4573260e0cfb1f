package browsertest

import (
	"testing"

	"github.com/chromedp/chromedp"

	"winnow/models"
)

func TestSessionSurvivesReloadAndEndsAtLogout(t *testing.T) {
	d := newTestServer(t, models.ModePre)
	p := d.login("alice", "401")
	p.run(chromedp.Reload())
	p.waitFor(`document.getElementById("live").className === "on"`)
	if got := p.evaluate(`document.cookie`); got != "" {
		t.Errorf("scripts can read the cookies %q", got)
	}
	p.run(chromedp.Click("#logout"))
	p.waitFor(`document.activeElement.name === "name"`)
	p.evaluate(`fetch("/v1/queue").then((r) => { window.status = r.status })`)
	p.waitFor(`window.status === "401"`)
	p.keys("alice\twrong\r")
	p.waitForText("#login .error", "Name or password is wrong.")
}
