package browsertest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"winnow/models"
)

// TestThresholdTickStandsAtTheThreshold measures where the browser draws the
// tick: nothing else shows that a style is not applied.
func TestThresholdTickStandsAtTheThreshold(t *testing.T) {
	d := newTestServer(t, models.ModePre)
	threshold := 0.25
	_, err := d.db.UpdateSite(t.Context(), operator, "demo", func(s *models.Site) error { s.Thresholds.Hold = &threshold; return nil })
	d.must(err)
	d.post(1, "Ilse", "The clock is right.")
	p := d.login("alice")
	p.waitForText("#why .gauge small", "held from 25%")
	share := p.evaluate(`(() => {
		const track = document.querySelector("#why .track").getBoundingClientRect();
		const tick = document.querySelector("#why .track i").getBoundingClientRect();
		return ((tick.left + tick.right) / 2 - track.left) / track.width;
	})()`)
	if got, err := strconv.ParseFloat(share, 64); err != nil || math.Abs(got-threshold) > 0.01 {
		t.Errorf("the tick of the threshold %v stands at %s of the track", threshold, share)
	}
}

// edit changes a comment's text with the site's key.
func (d *testServer) edit(id, body string) {
	d.Helper()
	data, err := json.Marshal(object{"body": body})
	d.must(err)
	req, err := http.NewRequestWithContext(d.Context(), http.MethodPut, d.url+"/v1/comments/"+id, bytes.NewReader(data))
	d.must(err)
	req.Header.Set("Authorization", "Bearer "+d.key)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	d.must(err)
	d.must(res.Body.Close())
	if res.StatusCode != http.StatusOK {
		d.Fatalf("PUT /v1/comments/%s: %s", id, res.Status)
	}
}

func TestEditedCommentShowsItsEarlierTexts(t *testing.T) {
	onBothSetups(t, models.ModePre, editedCommentShowsItsEarlierTexts)
}

func editedCommentShowsItsEarlierTexts(t *testing.T, d *testServer) {
	id := d.post(1, "Ilse", "The old clock is right, and <b>bold</b>.")
	_, _, err := d.db.Decide(t.Context(), bob, id, models.DecisionRequest{Action: models.Approve})
	d.must(err)
	d.edit(id, "The new clock is right, and <b>bold</b>.")
	d.edit(id, "The new clock is wrong, and <i>bolder</i>.")
	p := d.login("alice")
	p.waitForText("#comment .revisions summary", "Earlier texts: 2")
	const texts = `[...document.querySelectorAll("#comment .revisions li %s")].map((e) => e.textContent.trim()).join("|")`
	for what, want := range map[string]string{
		"del": "right,|<b>bold</b>.|old", "ins": "wrong,|<i>bolder</i>.|new", ".text": "The new clock is right, wrong, and <b>bold</b>.<i>bolder</i>.|The old new clock is right, and <b>bold</b>.",
	} {
		if got := p.evaluate(fmt.Sprintf(texts, what)); got != want {
			t.Errorf("%s of the earlier texts are %q, not %q", what, got, want)
		}
	}
}

func TestDetailSaysWhyInTheModeratorsLanguage(t *testing.T) {
	d := newTestServer(t, models.ModePre)
	d.post(1, "Ilse", "The clock is right.")
	p := d.login("alice")
	p.waitForText("#because", "Held because every comment here waits for a moderator.")
	p.evaluate(`localStorage["winnow.lang"] = "de"`)
	p.run(chromedp.Reload())
	p.waitForText("#because", "Zurückgehalten, weil hier jeder Kommentar auf eine Freigabe wartet.")
}

// TestSumsOfSignalsComeLast: what the text has is listed before the sums of weak
// signals, and the prior.
func TestSumsOfSignalsComeLast(t *testing.T) {
	d := newTestServer(t, models.ModePre)
	d.post(1, "Ilse", "Free casino bonus, click http://win.example/casino and subscribe to my channel!!!")
	p := d.login("alice")
	p.waitFor(`document.querySelector("#numbers:not([open]) .signals li")`) // the numbers are folded away
	p.keys("e")
	p.waitFor(`document.querySelector("#numbers[open]")`)
	lines := p.evaluate(`[...document.querySelectorAll("#why .signals li .what")].map((e) => e.textContent).join("|")`)
	all := strings.Split(lines, "|")
	sums := slices.IndexFunc(all, func(s string) bool { return strings.HasPrefix(s, "rest:") })
	if sums < 3 || all[len(all)-1] != "prior" {
		t.Fatalf("the signals are %s", lines)
	}
	for _, s := range all[sums : len(all)-1] {
		if !strings.HasPrefix(s, "rest:") {
			t.Errorf("%s stands among the sums: %s", s, lines)
		}
	}
}

// TestOnlyWhatDecidedIsMarked: in the text and in the list, in the words of the sentence,
// without a raw name.
func TestOnlyWhatDecidedIsMarked(t *testing.T) {
	d := newTestServer(t, models.ModePost)
	zero := 0.0
	_, err := d.db.UpdateSite(t.Context(), operator, "demo", func(s *models.Site) error { s.Thresholds.Hold = &zero; return nil })
	d.must(err)
	d.post(1, "Ilse", "Win a free prize at our online casino today, click http://win.example/casino and subscribe to my channel")
	p := d.login("alice")
	p.waitFor(`document.querySelector("#why .decided li")`)
	sentence := p.evaluate(`document.getElementById("because").textContent`)
	for _, phrase := range strings.Split(p.evaluate(`[...document.querySelectorAll("#why .decided li")].map((e) => e.textContent).join("|")`), "|") {
		beginning, _, _ := strings.Cut(phrase, "“")
		if !strings.Contains(sentence, beginning) {
			t.Errorf("%q decided, and is not in %q", phrase, sentence)
		}
	}
	shown := p.evaluate(`(() => { const e = document.getElementById("why").cloneNode(true); e.querySelector("#numbers").remove(); return e.textContent })()`)
	if code := regexp.MustCompile(`[a-z]+:[a-z_]+|prior`).FindString(shown); code != "" {
		t.Errorf("%q is shown to people: %s", code, shown)
	}
	if strings.Count(shown, "Spam") < 2 || !strings.Contains(shown, "Abuse") {
		t.Errorf("both probabilities are not shown: %s", shown)
	}
	marked := p.evaluate(`document.querySelectorAll("#body mark").length`)
	decided := p.evaluate(`document.querySelectorAll("#why .decided li").length`)
	if n, err := strconv.Atoi(marked); err != nil || n < 1 || n > 6 {
		t.Errorf("%s places are marked of %s signals that decided", marked, decided)
	}
	p.evaluate(`localStorage["winnow.lang"] = "de"`)
	p.run(chromedp.Reload())
	p.waitForText("#why h3", "Den Ausschlag gab, dass der Kommentar …")
}

// TestExperienceIsShown: what moderators decided on comments with such a risk.
func TestExperienceIsShown(t *testing.T) {
	d := newTestServer(t, models.ModePost)
	zero := 0.0
	_, err := d.db.UpdateSite(t.Context(), operator, "demo", func(s *models.Site) error { s.Thresholds.Hold = &zero; return nil })
	d.must(err)
	d.post(1, "Ilse", "The clock is right.")
	p := d.login("alice")
	p.waitFor(`document.querySelector("#why .gauges")`)
	p.evaluate(`(() => {
		const send = window.fetch;
		window.fetch = async (url, options) => {
			const response = await send(url, options);
			if (!/\/comments\/[^/]+\?/.test(url)) return response;
			return new Response(JSON.stringify({ ...await response.json(), similar: { decided: 40, rejected: 38 } }));
		};
	})()`)
	d.post(2, "Tomasz", "The bread was warm.")
	p.waitFor(`!document.getElementById("fresh").hidden`)
	p.evaluate(`document.getElementById("fresh").click()`)
	p.waitFor(rows + ` === 2`)
	p.run(chromedp.Click("#list li:not(:has([aria-current])) button"))
	p.waitForText("#experience", "moderators rejected 95.")
}
