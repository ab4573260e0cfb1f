package browsertest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"winnow/models"
)

const (
	rows   = `document.querySelectorAll("#list button.row").length`
	opened = `(document.querySelector("#comment .open")?.dataset.id ?? "")`
)

// fill posts comments that have little in common, and returns their ids.
func (d *desk) fill(n int) []string {
	d.Helper()
	ids := make([]string, n)
	for i := range ids {
		word := fmt.Sprintf("%c%c", 'a'+i%26, 'k'+i/26)
		ids[i] = d.post(i+1, "Reader "+word, fmt.Sprintf("Street %s-%d: %s at number %d, said %s%s%s.", word, i, strings.Repeat(word, 3), i*7, word, word, word))
	}
	return ids
}

// count says how many of these comments stand so.
func (d *desk) count(ids []string, want models.Status) (n int) {
	d.Helper()
	for _, id := range ids {
		if d.status(id) == want {
			n++
		}
	}
	return n
}

// next presses keys, waits until another comment is open than before, or none,
// and returns the one before.
func (p *tab) next(keys string) string {
	p.Helper()
	p.until(opened + ` !== ""`)
	id := p.text(opened)
	p.keys(keys)
	p.until(fmt.Sprintf("%s !== %q", opened, id))
	return id
}

func TestFiftyCommentsByKeysAlone(t *testing.T) {
	onBoth(t, models.ModePre, fiftyCommentsByKeysAlone)
}

func fiftyCommentsByKeysAlone(t *testing.T, d *desk) {
	words := []struct {
		keys   string
		status models.Status
		reason models.Reason
	}{
		{"a", models.Approved, ""},
		{"rs", models.Rejected, models.ReasonSpam},
		{"rb", models.Rejected, models.ReasonAbuse},
		{"ro", models.Rejected, models.ReasonOffTopic},
		{"ri", models.Rejected, models.ReasonIllegal},
		{"rx", models.Rejected, models.ReasonOther},
	}
	ids := d.fill(50)
	p := d.login("alice")
	p.until(rows + ` === 50`)
	said := map[string]int{} // words by comment
	for n := range ids {
		if n%7 == 6 && n < len(ids)-1 {
			p.next("j") // the one after it first
		}
		word := n % len(words)
		said[p.next(words[word].keys)] = word
	}
	p.until(`document.getElementById("total").textContent === "0"`)
	p.until(rows + ` === 0`)
	d.until(func() bool { return d.count(ids, models.Pending) == 0 })
	for _, id := range ids {
		c, err := d.db.Comment(t.Context(), id)
		d.must(err)
		if word, ok := said[id]; !ok || c.Status != words[word].status || c.Reason != words[word].reason {
			t.Errorf("%s is %s as %q, by the keys %q", id, c.Status, c.Reason, words[word].keys)
		}
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

// hurried makes what a page shows for ten seconds go at once.
const hurried = `{ const later = setTimeout; window.setTimeout = (act, ms, ...rest) => later(act, ms === 10_000 ? 200 : ms, ...rest) }`

func TestUndoFromToastAndHistory(t *testing.T) {
	onBoth(t, models.ModePre, undoFromToastAndHistory)
}

func undoFromToastAndHistory(t *testing.T, d *desk) {
	ids := d.fill(2)
	p := d.login("alice")
	first := p.next("a")
	d.until(func() bool { return d.status(first) == models.Approved })
	p.do(chromedp.Click("#toasts button"))
	p.until(fmt.Sprintf("%s === %q", opened, first))
	d.until(func() bool { return d.count(ids, models.Pending) == 2 })

	_, err := chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: hurried})
	d.must(err)
	p.do(chromedp.Reload())
	p.until(rows + ` === 2`)
	second := p.next("rs")
	d.until(func() bool { return d.status(second) == models.Rejected })
	p.until(`!document.querySelector("#toasts button")`)
	p.do(chromedp.Click("#recent li button"))
	p.until(fmt.Sprintf("%s === %q", opened, second))
	d.until(func() bool { return d.count(ids, models.Pending) == 2 })
	p.until(rows + ` === 2`)
	p.says("#history", "undone")

	// What was undone is decided anew, alone and with others.
	p.keys("a")
	d.until(func() bool { return d.status(second) == models.Approved })
	p.keys("u")
	d.until(func() bool { return d.status(second) == models.Pending })
	p.until(rows + ` === 2`)
	p.keys("kxjxrs")
	d.until(func() bool { return d.count(ids, models.Rejected) == 2 })
}

func TestCampaignOfFortyIsOneAct(t *testing.T) { onBoth(t, models.ModePre, campaignOfFortyIsOneAct) }

func campaignOfFortyIsOneAct(t *testing.T, d *desk) {
	const pitch = "My cousin earns a captain's pay from her kitchen table, ask her how today "
	ids := make([]string, 40)
	for i := range ids {
		name := fmt.Sprintf("%c%c", 'A'+i%26, 'a'+i/26)
		ids[i] = d.post(i+1, name, pitch+name)
	}
	alone := d.post(100, "Ilse", "The old clock is right again, and the whole square was there to see it.")
	p := d.login("alice")
	first := fmt.Sprintf(`#list [data-id=%q] .row`, ids[0])
	p.until(fmt.Sprintf("document.querySelector(%q)", first))
	p.do(chromedp.Click(first))
	p.says("#comment", "40 near-copies")
	p.do(chromedp.Click("#comment p .link"))
	p.says("#bulk", "40 selected")
	p.keys("rs")
	p.says("#toasts", "40")
	d.until(func() bool { return d.count(ids, models.Rejected) == 40 })
	p.keys("u")
	d.until(func() bool { return d.count(ids, models.Pending) == 40 })
	p.until(rows + ` === 40`)
	if got := d.status(alone); got != models.Pending {
		t.Errorf("the comment beside the campaign is %s", got)
	}
}

func TestArrivalsMoveNothing(t *testing.T) { onBoth(t, models.ModePre, arrivalsMoveNothing) }

func arrivalsMoveNothing(t *testing.T, d *desk) {
	d.fill(30)
	p := d.login("alice")
	p.until(rows + ` === 30`)
	p.keys(strings.Repeat("j", 20))
	const place = `JSON.stringify([[...document.querySelectorAll("#list [data-id]")].map((li) => li.dataset.id), ` +
		`document.querySelector("#list").parentElement.scrollTop, ` + opened + `, document.activeElement.dataset.id])`
	before := p.text(place)
	d.url, d.other = d.other, d.url // they are posted on the other node
	for i := range 3 {
		d.post(100+i, "Late", fmt.Sprintf("A late thought, the %dth.", i))
	}
	p.until(`!document.getElementById("fresh").hidden && document.getElementById("fresh").textContent.includes("3")`)
	p.until(`document.getElementById("total").textContent === "33"`)
	if after := p.text(place); after != before {
		t.Errorf("the list was\n%s\nand became\n%s", before, after)
	}
	p.do(chromedp.Click("#fresh"))
	p.until(rows + ` === 33`)
}

func TestConnectionIsLostAndComesBack(t *testing.T) {
	onBoth(t, models.ModePre, connectionIsLostAndComesBack)
}

func connectionIsLostAndComesBack(t *testing.T, d *desk) {
	ids := d.fill(3)
	p := d.login("alice", "ERR_")
	p.until(opened + ` !== ""`)
	d.disconnect()
	p.until(`document.getElementById("live").className === "off"`)
	id := p.text(opened)
	p.keys("a")
	p.until(`document.getElementById("toasts").children.length > 0`)
	p.until(rows + ` === 3`) // what was not kept is back
	if got := d.count(ids, models.Pending); got != 3 {
		t.Errorf("%d of 3 comments wait", got)
	}
	late := d.post(50, "Late", "What came while nobody was connected.")
	d.cut.Store(false)
	p.until(`document.getElementById("live").className === "on"`)
	p.until(`document.getElementById("total").textContent === "4"`)
	row := fmt.Sprintf(`document.querySelector('#list [data-id=%q] .row')`, id)
	p.until(row)
	p.text(row + `.click()`)
	p.next("a")
	d.until(func() bool { return d.status(id) == models.Approved })
	p.text(`document.getElementById("fresh").click()`)
	p.until(fmt.Sprintf("document.querySelector('#list [data-id=%q]')", late))
}
