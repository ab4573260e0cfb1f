package storage_test

import (
	"database/sql"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"winnow/models"
	"winnow/storage"
	"winnow/storage/storagetest"
)

// What readers and moderators wait for must not take longer as the store grows:
// every statement goes through an index, and none sorts what it found.
func TestHotPathsUseIndexes(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		wrong := slowStepsOfPostgres
		if strings.HasPrefix(url, "sqlite:") {
			wrong = slowStepsOfSQLite
		}
		var mu sync.Mutex
		migrated := false
		texts := map[string][]any{}
		db := storagetest.Open(t, url, storage.Traced(storage.Options{}, func(text string, args []any) {
			mu.Lock()
			defer mu.Unlock()
			if migrated {
				texts[text] = args
			}
		}))
		mu.Lock()
		migrated = true
		mu.Unlock()
		useHotPaths(t, db)
		crowd(t, db)
		if len(texts) < 40 {
			t.Fatalf("only %d statements were seen", len(texts))
		}
		explainer := storagetest.Raw(t, url)
		explainer.SetMaxOpenConns(1) // what is set holds for a connection
		for text, args := range texts {
			if !strings.HasPrefix(text, "SELECT") && !strings.HasPrefix(text, "UPDATE") && !strings.HasPrefix(text, "DELETE") {
				continue
			}
			for _, step := range wrong(t, explainer, text, args) {
				t.Errorf("%s\n\tin %s", step, text)
			}
		}
	})
}

// crowd adds comments, enough for PostgreSQL to tell what leads to some of them
// from what leads to all.
func crowd(t *testing.T, db *storage.DB) {
	t.Helper()
	for i := range 300 {
		if _, _, _, err := db.CreateComment(t.Context(), storage.NewComment{
			Comment: models.Comment{
				Site: "gazette", Article: models.Article{ID: fmt.Sprint("a", i), Section: fmt.Sprint("s", i)}, Body: "b", Status: models.Pending,
				Author: models.Author{ID: fmt.Sprint("u", i), Name: fmt.Sprint("n", i)},
			},
			Campaign: models.Campaign{ID: fmt.Sprint("g", i/2), Count: 2},
		}); err != nil {
			t.Fatal(err)
		}
	}
}

func rows(t *testing.T, db *sql.DB, query string, args ...any) (all []string) {
	t.Helper()
	found, err := db.QueryContext(t.Context(), query, args...)
	if err != nil {
		t.Fatalf("%v in %s", err, query)
	}
	defer found.Close()
	columns, err := found.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for found.Next() {
		var last string
		into := make([]any, len(columns))
		for i := range into {
			into[i] = new(any)
		}
		into[len(into)-1] = &last
		if err := found.Scan(into...); err != nil {
			t.Fatal(err)
		}
		all = append(all, last)
	}
	return all
}

// brief marks plans over what one person holds or did, what waits of one
// article, author or group, or thirty days of counters, which may be sorted.
var brief = regexp.MustCompile(`_lease|comments_(article|reader|name|campaign)|judgements|arrivals|agreements|histograms`)

// small is a table as long as the number of sites or models, or of one row.
const small = `(site_counts|audit_head|sites|promotions|part|CONSTANT ROW|\(subquery)`

// waits lists indexes of what waits alone. Any other index that SQLite chose to
// find that by would lead through all comments.
var waits = regexp.MustCompile(`comments_(any_risk|any_age|any_doubt|risk|age|doubt|article|reader|name|campaign|lease)\b`)

func slowStepsOfSQLite(t *testing.T, db *sql.DB, text string, _ []any) (slow []string) {
	marks := map[string]bool{}
	for _, mark := range regexp.MustCompile(`\$\d+`).FindAllString(text, -1) {
		marks[mark] = true
	}
	steps := rows(t, db, "EXPLAIN QUERY PLAN "+text, make([]any, len(marks))...)
	// Scans are harmless that follow an index in the order wanted, or one of what
	// waits to count it, and stop at a limit.
	harmless := regexp.MustCompile(`INDEX comments_any_|SCAN ` + small)
	if strings.HasPrefix(text, "SELECT count(*) FROM (SELECT 1 FROM comments c") {
		harmless = regexp.MustCompile(harmless.String() + "|" + waits.String())
	}
	whole := strings.Join(steps, "\n")
	for _, want := range []struct {
		text  string
		index *regexp.Regexp
	}{
		{"c.status = 'pending' AND c.lease_by = ", regexp.MustCompile(`comments_lease\b`)},
		{"c.status = 'pending' AND c.article = ", regexp.MustCompile(`comments_article\b`)},
		{"status = 'pending' AND author_id = ", regexp.MustCompile(`comments_reader\b[^$]*comments_name\b`)},
		{"FROM comments c WHERE c.status = 'pending'", waits},
	} {
		if strings.Contains(text, want.text) && !strings.Contains(text, "c.id IN ($") && !want.index.MatchString(whole) {
			slow = append(slow, whole)
		}
	}
	for _, step := range steps {
		if (strings.Contains(step, "TEMP B-TREE") && !brief.MatchString(strings.Join(steps, "\n"))) ||
			(strings.Contains(step, "SCAN") && !harmless.MatchString(step)) {
			slow = append(slow, step)
		}
	}
	return slow
}

// The tables are all but empty, so the planner is asked what it would do if it
// had to avoid scans and sorts. Which index of what waits is best it can only
// tell once it knows sizes.
func slowStepsOfPostgres(t *testing.T, db *sql.DB, text string, args []any) (slow []string) {
	if _, err := db.ExecContext(t.Context(), "ANALYZE labels, comments; SET enable_seqscan = off; SET enable_sort = off; SET enable_bitmapscan = off"); err != nil {
		t.Fatal(err)
	}
	steps := rows(t, db, "EXPLAIN "+text, args...)
	whole := strings.Join(steps, "\n")
	for i, step := range steps {
		next := ""
		if i+1 < len(steps) {
			next = steps[i+1]
		}
		scan := regexp.MustCompile(`(Index .*Scan).* using (\w+)`).FindStringSubmatch(step)
		switch {
		case strings.Contains(step, "Sort  (") && !brief.MatchString(whole):
		case strings.Contains(step, "Seq Scan on ") && !regexp.MustCompile(` on `+small).MatchString(step):
		case scan != nil && !strings.Contains(next, "Index Cond:") && !waits.MatchString(scan[2]) && scan[2] != "sites_pkey":
		default:
			continue
		}
		slow = append(slow, strings.TrimSpace(step))
	}
	if slow != nil {
		slow = append(slow, whole)
	}
	return slow
}

func useHotPaths(t *testing.T, db *storage.DB) {
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx := t.Context()
	ann := models.Caller{Kind: models.ByModerator, Name: "ann"}
	key, err := db.AddSite(ctx, models.Caller{Kind: models.ByCommand}, models.Site{
		Slug: "gazette", Retention: models.Retention{Addresses: 1, Rejected: 1, Labels: 1},
	})
	check(err)
	_, err = db.SiteByKey(ctx, key)
	check(err)
	var last models.Comment
	for i := range 5 {
		last, _, _, err = db.CreateComment(ctx, storage.NewComment{
			Comment:        models.Comment{Site: "gazette", Article: models.Article{ID: "a"}, ParentID: last.ID, Body: "b", Status: models.Pending},
			IdempotencyKey: fmt.Sprint("key ", i),
		})
		check(err)
	}
	bea := models.Caller{Kind: models.ByModerator, Name: "bea", Sites: []string{"gazette", "tribune"}}
	for _, by := range []models.Caller{ann, bea} {
		for _, f := range []models.QueueFilter{{Limit: 1}, {Limit: 1, Site: "gazette"}} {
			for _, f.Sort = range []models.Sort{models.SortRisk, models.SortOldest, models.SortNewest, models.SortUncertain} {
				f.Cursor = ""
				page, err := db.Queue(ctx, by, f)
				check(err)
				f.Cursor = page.Next
				_, err = db.Queue(ctx, by, f)
				check(err)
				_, err = db.Claim(ctx, by, f, time.Minute)
				check(err)
			}
			_, err = db.Stats(ctx, by, f.Site)
			check(err)
		}
		check(db.Release(ctx, by, []string{last.ID}))
	}
	_, _, err = db.ImportLabels(ctx, ann, func(yield func(models.Label, error) bool) {
		for i := 0; i < 500 && yield(models.Label{Text: fmt.Sprint("text ", i), Label: models.Ham}, nil); i++ {
		}
	})
	check(err)
	d, _, err := db.Decide(ctx, ann, last.ID, models.DecisionRequest{Action: models.Approve})
	check(err)
	_, _, err = db.Undo(ctx, ann, d.ID)
	check(err)
	batch, _, _, err := db.DecideAll(ctx, ann, []string{last.ID}, models.DecisionRequest{Action: models.Reject})
	check(err)
	_, _, err = db.Undo(ctx, ann, batch)
	check(err)
	for _, newest := range []bool{false, true} {
		_, err = db.ArticleComments(ctx, "gazette", "a", newest, 1, "")
		check(err)
	}
	_, err = db.ArticleVersion(ctx, "gazette", "a")
	check(err)
	_, err = db.ArticleCounts(ctx, "gazette", []string{"a"})
	check(err)
	_, err = db.Detail(ctx, ann, last.ID)
	check(err)
	_, err = db.Flag(ctx, ann, last.ID, "r", "")
	check(err)
	_, err = db.EventsSince(ctx, "", 10)
	check(err)
	check(db.Release(ctx, ann, []string{last.ID}))
	for _, by := range []models.Caller{ann, bea} {
		for _, f := range []models.QueueFilter{
			{Campaign: "g"},
			{Article: "a"},
			{Author: "u1"},
			{Reason: models.ReasonSpam},
			{Article: "a", Site: "gazette"},
			{Author: "u1", Site: "gazette"},
			{Reason: models.ReasonSpam, Site: "gazette"},
			{Section: "s"},
			{Section: "s", Site: "gazette"},
			{Lang: "de"},
			{Signal: "word:"},
			{Since: time.Unix(0, 0), Until: time.Unix(1, 0)},
			{Since: time.Unix(0, 0), Site: "gazette"},
			{Grouped: true},
			{Grouped: true, Site: "gazette"},
			{Grouped: true, Reason: models.ReasonSpam},
		} {
			for _, f.Sort = range []models.Sort{models.SortRisk, models.SortOldest, models.SortNewest, models.SortUncertain} {
				f.Limit = 1
				_, err = db.Queue(ctx, by, f)
				check(err)
				_, err = db.Claim(ctx, by, f, time.Minute)
				check(err)
			}
		}
	}
	check(db.Release(ctx, ann, []string{last.ID}))
	_, _, err = db.AuthorRecord(ctx, "gazette", "u1", time.Time{}, 20)
	check(err)
	author := models.Reader{Site: "gazette", ID: "u1"}
	check(db.SetStanding(ctx, ann, author, func(v *models.Standing) error {
		v.Sanction = &models.Sanction{Kind: models.Shadow}
		return nil
	}))
	_, err = db.Sanctions(ctx, "gazette", 10)
	check(err)
	_, err = db.Sanction(ctx, "gazette", "id:u1")
	check(err)
	known, err := db.Author(ctx, ann, author, "", 1)
	check(err)
	_, err = db.Author(ctx, ann, author, known.Next, 1)
	check(err)
	_, err = db.UpdateArticle(ctx, ann, "gazette", "a", func(*models.ArticleEntry) error { return nil })
	check(err)
	_, err = db.SetArticles(ctx, "gazette", 10)
	check(err)
	_, err = db.Article(ctx, "gazette", "a")
	check(err)
	_, err = db.StartSurge(ctx, "gazette", "b", time.Now().Add(time.Minute))
	check(err)
	for _, f := range []models.ArticleFilter{{}, {Query: "x"}, {State: models.ArticleOpen}, {State: models.ArticleClosed}, {Surging: true}, {Article: "a"}} {
		f.Site, f.Limit = "gazette", 1
		_, next, err := db.Articles(ctx, ann, f)
		check(err)
		if f.Cursor = next; next != "" {
			_, _, err = db.Articles(ctx, ann, f)
			check(err)
		}
	}
	_, err = db.Rules(ctx, "gazette")
	check(err)
	_, err = db.LabelCounts(ctx, "gazette")
	check(err)
	for _, f := range []models.AuditFilter{{}, {Action: "comment.*"}, {Actor: "moderator:ann"}, {Subject: last.ID}, {Action: "comment.undo", Since: time.Unix(0, 0)}} {
		for _, by := range []models.Caller{ann, bea} {
			f.Limit, f.Cursor = 1, ""
			_, f.Cursor, err = db.AuditPage(ctx, by, f)
			check(err)
			_, _, err = db.AuditPage(ctx, by, f)
			check(err)
		}
	}
	all := 1.0
	_, err = db.UpdateSite(ctx, ann, "gazette", func(s *models.Site) error { s.SecondLook = &all; return nil })
	check(err)
	for range 2 {
		_, _, err = db.Decide(ctx, models.Caller{Kind: models.ByModerator, Name: "cid"}, last.ID, models.DecisionRequest{Action: models.Approve})
		check(err)
	}
	for _, by := range []models.Caller{{Kind: models.ByModerator, Name: "dan"}, bea} {
		looks, err := db.ClaimLooks(ctx, by, "", 1, time.Minute)
		check(err)
		if len(looks) == 1 {
			_, err = db.LookAgain(ctx, by, looks[0].ID, models.DecisionRequest{Action: models.Reject})
			check(err)
		}
	}
	_, err = db.Purge(ctx)
	check(err)
}
