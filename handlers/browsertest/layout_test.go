package browsertest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"winnow/models"
)

// windows are the sizes in which the desk must show all that it has; 960×540 is Full HD at
// 200 %.
var windows = [][2]int64{{360, 740}, {768, 1024}, {960, 540}, {1024, 768}, {1280, 720}, {1440, 900}, {2560, 1440}}

// fillDesk posts what makes the desk full: long texts, a reply, an author with several
// comments, and one that a colleague has claimed. It returns the id of a comment with all of it.
func (d *testServer) fillDesk() string {
	d.Helper()
	_, err := d.db.UpdateSite(d.Context(), operator, "demo", func(s *models.Site) error {
		s.Reasons = []models.SiteReason{
			{ID: "insult", Under: models.ReasonAbuse, Name: "Insults a guest"},
			{ID: "advert", Under: models.ReasonSpam, Name: "Advertising for a shop"},
			{ID: "rumour", Under: models.ReasonOther, Name: "Rumour without a source"},
		}
		return nil
	})
	d.must(err)
	article := object{"id": "harbour", "title": "The harbour reopens after eleven years of building", "url": "https://gazette.example/harbour"}
	parent := d.postAll(1, object{"article": article, "author": object{"name": "Ilse Brandt"}, "body": "Who pays for all of this in the end? The council promised us a budget two summers ago."})
	_, _, err = d.db.Decide(d.Context(), bob, parent, models.DecisionRequest{Action: models.Approve})
	d.must(err)
	d.postAll(2, object{"article": article, "author": object{"name": "Tomasz"}, "body": "Nobody asked the fishermen, and nobody will."})
	_, err = d.db.Claim(d.Context(), bob, models.QueueFilter{Limit: 1}, 1e15)
	d.must(err)
	for i, body := range []string{
		"The ferry was late again today, and the café was closed.", "I liked the pictures of the old crane.", "Eleven years! My son was born and learned to swim meanwhile.",
	} {
		d.postAll(3+i, object{"article": article, "author": object{"id": "r-42", "name": "Wolfgang Amadeus Süßmilch-Oberndorfer"}, "body": body})
	}
	d.postDistinct(12)
	return d.postAll(9, object{
		"article": article, "parent_id": parent, "author": object{"id": "r-42", "name": "Wolfgang Amadeus Süßmilch-Oberndorfer", "email": "w@example.org", "url": "https://win.example/casino"},
		"body": "Free casino bonus, click http://win.example/casino and subscribe to my channel!!! " + strings.Repeat("The money is on the way before the ferry has left the quay. ", 6),
	})
}

// overlaps is an expression that lists which of the visible elements overlap that should
// not, and which are cut off by the window.
const overlaps = `(() => {
	const all = ["#counts", "#live", "#toasts", "#who", "#language", "#help-open", "#logout", "#pages", ".tabs", "#pane-queue", "#comment", "#texts", "#actions", "#pane-author"];
	const boxes = all.map((name) => [name, document.querySelector(name)])
		.filter(([, e]) => e.checkVisibility({ visibilityProperty: true }) && e.getBoundingClientRect().height > 0)
		.map(([name, e]) => [name, e.getBoundingClientRect()]);
	const found = [];
	for (const [i, [name, a]] of boxes.entries()) {
		for (const [other, b] of boxes.slice(i + 1)) {
			if (a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1) found.push(name + " and " + other);
		}
	}
	const pane = document.getElementById("pane-comment").getBoundingClientRect();
	for (const button of document.querySelectorAll("#actions button, #texts input")) {
		const b = button.getBoundingClientRect();
		if (b.width && (b.left < pane.left || b.right > pane.right + 1 || b.bottom > innerHeight + 1)) found.push(button.textContent + " is cut off");
		if (button.scrollWidth > button.clientWidth + 1) found.push(button.textContent + " is too long");
	}
	return found.join(", ");
})()`

// TestNothingIsOutOfReach measures the desk in each window, in both languages and in each of
// its states.
func TestNothingIsOutOfReach(t *testing.T) {
	d := newTestServer(t, models.ModePre)
	d.setRole("alice", models.RoleAdmin)
	full := d.fillDesk()
	p := d.login("alice")
	for _, language := range []string{"en", "de"} {
		p.evaluate(`localStorage["winnow.lang"] = "` + language + `"`)
		p.run(chromedp.Reload())
		p.waitFor(opened + ` !== ""`)
		p.keys("zz") // two messages
		p.waitFor(`document.querySelectorAll("#toasts .toast").length === 2`)
		p.run(chromedp.Click("#list [data-id='" + full + "'] button"))
		p.waitFor(`document.querySelector("#others li")`)
		for _, size := range windows {
			p.inWindow(size, func(what string) { p.expectDeskFits(what+" "+language, size) })
		}
	}
}

// inWindow resizes the window and shows the comment.
func (p *tab) inWindow(size [2]int64, check func(what string)) {
	p.Helper()
	p.run(chromedp.EmulateViewport(size[0], size[1]))
	p.evaluate(`document.getElementById("pane-comment").scrollIntoView()`)
	check(fmt.Sprintf("%d×%d", size[0], size[1]))
}

const place = `JSON.stringify([".approve", ".reject"].map((name) => document.querySelector("#actions " + name).getBoundingClientRect().toJSON()))`

func (p *tab) expectDeskFits(what string, size [2]int64) {
	p.Helper()
	buttons := p.evaluate(place)
	states := map[string]string{"": "", "reasons": "r", "note and message": "n\rm\r", "next comment": "j", "drawer": "w"}
	for _, state := range []string{"", "reasons", "note and message", "next comment", "drawer"} {
		p.keys(states[state])
		if got := p.evaluate(overlaps); got != "" {
			p.Errorf("%s, %s: %s", what, state, got)
		}
		if got := p.evaluate(place); got != buttons {
			p.Errorf("%s, %s: Approve and Reject have moved from\n%s to\n%s", what, state, buttons, got)
		}
		least := min(480, size[0])
		if got := p.evaluate(fmt.Sprintf(`document.getElementById("comment").clientWidth >= %d`, least)); got != "true" {
			p.Errorf("%s, %s: the comment is narrower than %d pixels", what, state, least)
		}
		// At least its first line is in view, and a good part of the window is the comment's.
		if got := p.evaluate(`(() => {
			const [body, pane] = ["#body", "#comment"].map((name) => document.querySelector(name).getBoundingClientRect());
			return body.top + 24 <= pane.bottom && body.bottom >= pane.top + 24 && pane.height >= innerHeight * .3;
		})()`); got != "true" {
			p.Errorf("%s, %s: the text is not in view", what, state)
		}
		switch state {
		case "reasons":
			p.keys("\x1b")
		case "next comment":
			p.keys("k")
		case "drawer":
			if isNarrow := size[0] >= 740 && size[0] < 1200; isNarrow != (p.evaluate(`document.getElementById("author-close").checkVisibility()`) == "true") {
				p.Errorf("%s: the author is in a drawer: %v", what, !isNarrow)
			}
			p.keys("w")
		}
	}
	if got := p.evaluate(`[...document.querySelectorAll("#actions .decisions button")].every((b) => b.offsetHeight >= 36 && b.offsetWidth >= 120)`); got != "true" {
		p.Errorf("%s: Approve and Reject are small", what)
	}
	if got := p.evaluate(`document.documentElement.scrollWidth <= innerWidth`); got != "true" {
		p.Errorf("%s: the page is wider than its window", what)
	}
}

// contrastOf is a function of the page: the contrast (WCAG 2.2) of two colours of an element,
// with all that is behind them.
const contrastOf = `(() => { window.contrastOf = (element, property) => {
	const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
	const parents = [];
	for (let e = element; e; e = e.parentElement) parents.unshift(e);
	const paint = (layers) => {
		canvas.fillStyle = getComputedStyle(document.documentElement).colorScheme.includes("dark") && matchMedia("(prefers-color-scheme: dark)").matches ? "#000" : "#fff";
		canvas.fillRect(0, 0, 1, 1);
		for (const colour of layers) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
		const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((v) => v / 255).map((v) => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
		return .2126 * r + .7152 * g + .0722 * b;
	};
	const layersOf = (list) => list.map((e) => getComputedStyle(e).backgroundColor);
	const opacity = parents.reduce((product, e) => product * getComputedStyle(e).opacity, 1);
	if (opacity < 1) return 0;
	const behind = layersOf(property === "color" ? parents : parents.slice(0, -1));
	const [light, dark] = [paint(behind), paint([...behind, getComputedStyle(element)[property]])].sort((a, b) => b - a);
	return (light + .05) / (dark + .05);
}; })()`

func TestContrast(t *testing.T) {
	d := newTestServer(t, models.ModePre)
	d.setRole("alice", models.RoleAdmin)
	d.fillDesk()
	p := d.login("alice")
	p.waitForText("#list", "claimed by bob")
	p.keys("n\rm\r")
	p.evaluate(contrastOf)
	for _, scheme := range []string{"light", "dark"} {
		_, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
		d.must(err)
		for _, part := range []struct {
			selector, property string
			least              float64
		}{
			{"#list .busy :is(.excerpt, b, .state, time, .row-foot span)", "color", 4.5},
			{"#actions .quiet, #actions .approve, #actions .reject, #texts b, #texts small", "color", 4.5},
			{"#filter :is(input, select), #texts input, #language, #logout", "borderTopColor", 3},
		} {
			if got := p.evaluate(fmt.Sprintf(`[...document.querySelectorAll(%q)].filter((e) => e.checkVisibility() && e.childNodes.length + e.value?.length !== 0)
				.map((e) => [contrastOf(e, %q), e]).filter(([c]) => c < %v).map(([c, e]) => c.toFixed(2) + " " + e.className + "#" + e.id).join()`, part.selector, part.property, part.least)); got != "" {
				t.Errorf("%s: less than %v: %s", scheme, part.least, got)
			}
			if got := p.evaluate(fmt.Sprintf(`document.querySelectorAll(%q).length > 0`, part.selector)); got != "true" {
				t.Errorf("%s: there is no %s", scheme, part.selector)
			}
		}
	}
}

// TestNoteAndMessageAreNotMistaken: each field says whom its text is for, and they differ.
func TestNoteAndMessageAreNotMistaken(t *testing.T) {
	d := newTestServer(t, models.ModePre)
	d.post(1, "Ilse", "The clock is right.")
	p := d.login("alice")
	p.waitForText("#comment .body", "clock")
	p.keys("nseen before\rmPlease be kind.\r")
	for id, want := range map[string]string{"note": "Note for the newsroom (not sent)", "message": "Message to the reader (is sent)"} {
		if got := p.evaluate(`document.getElementById("` + id + `").labels[0].innerText.replace(/\s+/g, " ").trim()`); got != want {
			t.Errorf("the field %s is called %q", id, got)
		}
	}
	if got := p.evaluate(`["note", "message"].map((id) => getComputedStyle(document.getElementById(id)).borderTopStyle)`); got != "dashed,solid" {
		t.Errorf("the borders of note and message are %s", got)
	}
}
