package browsertest

import (
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/chromedp"

	"winnow/classifier"
	"winnow/models"
)

// trainingRows returns labels that a small model can be trained from.
func trainingRows(n int) (rows []models.Label) {
	places := []string{"harbour", "library", "market", "bridge", "theatre", "station"}
	offers := []string{"pills", "bonus", "followers", "profit", "loans", "watches"}
	for i := range n {
		rows = append(rows,
			models.Label{Label: models.Ham, Text: fmt.Sprintf("The council was right: %s %d.", places[i%6], i)},
			models.Label{Label: models.Spam, Text: fmt.Sprintf("Cheap %s now!!! Click http://offer%d.example/win", offers[i%6], i)},
		)
	}
	return rows
}

// flippedRows are trainingRows with the labels exchanged.
func flippedRows(n int) []models.Label {
	rows := trainingRows(n)
	for i := range rows {
		if rows[i].Label == models.Ham {
			rows[i].Label = models.Spam
		} else {
			rows[i].Label = models.Ham
		}
	}
	return rows
}

func all(rows []models.Label) iter.Seq2[models.Label, error] {
	return func(yield func(models.Label, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

// trained returns a model that learned from rows alone.
func (d *testServer) trained(rows []models.Label) *classifier.Model {
	d.Helper()
	m, _, err := classifier.Train(d.Context(), all(rows), classifier.TrainOptions{})
	d.must(err)
	return m
}

// waitForLive waits until a model is live, in storage and on the page.
func (p *tab) waitForLive(d *testServer, version string) {
	p.Helper()
	d.waitFor(func() bool { now, err := d.db.LiveModel(d.Context()); return err == nil && now.Version == version })
	p.waitFor(`document.querySelector("#page thead th:nth-child(2)")?.textContent.includes("` + version + `")`)
}

func TestModelsAreComparedPromotedAndRolledBack(t *testing.T) {
	d := newTestServer(t, models.ModePost)
	d.setRole("alice", models.RoleEditor)
	d.setRole("bob", models.RoleAdmin)
	starter, err := classifier.Starter()
	d.must(err)
	m, _, err := classifier.Train(t.Context(), all(trainingRows(100)), classifier.TrainOptions{Base: starter})
	d.must(err)
	file := filepath.Join(t.TempDir(), "candidate.wnw")
	f, err := os.Create(file)
	d.must(err)
	_, err = m.WriteTo(f)
	d.must(err)
	d.must(f.Close())
	d.post(1, "Ilse", "The council was right about the bridge.")

	p := d.login("bob", "422", "404")
	p.page("models", "Models")
	p.clickInPage("Train now")
	p.waitForText("#toasts", "some fields are invalid") // there are no labels
	doc, err := chromedp.Call(p.ctx, dom.GetDocument, dom.GetDocumentParams{})
	d.must(err)
	input, err := chromedp.Call(p.ctx, dom.QuerySelector, dom.QuerySelectorParams{NodeID: doc.Root.NodeID, Selector: "#page [type=file]"})
	d.must(err)
	_, err = chromedp.Call(p.ctx, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: []string{file}, NodeID: input.NodeID})
	d.must(err)
	p.submitFormOf("file")
	p.waitForText("#page thead", m.Version())
	p.waitForText("#models", "not compared yet")
	p.waitForText("#models details", "too few to know") // a test on 100 rows
	if got := p.evaluate(`[...document.querySelectorAll("#page button")].some((b) => b.textContent === "Put live")`); got != "false" {
		t.Error("a model can be promoted before anybody has seen what it would change")
	}
	p.clickInPage("Compare with the live model")
	p.waitForText("#comparison .lead", "Of the last 1 comments it would hold")
	p.waitForText("#comparison .notice", "No objection found.")
	p.waitForText("#comparison .notice", "Weak points:") // there are no labels
	p.waitForText("#models", "no objection")
	p.clickInPage("Put live")
	p.waitForLive(d, m.Version())
	p.clickInPage("Roll back")
	p.waitForLive(d, starter.Version())
	if got := p.evaluate(`document.querySelectorAll("#page td figure g").length`); got != "20" { // the starter's two heads; the trained one has too few rows
		t.Errorf("%s columns in two reliability diagrams", got)
	}

	p = d.login("alice", "404")
	p.page("models", "Models")
	p.waitForText("#page thead .chip", "live")
	p.clickInPage("Compare with the live model")
	p.waitForText("#comparison .lead", "Of the last 1 comments it would hold")
	if got := p.evaluate(`[...document.querySelectorAll("#models button, #comparison button")].map((b) => b.textContent).join()`); got != "Model card,Compare with the live model,Model card" {
		t.Errorf("an editor sees the actions %s", got)
	}
}

func TestRefusedModelIsPromotedOnlyWithANote(t *testing.T) {
	d := newTestServer(t, models.ModePost)
	d.setRole("bob", models.RoleAdmin)
	good, bad := d.trained(trainingRows(100)), d.trained(flippedRows(90))
	d.addModel(good, "train")
	d.addModel(bad, "upload")
	_, err := d.db.PromoteModel(t.Context(), operator, good.Version())
	d.must(err)
	_, _, err = d.db.ImportLabels(t.Context(), operator, all(trainingRows(60)))
	d.must(err)
	d.post(1, "Ilse Lang", "Cheap watches now!!! Click http://offer7.example/win")
	d.post(2, "Otto", "The council was right: theatre.")

	p := d.login("bob", "404")
	p.page("models", "Models")
	column := p.evaluate(`1 + [...document.querySelectorAll("#models thead tr")[0].children].findIndex((th) => th.textContent.includes("` + bad.Version() + `"))`)
	p.run(chromedp.Click(`#models table tr:last-child > :nth-child(` + column + `) button`))
	p.waitForText("#comparison .notice", "Winnow refuses to put this model live, because:")
	p.waitForText("#comparison .notice", "Did it learn from exchanged labels?")
	p.waitForText("#comparison .notice > .points > li > .changes", "council was right") // the rows of a reason
	p.waitForText("#models .reject", "refused")
	if got := p.evaluate(`document.querySelectorAll("#comparison .notice > .points > li > .changes > li").length`); got != "2" {
		t.Errorf("%s examples are unfolded", got)
	}
	p.waitForText("#comparison > .changes", "Cheap watches now!!!")
	p.waitForText("#comparison > .changes", "now held → then approved")
	p.waitForText("#comparison > .changes", "demo · Ilse Lang")
	p.clickInPage("Force it live, with a note")
	p.waitFor(`document.querySelector("dialog[open] textarea") === document.activeElement`)
	p.evaluate(`document.querySelector("dialog[open] form").requestSubmit()`)
	if got := p.evaluate(`document.querySelector("dialog[open] textarea").validity.valueMissing`); got != "true" {
		t.Error("the note may be left out")
	}
	p.keys("\x1b")
	p.waitFor(`!document.querySelector("dialog[open]")`)
	p.clickInPage("Force it live, with a note")
	p.waitFor(`document.querySelector("dialog[open] textarea") === document.activeElement`)
	p.keys("A drill")
	p.evaluate(`document.querySelector("dialog[open] form").requestSubmit()`)
	p.waitForLive(d, bad.Version())
}

func TestGoldenExamplesAndConflictsAreShown(t *testing.T) {
	d := newTestServer(t, models.ModePost)
	d.setRole("alice", models.RoleEditor)
	_, _, err := d.db.ImportLabels(t.Context(), operator, all([]models.Label{
		{Label: models.Ham, Text: "The bridge was sold for nothing."}, {Label: models.Spam, Text: "The bridge was sold for nothing."},
	}))
	d.must(err)
	p := d.login("alice", "404")
	p.page("models", "Models")
	p.waitForText("#page", "How often moderators agree with each other")
	p.waitForText("#page", "The bridge was sold for nothing.")
	p.setField("text", "I cancelled my subscription.")
	p.setField("golden_note", "Held in May")
	p.submitFormOf("golden_note")
	p.waitFor(`[...document.querySelectorAll("#page tbody th")].some((th) => th.textContent === "I cancelled my subscription.")`)
	p.waitForText("#page", "Held in May – alice")
	p.clickInPage("Remove")
	p.waitFor(`![...document.querySelectorAll("#page tbody th")].some((th) => th.textContent === "I cancelled my subscription.")`)
}

// TestModelsPageIsAccessible opens all that the page of models shows of a candidate, and
// the trial of settings, on the endpoints of the server.
func TestModelsPageIsAccessible(t *testing.T) {
	d := newTestServer(t, models.ModePost)
	d.setRole("bob", models.RoleAdmin)
	good, bad := d.trained(trainingRows(100)), d.trained(flippedRows(90))
	d.addModel(good, "train")
	d.addModel(bad, "upload")
	_, err := d.db.PromoteModel(t.Context(), operator, good.Version())
	d.must(err)
	_, _, err = d.db.ImportLabels(t.Context(), operator, all(trainingRows(60)))
	d.must(err)
	_, err = d.db.StartShadow(t.Context(), operator, bad.Version(), true)
	d.must(err)
	d.post(1, "Ilse Lang", "Cheap watches now!!! Click http://offer7.example/win")
	d.post(2, "Otto", "The council was right: theatre.")

	p := d.open("/console/", "404")
	p.withAxe()
	p.waitFor(`document.activeElement.name === "name"`)
	p.keys("bob\t" + testPassword + "\r")
	p.waitFor(`document.getElementById("live").className === "on"`)
	p.page("models", "Models")
	p.waitForText("#models", "Runs beside the live model since")
	p.clickInPage("Model card")
	p.waitForText("#card h3", "Model w1-")
	p.waitForText("#card h4", "What it learned from")
	p.waitForText("#card table", "Not spam")
	p.waitForText("#card", "It ranks comments for moderators.")
	if got := p.evaluate(`/[|#]/.test(document.getElementById("card").textContent)`); got != "false" {
		t.Error("the card shows Markdown")
	}
	if got := p.evaluate(`[...document.querySelectorAll("#models button")].filter((b) => b.textContent === "Run beside the live model").every((b) => b.disabled)`); got != "true" {
		t.Error("a second model can be started beside the live one")
	}
	p.waitForText("#models", "and only one can")
	p.clickInPage("Do not put live by itself")
	p.waitForText("#models", "Put live by itself")
	p.clickInPage("Put live by itself")
	p.waitForText("dialog[open]", "24 hours and on 200 comments")
	p.expectAccessible("put live by itself")
	p.evaluate(`document.querySelector("dialog[open] .main").click()`)
	p.waitForText("#models", "It goes live by itself after a day")
	column := p.evaluate(`1 + [...document.querySelectorAll("#models thead tr")[0].children].findIndex((th) => th.textContent.includes("` + bad.Version() + `"))`)
	p.run(chromedp.Click(`#models table tr:last-child > :nth-child(` + column + `) button`))
	p.waitForText("#comparison .notice", "Did it learn from exchanged labels?")
	p.evaluate(`document.querySelectorAll("#page details").forEach((d) => { d.open = true })`)
	p.expectAccessible("models")
	p.clickInPage("Force it live, with a note")
	p.waitFor(`document.querySelector("dialog[open] textarea") === document.activeElement`)
	p.expectAccessible("promote anyway")
	p.keys("\x1b")

	p.page("sites/demo", "Sites")
	p.setField("thresholds.hold", "0")
	p.clickInPage("Try on the last 1,000 comments")
	p.waitForText("#page .lead", "it would hold 2 (now 1)")
	p.expectAccessible("what if")
	// The comment that the model holds would be held by a rule.
	p.setField("blocked_words.words", "watches")
	p.setField("blocked_words.action", "hold")
	p.submitFormOf("blocked_words.words")
	p.waitFor(`document.querySelector('[name="blocked_words.words"]').form.textContent.includes("Saved.")`)
	p.setField("thresholds.hold", "100")
	p.clickInPage("Try on the last 1,000 comments")
	p.waitForText("#page .lead ~ .muted", "One more comment would keep its status, for another reason.")
	p.waitForText("#page .lead ~ .muted ~ .muted", "No comment would be treated differently.")
}
