package browsertest

import (
	"testing"

	"github.com/chromedp/chromedp"

	"winnow/models"
)

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
