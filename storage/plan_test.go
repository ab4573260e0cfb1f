package storage

import (
	"context"
	"database/sql"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"winnow/models"
)

// What readers and moderators wait for must not take longer as the store grows:
// every statement goes through an index, and none sorts what it found.
func TestHotPathsUseIndexes(t *testing.T) {
	db, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "winnow.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var texts []string
	for _, p := range []*prepared{db.writer.on, db.readers.(*prepared)} {
		p.mu.Lock()
		prepare := p.prepare
		p.prepare = func(ctx context.Context, text string) (*sql.Stmt, error) {
			mu.Lock()
			defer mu.Unlock()
			texts = append(texts, text)
			return prepare(ctx, text)
		}
		p.mu.Unlock()
	}
	useHotPaths(t, db)
	if len(texts) < 40 {
		t.Fatalf("only %d statements were seen", len(texts))
	}
	for _, text := range texts {
		if !strings.HasPrefix(text, "SELECT") && !strings.HasPrefix(text, "UPDATE") && !strings.HasPrefix(text, "DELETE") {
			continue
		}
		steps := plan(t, db, text)
		few := regexp.MustCompile(`comments_lease|decisions_batch`).MatchString(strings.Join(steps, "\n")) // one person's
		for _, step := range steps {
			if (strings.Contains(step, "TEMP B-TREE") && !few) || (strings.Contains(step, "SCAN") && !harmless(step)) {
				t.Errorf("%s\n\tin %s", step, text)
			}
		}
	}
}

// harmless scans follow an index in the order wanted and stop at a limit, or
// read a table that is as small as the number of sites or models.
func harmless(step string) bool {
	return regexp.MustCompile(`INDEX comments_any_|SCAN (site_counts|sites|promotions|part|CONSTANT ROW|\(subquery)`).MatchString(step)
}

func plan(t *testing.T, db *DB, text string) []string {
	args := map[string]bool{}
	for _, mark := range regexp.MustCompile(`\$\d+`).FindAllString(text, -1) {
		args[mark] = true
	}
	rows, err := db.pool.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+text, make([]any, len(args))...)
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	defer rows.Close()
	var steps []string
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	return steps
}

func useHotPaths(t *testing.T, db *DB) {
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx := t.Context()
	ann := models.Caller{Kind: models.ByModerator, Name: "ann"}
	key, err := db.AddSite(ctx, models.Caller{Kind: models.ByCommand}, models.Site{Slug: "gazette"})
	check(err)
	_, err = db.SiteByKey(ctx, key)
	check(err)
	var last models.Comment
	for range 5 {
		last, _, _, err = db.CreateComment(ctx, NewComment{
			Comment:        models.Comment{Site: "gazette", Article: models.Article{ID: "a"}, ParentID: last.ID, Body: "b", Status: models.Pending},
			IdempotencyKey: newID(),
		})
		check(err)
	}
	for _, f := range []models.QueueFilter{{Limit: 1}, {Limit: 1, Site: "gazette"}} {
		for _, f.Sort = range []models.Sort{models.SortRisk, models.SortOldest, models.SortNewest} {
			f.Cursor = ""
			page, err := db.Queue(ctx, ann, f)
			check(err)
			f.Cursor = page.Next
			_, err = db.Queue(ctx, ann, f)
			check(err)
			_, err = db.Claim(ctx, ann, f, time.Minute)
			check(err)
		}
	}
	d, _, err := db.Decide(ctx, ann, last.ID, models.DecisionRequest{Action: models.Approve})
	check(err)
	_, _, err = db.Undo(ctx, ann, d.ID)
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
	_, err = db.Queue(ctx, ann, models.QueueFilter{Campaign: "g", Limit: 1})
	check(err)
	_, _, err = db.AuthorRecord(ctx, "gazette", "u1", time.Time{}, 20)
	check(err)
	_, err = db.Rules(ctx, "gazette")
	check(err)
	_, err = db.LabelCounts(ctx, "gazette")
	check(err)
}
