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

// tells presses a button of the desk that has a text.
func (p *tab) tells(word string) {
	p.Helper()
	find := `[...document.querySelectorAll("#panes button")].find((b) => b.textContent === "` + word + `")`
	p.until(find)
	p.text(find + `.click()`)
}
