package browsertest

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"winnow/models"
	"winnow/storage"
)

const chosen = `document.querySelectorAll("#list > .chosen").length`

// hold stores a comment that waits with a score.
func (d *testServer) hold(n int, body string, score float64) string {
	d.Helper()
	c, _, _, err := d.db.CreateComment(d.Context(), storage.NewComment{
		Comment: models.Comment{
			Site: "demo", Article: models.Article{ID: fmt.Sprint("story-", n%9)}, Author: models.Author{Name: fmt.Sprint("Reader ", n)},
			Body: body, Status: models.Pending, Reason: models.ReasonSpam,
		},
		Verdict: models.Verdict{Spam: &score, Action: models.Hold, Model: "m"},
	})
	d.must(err)
	return c.ID
}

// holdMany stores comments that nobody would mistake for one another.
func (d *testServer) holdMany(n int, score func(i int) float64) []string {
	d.Helper()
	ids := make([]string, n)
	subjects := strings.Fields("ferry council bakery school library harbour museum market bridge theatre hospital garden")
	verbs := strings.Fields("closes opens needs loses hides repairs sells shows wins keeps moves paints")
	objects := strings.Fields("tickets windows chairs money pictures doors ladders records bells boats roofs trees")
	random := rand.New(rand.NewPCG(7, 7))
	for i := range ids {
		pick := func(words []string) string { return words[random.IntN(len(words))] }
		ids[i] = d.hold(i, fmt.Sprintf("The %s %s %s number %d, and the %s %s its %s.", pick(subjects), pick(verbs), pick(objects), i, pick(subjects), pick(verbs), pick(objects)), score(i))
	}
	return ids
}

// pressCard finds the key of the card that has a text, and presses it.
func (p *tab) pressCard(text string) {
	p.Helper()
	key := p.evaluate(fmt.Sprintf(`[...document.querySelectorAll("#list > li")].find((row) => row.textContent.includes(%q)).querySelector(".card-key").textContent`, text))
	if len(key) != 1 {
		p.Fatalf("the card of %q has the key %q", text, key)
	}
	p.press(key)
}

// setBand moves the ends of the band of scores, in steps of 5 %.
func (p *tab) setBand(from, to int) {
	p.Helper()
	p.waitFor(`document.querySelectorAll("#cards input").length === 2`)
	move := func(end, value int) {
		p.evaluate(fmt.Sprintf(`(() => {
			const handle = document.querySelectorAll("#cards input")[%d];
			handle.value = %d;
			handle.dispatchEvent(new Event("input"));
			handle.dispatchEvent(new Event("change"));
		})()`, end, value))
	}
	shows := func(end, value int) string {
		return fmt.Sprintf(`document.querySelectorAll("#cards input")[%d]?.getAttribute("aria-valuetext") === "%d%%"`, end, value*5)
	}
	move(1, to)
	p.waitFor(shows(1, to))
	move(0, from)
	p.waitFor(shows(0, from))
}

// openCards opens "Many at once", and waits until the cards on the screen are selected.
func (p *tab) openCards() {
	p.Helper()
	p.evaluate(`location.hash = "cards"`)
	p.waitFor(chosen + ` > 3`)
}

// waiting counts the comments that wait within a band of scores.
func (d *testServer) waiting(band models.ScoreBand) int {
	d.Helper()
	page, err := d.db.Queue(d.Context(), operator, models.QueueFilter{Scores: band, Limit: 1})
	d.must(err)
	return page.Total
}

// decideCards presses keys and returns how many comments wait then. A key that comes in the
// moment in which further cards are shown decides nothing.
func (d *testServer) decideCards(p *tab, keys string, band models.ScoreBand) (left int) {
	d.Helper()
	tooEarly := `document.getElementById("toasts").textContent.includes("has only just appeared")`
	before := d.waiting(band)
	for {
		p.keys(keys)
		for late := time.Now().Add(time.Minute); ; {
			if left = d.waiting(band); left < before {
				return left
			}
			if p.evaluate(tooEarly) == "true" {
				break
			}
			if time.Now().After(late) {
				d.Fatalf("nothing was decided; the page says:\n%s", p.evaluate("document.body.innerText"))
			}
		}
		p.waitFor("!" + tooEarly)
	}
}

func TestManyAtOnce(t *testing.T) {
	onBothSetups(t, models.ModePre, func(t *testing.T, d *testServer) {
		manyAtOnce(t, d, map[bool]int{true: 300, false: 120}[len(d.nodes) == 1])
	})
}

// manyAtOnce works off many comments, and counts the keys.
func manyAtOnce(t *testing.T, d *testServer, n int) {
	doubtful, sure := models.ScoreBand{From: 0.3, To: 0.6}, models.ScoreBand{From: 0.75, To: 1}
	d.holdMany(n, func(i int) float64 { return 0.3 + float64(i%30)/100 })
	threat := d.hold(n+1, "I know the way you walk home, and one night I will wait for you there.", 0.585)
	spam := d.holdMany(60, func(i int) float64 { return 0.8 + float64(i%10)/100 })
	p := d.login("alice")
	p.openCards()
	p.setBand(6, 12)
	p.waitForText("#cards", fmt.Sprint(n+1, " waiting with a score from 30% to 60%"))
	p.waitFor(chosen + ` > 3`)
	p.waitFor(`[...document.querySelectorAll("#bulk .decisions button")].every((button) => {
		const { left, right, bottom } = button.getBoundingClientRect();
		return button.contains(document.elementFromPoint((left + right) / 2, bottom - 3));
	})`) // nothing of them is cut off

	// All that is on the screen is decided by one key, and comes back by one.
	first := p.evaluate(chosen)
	p.keys("a")
	p.waitForText("#toasts", "Approved: "+first+" comments")
	p.keys("u")
	p.waitForText("#toasts", "Undone.")
	d.waitFor(func() bool { return d.waiting(doubtful) == n+1 })

	// The threat is left out by its key, when it is on the screen.
	p.waitFor(chosen + ` >= ` + first)
	keys := 0
	for left := n + 1; left > 1; keys++ {
		p.waitFor(chosen + ` > 0 && !document.querySelector("#comment[data-settling]")`)
		if p.evaluate(`[...document.querySelectorAll("#list > .chosen")].some((row) => row.textContent.includes("the way you walk home"))`) == "true" {
			p.pressCard("the way you walk home")
			continue
		}
		left = d.decideCards(p, "a", doubtful)
	}
	t.Logf("%d keys for %d comments", keys, n+1)
	if keys > n/3 {
		t.Errorf("%d keys are more than a third of the comments", keys)
	}
	if d.status(threat) != models.Pending {
		t.Error("what was left out was decided")
	}

	// The others are rejected by two keys a screen.
	p.setBand(15, 20)
	for left := 60; left > 0; {
		p.waitFor(chosen + ` > 0`)
		left = d.decideCards(p, "rs", sure)
	}
	if n := d.countWith(spam, models.Rejected); n != 60 {
		t.Errorf("%d of 60 are rejected", n)
	}
}

// TestLongTextsAreShownWholeFirst: nothing is decided that nobody could read.
func TestLongTextsAreShownWholeFirst(t *testing.T) {
	d := newTestServer(t, models.ModePre)
	long := d.hold(1, strings.Repeat("The harbour was built when the town had no road. ", 40)+"And I will burn it.", 0.4)
	short := d.holdMany(8, func(int) float64 { return 0.4 })
	p := d.login("alice")
	p.openCards()
	p.waitFor(chosen + ` === 8`)
	p.keys("a")
	d.waitFor(func() bool { return d.countWith(short, models.Approved) == 8 })
	if d.status(long) != models.Pending {
		t.Error("a text was approved of which the end was hidden")
	}
	p.run(chromedp.WaitVisible("#list .card-key"))
	p.pressCard("And I will burn it.")
	p.waitFor(chosen + ` === 1`)
	p.keys("rb")
	d.waitFor(func() bool { return d.status(long) != models.Pending })
}

func TestTwoModeratorsHaveDifferentCards(t *testing.T) {
	onBothSetups(t, models.ModePre, func(t *testing.T, d *testServer) {
		ids := d.holdMany(80, func(i int) float64 { return 0.4 + float64(i)/1000 })
		alice, carol := d.login("alice"), d.login("carol")
		list := `[...document.querySelectorAll("#list > li")].map((row) => row.dataset.id).join(" ")`
		alice.openCards()
		carol.openCards()
		of := map[string]string{}
		for name, p := range map[string]*tab{"alice": alice, "carol": carol} {
			for _, id := range strings.Fields(p.evaluate(list)) {
				if other, taken := of[id]; taken {
					t.Fatalf("%s is shown to %s and to %s", id, other, name)
				}
				of[id] = name
			}
		}
		for _, p := range []*tab{alice, carol} {
			p.keys("a")
		}
		d.waitFor(func() bool { return d.countWith(ids, models.Approved) > 8 })
		for left := 80; left > 0; left = d.countWith(ids, models.Pending) {
			for _, p := range []*tab{alice, carol} {
				if p.evaluate(chosen) != "0" {
					p.keys("a")
				}
			}
		}
		for _, id := range ids {
			detail, err := d.db.Detail(t.Context(), bob, id)
			d.must(err)
			if len(detail.History) != 1 {
				t.Errorf("%s was decided %d times", id, len(detail.History))
			}
		}
	})
}
