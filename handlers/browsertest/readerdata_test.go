package browsertest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"

	"winnow/models"
)

// keepDownloads makes the browser save what pages offer, and returns a function that waits
// for a file and returns it.
func (p *tab) keepDownloads(d *testServer) func(name string) string {
	p.Helper()
	folder := d.TempDir()
	_, err := chromedp.CallBrowser(p.ctx, cdpbrowser.SetDownloadBehavior, cdpbrowser.SetDownloadBehaviorParams{
		Behavior: cdpbrowser.SetDownloadBehaviorBehaviorAllow, DownloadPath: folder, BrowserContextID: chromedp.FromContext(p.ctx).BrowserContextID,
	})
	d.must(err)
	return func(name string) (content string) {
		p.Helper()
		d.waitFor(func() bool {
			data, err := os.ReadFile(filepath.Join(folder, name))
			content = string(data)
			return err == nil && strings.HasSuffix(content, "\n") // the browser makes the file before it has its content
		})
		return content
	}
}

// TestPersonalDataIsSavedAndErased: all that is known of an author, from the comment that
// is open; and the labels that decisions have given.
func TestPersonalDataIsSavedAndErased(t *testing.T) {
	d := newTestServer(t, models.ModePre)
	d.setRole("alice", models.RoleAdmin)
	author := object{"id": "u7", "name": "Ilse", "email": "Ilse@mail.example"}
	var ids []string
	for i, body := range []string{"The clock is right.", "Nobody swims in November."} {
		ids = append(ids, d.postAll(i+1, object{"article": object{"id": "welcome"}, "author": author, "body": body}))
	}
	other := d.post(3, "Yuna", "The guest was dull.")
	_, _, err := d.db.Decide(t.Context(), bob, d.post(4, "Tomasz", "The bread was warm."), models.DecisionRequest{Action: models.Approve})
	d.must(err)
	p := d.login("alice", "404") // the pane may ask for the author who has just been erased
	file := p.keepDownloads(d)
	p.waitFor(rows + ` === 3`)
	p.run(chromedp.Click("#list [data-id='" + ids[0] + "'] button"))
	p.clickInDesk("Personal data…")
	p.waitForText("dialog[open]", "Replies to them stay.")
	p.clickInDialog("Save as a file")
	if got := file("reader.json"); !strings.Contains(got, "The clock is right.") || !strings.Contains(got, "Nobody swims") || strings.Contains(got, "dull") {
		t.Errorf("saved:\n%s", got)
	}
	p.run(chromedp.SendKeys("dialog [name=confirm_name]", "Elsa\r"))
	p.waitForText("dialog output", "That is not the name.")
	if got := d.status(ids[1]); got != models.Pending {
		t.Fatalf("erased without the name: %s", got)
	}
	p.run(chromedp.SetValue("dialog [name=confirm_name]", "Ilse"), chromedp.SetValue("dialog select", "1")) // by e-mail address
	p.clickInDialog("Erase for good")
	p.waitForText("#toasts", "Erased. Comments: 2, labels: 0, reports: 0")
	p.waitFor(rows + ` === 1 && ` + opened + ` === "` + other + `" && !document.querySelector("dialog[open]")`)
	for _, id := range ids {
		if c, err := d.db.Comment(t.Context(), id); err != nil || c.Body != "" || c.Status != models.Rejected {
			t.Errorf("after the erasure: %+v, %v", c, err)
		}
	}
	p.page("models", "Models")
	p.setField("format", "csv")
	p.submitFormOf("format")
	p.waitFor(`document.querySelector("#page [name=format]").form.querySelector("output").textContent.includes("list of downloads")`)
	if got := file("labels.csv"); !strings.Contains(got, "The bread was warm.") {
		t.Errorf("saved labels:\n%s", got)
	}
}

// clickInDialog clicks the button of the dialogue that has a text.
func (p *tab) clickInDialog(word string) {
	p.Helper()
	find := `[...document.querySelectorAll("dialog[open] button")].find((b) => b.textContent === "` + word + `")`
	p.waitFor(find)
	p.evaluate(find + `.click()`)
}
