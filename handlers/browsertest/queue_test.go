package browsertest

import (
	"fmt"
	"strings"

	"winnow/models"
)

const (
	rows   = `document.querySelectorAll("#list button.row").length`
	opened = `(document.querySelector("#comment .open")?.dataset.id ?? "")`
)

var bob = models.Caller{Kind: models.ByModerator, Name: "bob", Role: models.RoleModerator}

// postDistinct posts comments that are no near-copies of each other, and returns
// their ids.
func (d *testServer) postDistinct(n int) []string {
	d.Helper()
	ids := make([]string, n)
	for i := range ids {
		word := fmt.Sprintf("%c%c", 'a'+i%26, 'k'+i/26)
		ids[i] = d.post(i+1, "Reader "+word, fmt.Sprintf("Street %s-%d: %s at number %d, said %s%s%s.", word, i, strings.Repeat(word, 3), i*7, word, word, word))
	}
	return ids
}

// countWith counts the comments that have a status.
func (d *testServer) countWith(ids []string, want models.Status) (n int) {
	d.Helper()
	for _, id := range ids {
		if d.status(id) == want {
			n++
		}
	}
	return n
}

// pressAndWait presses keys, waits until another comment is open, or none, and
// returns the id of the one before.
func (p *tab) pressAndWait(keys string) string {
	p.Helper()
	p.waitFor(opened + ` !== ""`)
	id := p.evaluate(opened)
	p.keys(keys)
	p.waitFor(fmt.Sprintf("%s !== %q", opened, id))
	return id
}

// clickInDesk clicks the button of the desk that has a text.
func (p *tab) clickInDesk(word string) {
	p.Helper()
	find := `[...document.querySelectorAll("#panes button")].find((b) => b.textContent === "` + word + `")`
	p.waitFor(find)
	p.evaluate(find + `.click()`)
}
