package browsertest

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"winnow/models"
)

func TestTwoModeratorsAreToldOfEachOther(t *testing.T) {
	onBoth(t, models.ModePre, twoModeratorsAreToldOfEachOther)
}

func twoModeratorsAreToldOfEachOther(t *testing.T, d *desk) {
	bob := models.Caller{Kind: models.ByModerator, Name: "bob", Role: models.RoleModerator}
	first := d.post(1, "Ilse", "The first thought.")
	p := d.login("alice", "409")
	p.until(fmt.Sprintf(`document.querySelector("#comment .open")?.dataset.id === %q`, first))
	d.until(func() bool { // it is hers alone
		all, err := d.db.Detail(t.Context(), bob, first)
		d.must(err)
		return all.Claim != nil && all.Claim.By == "alice"
	})

	// What bob has before him is shown as his.
	second := d.post(2, "Tomasz", "The second thought.")
	_, err := d.db.Claim(t.Context(), bob, models.QueueFilter{Limit: 1}, 1e12)
	d.must(err)
	p.until(`!document.getElementById("fresh").hidden`)
	if got := p.text(`document.querySelectorAll("#list button.row").length`); got != "1" {
		t.Errorf("the list jumped to %s rows", got)
	}
	p.do(chromedp.Click("#fresh"))
	p.says("#list", "claimed by bob")

	// What he decides meanwhile is told, and stands, also to a page that has
	// heard nothing of it.
	_, err = chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: `window.EventSource = class extends EventTarget { close() {} }`,
	})
	d.must(err)
	p.do(chromedp.Reload())
	p.says("#list", "claimed by bob")
	_, _, err = d.db.Decide(t.Context(), bob, second, models.DecisionRequest{Action: models.Approve})
	d.must(err)
	p.do(chromedp.Click(fmt.Sprintf("#list [data-id=%q] button", second)))
	p.keys("ri")
	p.says("#toasts", "bob was first: approved")
	if got := d.status(second); got != models.Approved {
		t.Errorf("the comment is %s, bob had approved it", got)
	}
}

func TestTwoModeratorsNeverGetTheSame(t *testing.T) {
	onBoth(t, models.ModePre, twoModeratorsNeverGetTheSame)
}

func twoModeratorsNeverGetTheSame(t *testing.T, d *desk) {
	ids := d.fill(40)
	alice := d.login("alice")
	alice.until(opened + ` !== ""`)
	d.url, d.other = d.other, d.url // bob asks the other node
	bob := d.login("bob")
	bob.until(opened + ` !== ""`)
	got, hands := map[string]string{}, map[string]int{}
	for len(got) < len(ids) {
		before := len(got)
		for name, p := range map[string]*tab{"alice": alice, "bob": bob} {
			if p.text(opened) == "" {
				continue
			}
			id := p.next("a")
			if other := got[id]; other != "" {
				t.Fatalf("%s was opened by %s, and then by %s", id, other, name)
			}
			got[id] = name
			hands[name]++
		}
		if len(got) == before {
			d.until(func() bool { return alice.text(opened)+bob.text(opened) != "" }) // their claims are on the way
		}
	}
	if hands["alice"] == 0 || hands["bob"] == 0 {
		t.Errorf("decided by %v", hands)
	}
	d.until(func() bool { return d.count(ids, models.Approved) == len(ids) })
	for _, id := range ids {
		all, err := d.db.Detail(t.Context(), operator, id)
		d.must(err)
		if len(all.History) != 1 || all.History[0].Moderator != got[id] {
			t.Errorf("%s was opened by %s, its history is %+v", id, got[id], all.History)
		}
	}
}

// without makes calls fail whose path ends so.
func without(path string) string {
	return fmt.Sprintf(`{ const ask = fetch; window.fetch = (url, ...rest) => String(url).split("?")[0].endsWith(%q) ? Promise.reject(new TypeError("cut")) : ask(url, ...rest) }`, path)
}

func TestNothingIsOpenedInSilence(t *testing.T) { onBoth(t, models.ModePre, nothingIsOpenedInSilence) }

func nothingIsOpenedInSilence(t *testing.T, d *desk) {
	id := d.post(1, "Ilse", "The clock is right.")
	for path, shown := range map[string]string{"/queue/claim": ".body", "/queue": ".empty"} {
		p := d.open("/console/")
		_, err := chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: without(path)})
		d.must(err)
		p.do(chromedp.Reload())
		p.until(`document.activeElement.name === "name"`)
		p.keys("alice\t" + secretWord + "\r")
		p.says("#toasts", "Connection lost")
		p.says("#comment "+shown, map[string]string{".body": "The clock is right.", ".empty": "Connection lost"}[shown])
		if shown == ".body" {
			p.next("a") // without a lease a decision is safe all the same
			d.until(func() bool { return d.status(id) == models.Approved })
		}
	}
}
