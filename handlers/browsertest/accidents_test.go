package browsertest

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"winnow/models"
)

// TestNothingIsDecidedByAccident presses keys and buttons twice: what comes next is not
// decided unread, and a double click chooses no reason.
func TestNothingIsDecidedByAccident(t *testing.T) {
	d := newTestServer(t, models.ModePre)
	ids := d.postDistinct(4)
	p := d.login("alice")
	p.waitFor(rows + ` === 4`)
	first := p.evaluate(opened)
	p.waitFor(`!document.querySelector("#comment[data-settling]")`)
	p.evaluate(`["a", "a"].forEach((key) => document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true })))`)
	p.waitFor(fmt.Sprintf("%s !== %q", opened, first))
	p.waitForText("#toasts", "Nothing was decided")
	d.waitFor(func() bool { return d.status(first) == models.Approved })
	if n := d.countWith(ids, models.Pending); n != 3 {
		t.Fatalf("%d comments wait after one key that was pressed twice", n)
	}

	// The second click of a double click is on a reason, or on the next comment's button.
	for _, button := range []string{"reject", "approve"} {
		p.waitFor(`!document.querySelector("#comment[data-settling]")`)
		before, waiting := p.evaluate(opened), d.countWith(ids, models.Pending)
		p.doubleClick("#actions ." + button)
		if button == "reject" {
			p.waitForText("#actions", "Reject as")
			p.press("\x1b")
			p.waitForText("#actions", "Approve")
			if got := p.evaluate(opened); got != before {
				t.Errorf("a double click on Reject opened %s", got)
			}
			waiting++
		}
		d.waitFor(func() bool { return button == "reject" || d.status(before) == models.Approved })
		if n := d.countWith(ids, models.Pending); n != waiting-1 {
			t.Errorf("%d comments wait after a double click on %s, of %d", n, button, waiting)
		}
	}

	p.expectToastsToCoverNothing()

	// A skip is undone like a decision: the comment is claimed again.
	skipped := p.pressAndWait("z")
	p.waitForText("#list [data-id='"+skipped+"'] .state", "skipped")
	p.waitForText("#toasts", "Skipped: Reader")
	p.keys("u")
	p.waitFor(fmt.Sprintf("%s === %q", opened, skipped))
	p.waitFor(`!document.querySelector("#list [data-id='` + skipped + `'] .state").textContent`)
	page, err := d.db.Queue(t.Context(), models.Caller{Kind: models.ByModerator, Name: "alice", Role: models.RoleModerator}, models.QueueFilter{})
	d.must(err)
	for _, item := range page.Items {
		if item.Skipped {
			t.Errorf("%s is skipped on the server still", item.Comment.ID)
		}
	}
}

// doubleClick clicks twice at one place, whatever is there the second time.
func (p *tab) doubleClick(selector string) {
	p.Helper()
	var box struct{ X, Y float64 }
	if err := json.Unmarshal([]byte(p.evaluate(`(() => {
		const { x, y, width, height } = document.querySelector("`+selector+`").getBoundingClientRect();
		return JSON.stringify({ X: x + width / 2, Y: y + height / 2 });
	})()`)), &box); err != nil {
		p.Fatal(err)
	}
	for count := range int64(2) {
		for _, kind := range []input.DispatchMouseEventType{input.DispatchMouseEventTypeMousePressed, input.DispatchMouseEventTypeMouseReleased} {
			_, err := chromedp.Call(p.ctx, input.DispatchMouseEvent, input.DispatchMouseEventParams{
				Type: kind, X: box.X, Y: box.Y, Button: input.MouseButtonLeft, ClickCount: count + 1,
			})
			if err != nil {
				p.Fatal(err)
			}
		}
	}
}

// expectToastsToCoverNothing checks in several windows that what is shown of the last act
// covers neither the comment nor the buttons.
func (p *tab) expectToastsToCoverNothing() {
	p.Helper()
	p.waitFor(`document.querySelector("#toasts .toast")`)
	for _, size := range [][2]int64{{1280, 720}, {1024, 768}, {960, 540}} {
		p.run(chromedp.EmulateViewport(size[0], size[1]))
		if got := p.evaluate(`["#comment", "#actions", "#list", "#logout", "#counts"].filter((covered) => {
			const [a, b] = [document.querySelector("#toasts"), document.querySelector(covered)].map((e) => e.getBoundingClientRect());
			return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
		}).join()`); got != "" {
			p.Errorf("at %d×%d, the messages cover %s", size[0], size[1], got)
		}
		if got := p.evaluate(`document.getElementById("pane-comment").clientWidth >= 480`); got != "true" {
			p.Errorf("at %d×%d, the comment is narrower than 480 pixels", size[0], size[1])
		}
	}
	p.run(chromedp.EmulateViewport(1280, 800))
}
