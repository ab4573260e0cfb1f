package storagetest

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"winnow/models"
	"winnow/storage"
)

// edgeTests cover what differs between databases, irregular clocks, and concurrent
// writes of one row.
var edgeTests = map[string]func(*testing.T, *fixture){
	"search ignores case in every alphabet": func(t *testing.T, l *fixture) {
		for _, body := range []string{"Straße am FLUẞ", "İstanbul ILIK", "ΟΔΥΣΣΕΥΣ", "МОСКВА", "Ǆ ﬁ 🦆🦆"} {
			l.post(t, withBody(body))
		}
		for query, want := range map[string]int{
			"straße": 1, "fluß": 1, "STRASSE": 0, "istanbul": 1, "İSTANBUL": 1, "ilik": 1, "Москва": 1, "ΟΔΥΣΣΕΥ": 1,
			"οδυσσευσ": 1, "ǆ": 1, "🦆🦆": 1, "🦆🦆🦆": 0,
		} {
			if got := must(l.Queue(l.ctx, ann, models.QueueFilter{Query: query}))(t).Total; got != want {
				t.Errorf("%q found %d comments, want %d", query, got, want)
			}
		}
	},
	"wildcards and quotes are literal in every filter": func(t *testing.T, l *fixture) {
		l.post(t, by(models.Author{ID: "u_1", Name: "Max%"}), onArticle("a_1"))
		ok(t, l.Audit(l.ctx, ann, models.Audit{Site: "gazette", Action: "a_b", Subject: "s"}))
		for _, pattern := range []string{"%", "_", "u%", "a__", `\`, `'`, "' OR '1'='1", "\x00", "\xff", "💥"} {
			for _, f := range []models.QueueFilter{{Author: pattern}, {Article: pattern}, {Campaign: pattern}, {Reason: models.Reason(pattern)}} {
				equal(t, fmt.Sprintf("%+v", f), must(l.Queue(l.ctx, ann, f))(t).Total, 0)
			}
			for _, f := range []models.AuditFilter{{Action: pattern}, {Action: pattern + "*"}, {Actor: pattern}, {Subject: pattern}} {
				rows, _, err := l.AuditPage(l.ctx, ann, f)
				ok(t, err)
				equal(t, fmt.Sprintf("rows for %+v", f), len(rows), 0)
			}
		}
		equal(t, "by id", must(l.Queue(l.ctx, ann, models.QueueFilter{Author: "u_1"}))(t).Total, 1)
		equal(t, "by name", must(l.Queue(l.ctx, ann, models.QueueFilter{Author: "Max%"}))(t).Total, 1)
	},
	"a cursor of another list, or an invalid one, is refused": func(t *testing.T, l *fixture) {
		for range 3 {
			l.post(t)
			l.post(t, approved)
		}
		risk := must(l.Queue(l.ctx, ann, models.QueueFilter{Limit: 1}))(t).Next
		oldest := must(l.ArticleComments(l.ctx, "gazette", "a1", false, 1, ""))(t).Next
		_, trail, err := l.AuditPage(l.ctx, ann, models.AuditFilter{Limit: 1})
		ok(t, err)
		for name, page := range map[string]func(cursor string) error{
			"queue by age": func(c string) error {
				_, err := l.Queue(l.ctx, ann, models.QueueFilter{Sort: models.SortNewest, Cursor: c})
				return err
			},
			"newest of an article": func(c string) error {
				_, err := l.ArticleComments(l.ctx, "gazette", "a1", true, 9, c)
				return err
			},
		} {
			for _, c := range []string{
				risk, oldest, trail, "x", "\x00", strings.Repeat("A", 100_000),
				base64.RawURLEncoding.EncodeToString([]byte("null")), base64.RawURLEncoding.EncodeToString([]byte(`{"o":"newest","t":"x"}`)),
				base64.RawURLEncoding.EncodeToString([]byte(`{"o":"newest","t":1e99}`)),
			} {
				if kind := models.KindOf(page(c)); kind != models.KindInvalid {
					t.Errorf("%s with %.40q: kind %q", name, c, kind)
				}
			}
			forged := base64.RawURLEncoding.EncodeToString([]byte(`{"o":"newest","t":-9223372036854775808,"i":"\u0000\ud800"}`))
			ok(t, page(forged)) // well formed, but never issued
		}
	},
	"pages are stable when times are equal": func(t *testing.T, l *fixture) {
		still := l.still(t)
		want := map[string]bool{}
		for range 12 {
			c, _, _, err := still.CreateComment(l.ctx, l.new(func(n *storage.NewComment) { p := 0.9; n.Verdict.Spam = &p }))
			ok(t, err)
			want[c.ID] = true
			equal(t, "time", c.CreatedAt, l.clock.at())
			c, _, _, err = still.CreateComment(l.ctx, l.new(approved))
			ok(t, err)
			want[c.ID] = true
		}
		for _, sort := range []models.Sort{models.SortRisk, models.SortOldest, models.SortNewest} {
			left := 0
			seen := map[string]bool{}
			for cursor, more := "", true; more; more = cursor != "" {
				page := must(still.Queue(l.ctx, ann, models.QueueFilter{Sort: sort, Limit: 5, Cursor: cursor}))(t)
				for _, item := range page.Items {
					if !want[item.Comment.ID] || seen[item.Comment.ID] {
						t.Errorf("%s: %s twice", sort, item.Comment.ID)
					}
					seen[item.Comment.ID] = true
					left++
				}
				cursor = page.Next
			}
			equal(t, string(sort), left, 12)
		}
		count := 0
		for _, err := range still.Comments(l.ctx, "gazette", l.clock.at()) {
			ok(t, err)
			count++
		}
		equal(t, "streamed", count, 24)
	},
	"nothing is lost when the clock goes back": func(t *testing.T, l *fixture) {
		n := l.new()
		n.IdempotencyKey = "k"
		first, _, _, err := l.CreateComment(l.ctx, n)
		ok(t, err)
		must(l.Claim(l.ctx, ann, models.QueueFilter{}, time.Hour))(t)
		l.clock.Advance(-48 * time.Hour)

		again, _, replayed, err := l.CreateComment(l.ctx, n)
		ok(t, err)
		if !replayed || again.ID != first.ID {
			t.Errorf("the idempotency key was forgotten")
		}
		_, _, err = l.Decide(l.ctx, bob, first.ID, models.DecisionRequest{Action: models.Approve})
		wantKind(t, err, models.KindConflict) // ann's claim has not expired
		d, _, err := l.Decide(l.ctx, ann, first.ID, models.DecisionRequest{Action: models.Approve})
		ok(t, err)
		_, _, err = l.Undo(l.ctx, ann, d.ID)
		ok(t, err)
		second := l.post(t)
		var order []string
		for _, item := range must(l.Queue(l.ctx, ann, models.QueueFilter{Sort: models.SortOldest}))(t).Items {
			order = append(order, item.Comment.ID)
		}
		if !slices.Equal(order, []string{second.ID, first.ID}) {
			t.Errorf("the queue has %v", order)
		}
		must(l.Purge(l.ctx))(t)
		events := must(l.EventsSince(l.ctx, 0, 100))(t)
		equal(t, "events stored", len(events), 5)
		_, _, replayed, err = l.CreateComment(l.ctx, n)
		ok(t, err)
		equal(t, "replayed after a purge", replayed, true)
	},
	"fields of maximum length are stored whole": func(t *testing.T, l *fixture) {
		long := func(n int) string { return strings.Repeat("🙂", n) }
		created := l.post(t, approved, func(n *storage.NewComment) {
			n.Comment.Article = models.Article{ID: long(models.MaxID), URL: "https://a.example/" + strings.Repeat("x", models.MaxURL), Title: long(models.MaxTitle)}
			n.Comment.Author = models.Author{ID: long(models.MaxID), Name: long(models.MaxName), URL: "https://b.example/" + strings.Repeat("y", models.MaxURL)}
			n.Comment.Body = long(models.MaxBody)
			n.Comment.Client.UserAgent = long(models.MaxUserAgent)
		})
		equal(t, "comment", must(l.Comment(l.ctx, created.ID))(t), created)
		equal(t, "count", must(l.ArticleCounts(l.ctx, "gazette", []string{long(models.MaxID)}))(t)[long(models.MaxID)], 1)
		for _, status := range []models.Status{models.Pending, models.Rejected} {
			l.post(t, withBody(long(models.MaxBody)), func(n *storage.NewComment) { n.Comment.Status = status })
		}
		equal(t, "found", must(l.Queue(l.ctx, ann, models.QueueFilter{Query: long(50)}))(t).Total, 1)
		empty := l.post(t, withBody(""), by(models.Author{}), onArticle(""))
		equal(t, "empty texts", must(l.Comment(l.ctx, empty.ID))(t), empty)
	},
	"concurrent changes of one row get correct results": func(t *testing.T, l *fixture) {
		two := [2]*storage.DB{l.DB, Open(t, l.url, storage.Options{Now: l.clock.Now})}
		undoOrDecide(t, l, two)
		rotateAtOnce(t, l, two)
		promoteAtOnce(t, l, two)
		flagAtOnce(t, l, two)
		reportAtOnce(t, l, two)
		claimAtOnce(t, l, two)
	},
	"no record of another site is reachable": func(t *testing.T, l *fixture) {
		theirs := l.post(t, approved, onSite("tribune"))
		held := l.post(t, onSite("tribune"))
		d, _, err := l.Decide(l.ctx, ann, held.ID, models.DecisionRequest{Action: models.Approve})
		ok(t, err)
		mine := models.Caller{Kind: models.ByModerator, Name: "gus", Role: models.RoleEditor, Sites: []string{"gazette"}}
		_, err = l.Detail(l.ctx, mine, theirs.ID)
		wantKind(t, err, models.KindNotFound)
		_, _, err = l.Decide(l.ctx, mine, theirs.ID, models.DecisionRequest{Action: models.Reject})
		wantKind(t, err, models.KindNotFound)
		_, _, err = l.Undo(l.ctx, mine, d.ID)
		wantKind(t, err, models.KindNotFound)
		_, err = l.Flag(l.ctx, gazette, theirs.ID, storage.Report{Who: "r"})
		wantKind(t, err, models.KindNotFound)
		_, err = l.Stats(l.ctx, mine, "tribune")
		wantKind(t, err, models.KindNotFound)
		equal(t, "counted here", must(l.ArticleCounts(l.ctx, "gazette", []string{"a1"}))(t)["a1"], 0)
		equal(t, "version here", must(l.ArticleVersion(l.ctx, "gazette", "a1"))(t), 0)
	},
	"many sites are isolated": func(t *testing.T, l *fixture) {
		const sites = 60
		for i := range sites {
			slug := fmt.Sprintf("site-%02d", i)
			must(l.AddSite(l.ctx, operator, models.Site{Slug: slug}))(t)
			l.post(t, onSite(slug))
		}
		seen := models.Caller{Kind: models.ByModerator, Name: "ivy"}
		for i := range sites / 2 {
			seen.Sites = append(seen.Sites, fmt.Sprintf("site-%02d", 2*i))
		}
		found := 0
		for cursor, more := "", true; more; more = cursor != "" {
			page := must(l.Queue(l.ctx, seen, models.QueueFilter{Sort: models.SortNewest, Limit: 7, Cursor: cursor}))(t)
			equal(t, "total", page.Total, sites/2)
			for _, item := range page.Items {
				if !slices.Contains(seen.Sites, item.Comment.Site) {
					t.Errorf("a comment of %s", item.Comment.Site)
				}
			}
			found += len(page.Items)
			cursor = page.Next
		}
		equal(t, "found", found, sites/2)
	},
}
