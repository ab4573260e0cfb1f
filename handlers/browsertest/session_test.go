package browsertest

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp/totp"

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

func TestLoginWaitsWhileTooManyLogIn(t *testing.T) {
	d := newTestServer(t, models.ModePre)
	p := d.open("/console/", "401", "503")
	p.waitFor(`document.activeElement.name === "name"`)
	p.evaluate(`(() => {
		window.said = "";
		new MutationObserver(() => { window.said += document.getElementById("login-wait").textContent; })
			.observe(document.getElementById("login-wait"), { childList: true });
	})()`)
	d.busy.Store(2)
	p.keys("alice\t" + testPassword + "\r")
	p.waitFor(`document.getElementById("live").className === "on"`)
	if got := p.evaluate(`window.said`); !strings.Contains(got, "This page tries again by itself.") {
		t.Errorf("meanwhile the page says %q", got)
	}
}

// TestAccount sets another password, sets up one-time codes with the secret that
// the page shows, and logs in with a code.
func TestAccount(t *testing.T) {
	d := newTestServer(t, models.ModePre)
	_, err := d.db.UpdateModerator(t.Context(), operator, "alice", func(m *models.Moderator) error { m.TemporaryPassword = true; return nil })
	d.must(err)
	p := d.login("alice", "401", "422")
	p.waitForText("#page .notice", "Somebody else has set your password.") // not asked for: it opens by itself
	const chosen = "seven gulls on the breakwater"
	set := func(old, repeat string) {
		p.setField("old", old)
		p.setField("new", chosen)
		p.setField("repeat", repeat)
		p.submitFormOf("old")
	}
	set(testPassword, "another one")
	p.waitForText("#page output", "The two new passwords differ.")
	set("wrong", chosen)
	p.waitForText("#page output", "is not your password")
	set(testPassword, chosen)
	p.waitFor(`!document.querySelector("#page .notice") && document.querySelectorAll("#page tbody tr").length === 1`)

	p.setField("password", chosen)
	p.submitFormOf("password")
	p.waitFor(`document.getElementById("secret")`)
	if got := p.evaluate(`document.querySelector("#page a").href`); !strings.HasPrefix(got, "otpauth://totp/Winnow:alice?") {
		t.Errorf("the link is %s", got)
	}
	code := func(at time.Time) string {
		code, err := totp.GenerateCode(p.evaluate(`document.getElementById("secret").textContent`), at)
		d.must(err)
		return code
	}
	now := time.Now()
	next := code(now.Add(30 * time.Second))
	p.setField("code", code(now))
	p.submitFormOf("code")
	p.waitFor(`document.getElementById("recovery")?.textContent.split("\n").length === 10`)
	p.run(chromedp.Click("#logout"))
	p.waitFor(`document.activeElement.name === "name"`)
	p.evaluate(`document.activeElement.value = ""`)
	p.keys("alice\t" + chosen + "\r")
	p.waitFor(`document.activeElement.name === "code"`)
	p.keys("000000\r")
	p.waitForText("#login .error", "The code is wrong or was used before")
	p.evaluate(`document.querySelector("#login [name=code]").value = "` + next + `"`)
	p.run(chromedp.Click("#login .main"))
	p.waitFor(`document.getElementById("live").className === "on"`)
}
