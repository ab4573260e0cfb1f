package browsertest

import (
	"fmt"
	"math/rand/v2"
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
		words := distinctWords(i)
		ids[i] = d.post(i+1, fmt.Sprint("Reader ", words[0], i), strings.Join(words, " ")+".")
	}
	return ids
}

// distinctWords returns twelve words, others for each number.
func distinctWords(n int) []string {
	words := strings.Fields(`acorn basin candle dune ember fern gravel hedge inlet jetty kettle ladle meadow nettle otter pebble quarry reed
		saddle timber urn valley willow yarn zinc anchor barley copper ditch elder flint goose heron iron juniper kiln lantern marsh needle oak
		plough quill raven slate thistle umber violet wharf yew almond brook clover dairy engine forge granite hazel ivory jacket`)
	rng := rand.New(rand.NewPCG(uint64(n), 1))
	rng.Shuffle(len(words), func(a, b int) { words[a], words[b] = words[b], words[a] })
	return words[:12]
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
	p.waitFor(`((button) => { button?.click(); return Boolean(button); })(` + find + `)`)
}
