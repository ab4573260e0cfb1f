package storagetest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"winnow/models"
	"winnow/storage"
	"winnow/storage/sqldb"
)

// queueSearches are what moderators type into the filter of the queue: words, parts of them,
// signs, characters that are words.
var queueSearches = []string{
	"tide", "TID", "id", "e t", "ärger", "STRASSE", "straße", "100%", "_rabatt_", `c:\x`, "微信", "信", "加微信吧", "카지노", "카", "😀", "\x00\xff",
	"Mara\nthe", "reader", strings.Repeat("long ", 40), "nowhere", strconv.FormatInt(2345*7919+46_656, 36),
}

// compareQueueSearches compares what the queue finds with the texts that wait.
func compareQueueSearches(t *testing.T, l *fixture, when string) {
	t.Helper()
	waiting := must(l.Queue(l.ctx, ann, models.QueueFilter{Limit: 100}))(t).Items
	for _, q := range queueSearches {
		var want []string
		for _, item := range waiting {
			if strings.Contains(strings.ToLower(item.Comment.Author.Name+"\n"+item.Comment.Body), strings.ToLower(sqldb.SanitizeText(q))) {
				want = append(want, item.Comment.ID)
			}
		}
		f := models.QueueFilter{Query: q, Limit: 100}
		page := must(l.Queue(l.ctx, ann, f))(t)
		var got []string
		for _, item := range page.Items {
			got = append(got, item.Comment.ID)
		}
		equal(t, fmt.Sprintf("%s: %q", when, q), fmt.Sprint(got), fmt.Sprint(want))
		total := 0
		for _, n := range must(l.QueueScores(l.ctx, ann, f))(t).Counts {
			total += n
		}
		equal(t, fmt.Sprintf("%s: total, scores of %q", when, q), fmt.Sprint(page.Total, total), fmt.Sprint(len(want), len(want)))
	}
}

var queueTextTests = map[string]func(*testing.T, *fixture){
	"parts of texts are found before and after they are indexed": func(t *testing.T, l *fixture) {
		var all []models.Comment
		post := func(body string, with ...func(*storage.NewComment)) {
			all = append(all, l.post(t, append(with, withBody(body))...))
		}
		post("The tide of Ärger on the Straße")
		post("100% _Rabatt_ at c:\\x, e to e", onSite("tribune"))
		post("请马上加微信吧")
		post("온라인 카지노 😀", onArticle("a2"))
		post(strings.Repeat("Long ", 60))
		var varied strings.Builder // too much for an index
		for n := range 3500 {
			varied.WriteString(strconv.FormatInt(int64(n)*7919+46_656, 36) + " ")
		}
		post(varied.String())
		post("the tidal flat", by(models.Author{Name: "Mara"}), approved)
		post("on the tideway", by(models.Author{ID: "u5", Name: "Tidey"}))
		compareQueueSearches(t, l, "not indexed")
		undone, _, err := l.Decide(l.ctx, ann, all[6].ID, models.DecisionRequest{Action: models.Approve})
		ok(t, err)
		l.index(t)
		compareQueueSearches(t, l, "indexed")
		_, _, err = l.Decide(l.ctx, ann, all[0].ID, models.DecisionRequest{Action: models.Approve})
		ok(t, err)
		_, _, err = l.Undo(l.ctx, ann, undone.ID) // it waits again
		ok(t, err)
		must(l.EditComment(l.ctx, gazette, all[4].ID, storage.CommentEdit{Body: "no tides at all", Lang: "en", Status: models.Pending, Verdict: models.Verdict{Action: models.Hold}}))(t)
		post("a new tide")
		compareQueueSearches(t, l, "changed")
		l.index(t)
		compareQueueSearches(t, l, "changed and indexed")
		page := must(l.Queue(l.ctx, ann, models.QueueFilter{Query: "tide", Limit: 2, Sort: models.SortNewest}))(t)
		equal(t, "total", page.Total, 3) // what was edited, what waits again, and the new one
		next := must(l.Queue(l.ctx, ann, models.QueueFilter{Query: "tide", Limit: 2, Sort: models.SortNewest, Cursor: page.Next}))(t)
		equal(t, "pages", fmt.Sprint(len(page.Items), len(next.Items), next.Next), "2 1")
	},
	"signals are found before and after they are indexed": func(t *testing.T, l *fixture) {
		for i, name := range []string{"word:tide", "Word:Tidal <b>", "list:größe", strings.Repeat("n", 300) + "a", strings.Repeat("n", 300) + "b"} {
			l.post(t, func(n *storage.NewComment) {
				n.Comment.Body = fmt.Sprint("number ", i)
				n.Verdict.Signals = []models.Signal{{Name: "shape:caps", Weight: 1}, {Name: name, Weight: 2}}
			})
		}
		totals := func() (all []int) {
			for _, f := range []models.QueueFilter{
				{Signal: "shape:"},
				{Signal: "word:"},
				{Signal: "word:tide"},
				{Signal: "WORD:TIDE"},
				{Signal: "ide"},
				{Signal: "list:grö"},
				{Signal: "n"},
				{Signal: strings.Repeat("n", 300) + "a"},
				{Signal: "shape:caps", Query: "number 3"},
				{Signal: "word:tide", Query: "number 3"},
			} {
				all = append(all, must(l.Queue(l.ctx, ann, f))(t).Total)
			}
			return all
		}
		before := totals()
		if !slices.Contains(before, 5) {
			t.Errorf("found %v", before)
		}
		l.index(t)
		equal(t, "indexed", fmt.Sprint(totals()), fmt.Sprint(before))
	},
	"the index has what waits, and nothing of what was decided or erased": func(t *testing.T, l *fixture) {
		var all []models.Comment
		for n := range 4 {
			all = append(all, l.post(t, withBody(fmt.Sprint("comment number ", n)), by(models.Author{ID: fmt.Sprint("u", n), Name: "Xanthippe"})))
		}
		indexed := func() (ids []string) {
			Each(t, Raw(t, l.url), `SELECT comment_id, site, '' FROM search_queue ORDER BY comment_id`, func(id, _, _ string) { ids = append(ids, id) })
			return ids
		}
		l.index(t)
		equal(t, "at first", len(indexed()), 4)
		_, _, err := l.Decide(l.ctx, ann, all[0].ID, models.DecisionRequest{Action: models.Approve})
		ok(t, err)
		_, _, err = l.Decide(l.ctx, ann, all[1].ID, models.DecisionRequest{Action: models.Reject, Reason: models.ReasonSpam})
		ok(t, err)
		must(l.EraseReader(l.ctx, operator, models.Reader{Site: "gazette", ID: "u2"}))(t)
		equal(t, "after an erasure", slices.Contains(indexed(), all[2].ID), false)
		l.index(t)
		equal(t, "after decisions", fmt.Sprint(indexed()), fmt.Sprint([]string{all[3].ID}))
	},
}
