package storage_test

import (
	"database/sql"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"winnow/storage"
	"winnow/storage/storagetest"
)

// What readers and moderators wait for must not take longer as the database
// grows: every statement uses an index, and none sorts what it found.
func TestHotPathsUseIndexes(t *testing.T) {
	onBothReady(t, func(t *testing.T, url string) {
		wrong := slowStepsOfPostgres
		if strings.HasPrefix(url, "sqlite:") {
			wrong = slowStepsOfSQLite
		}
		var mu sync.Mutex
		collects := false // not the migrations, nor what runs on afterwards
		texts := map[string][]any{}
		db := storagetest.Open(t, url, storage.Traced(storage.Options{}, func(text string, args []any) {
			mu.Lock()
			defer mu.Unlock()
			if collects {
				texts[text] = args
			}
		}))
		collect := func(now bool) {
			mu.Lock()
			defer mu.Unlock()
			collects = now
		}
		collect(true)
		useHotPaths(t, url, db).useFilters(t.Context())
		crowd(t, db)
		collect(false)
		if len(texts) < 40 {
			t.Fatalf("only %d statements were seen", len(texts))
		}
		explainer := storagetest.Raw(t, url)
		explainer.SetMaxOpenConns(1) // settings are those of a connection
		for text, args := range texts {
			if !strings.HasPrefix(text, "SELECT") && !strings.HasPrefix(text, "WITH found") && !strings.HasPrefix(text, "UPDATE") && !strings.HasPrefix(text, "DELETE") {
				continue
			}
			for _, step := range wrong(t, explainer, text, args) {
				t.Errorf("%s\n\tin %s", step, text)
			}
		}
	})
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

// brief matches plans that may sort, because they find few rows: the claims or
// actions of one person, what is pending of one article, author or campaign, or
// thirty days of counters or of second looks; or what one statement of a search finds.
var brief = regexp.MustCompile(`_lease|lease_by = |comments_(article|reader|name|campaign)|judgements|arrivals|agreements|second_looks_(decided|comment)|histograms|search_(docs|queue)_terms|json_each`)

// wholeSite matches what reads all rows of a site.
var wholeSite = regexp.MustCompile(`SEARCH (b|c|f|p|r|comments|flags|labels|decisions|second_looks) USING (?:COVERING )?INDEX \w+ \(site=\?\)$`)

// wholeTable matches what reads all rows of a site in an order in which no page could stop.
var wholeTable = regexp.MustCompile(`SEARCH (\w+) USING PRIMARY KEY \(site=\?\)$`)

// few are tables of which a site has a few rows, by the names that statements give them, or of
// which a statement reads so many, in any order.
var few = []string{"site_counts", "w", "webhooks", "s", "training_sample", "search_cursors", "search_stale"}

// small matches tables that have a row for each site, model or moderator, a few for each site, or a single row; and pages of
// the file, which are found by their numbers.
const small = `(sqlite_dbpage|pragma_\w+|site_counts|audit_heads|sites|webhooks|moderators|promotions|part|below|json_each|CONSTANT ROW|\(subquery)`

// waits matches the partial indexes of pending comments. With any other index
// SQLite would read all comments to find pending ones.
var waits = regexp.MustCompile(`comments_(risk|age|doubt|article|reader|name|campaign|lease)\b`)

func slowStepsOfSQLite(t *testing.T, db *sql.DB, text string, _ []any) (slow []string) {
	marks := map[string]bool{}
	for _, mark := range regexp.MustCompile(`\$\d+`).FindAllString(text, -1) {
		marks[mark] = true
	}
	steps := rows(t, db, "EXPLAIN QUERY PLAN "+text, make([]any, len(marks))...)
	// A scan is harmless when it follows an index in the order of the result, or
	// a partial index to count pending comments, and stops at a limit.
	harmless := regexp.MustCompile(`SCAN ` + small + `|SCAN found$|SCAN search_(docs|queue)_terms VIRTUAL TABLE INDEX \d+:M`)
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
		{"folded <> ''", regexp.MustCompile(`authors_folded\b`)},
		{"search_docs_terms MATCH", regexp.MustCompile(`search_docs_terms VIRTUAL TABLE INDEX \d+:M`)},
		{"search_queue_terms MATCH", regexp.MustCompile(`search_queue_terms VIRTUAL TABLE INDEX \d+:M`)},
	} {
		if strings.Contains(text, want.text) && !strings.Contains(text, "c.id IN ($") && !want.index.MatchString(whole) {
			slow = append(slow, whole)
		}
	}
	for _, step := range steps {
		// A whole site, to find some ids in it: SQLite takes that for quicker.
		if whole := wholeSite.FindStringSubmatch(step); whole != nil && regexp.MustCompile(`[ (](`+whole[1]+`\.)?(comment_)?id\)? (IN \(|= )`).MatchString(text) {
			slow = append(slow, step)
		}
		if table := wholeTable.FindStringSubmatch(step); table != nil && !slices.Contains(few, table[1]) {
			slow = append(slow, step)
		}
		if (strings.Contains(step, "TEMP B-TREE") && !brief.MatchString(strings.Join(steps, "\n"))) ||
			(strings.Contains(step, "SCAN") && !harmless.MatchString(step)) {
			slow = append(slow, step)
		}
	}
	return slow
}

// The tables are almost empty, so scans and sorts are disabled and the planner
// shows what it would do with large ones. Which of the partial indexes it would
// choose depends on sizes, so any of them is accepted.
func slowStepsOfPostgres(t *testing.T, db *sql.DB, text string, args []any) (slow []string) {
	if _, err := db.ExecContext(t.Context(), "ANALYZE labels, comments; SET enable_seqscan = off; SET enable_sort = off; SET enable_bitmapscan = off"); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(text, "terms @@") { // a GIN index is always read as a bitmap
		if _, err := db.ExecContext(t.Context(), "SET enable_bitmapscan = on"); err != nil {
			t.Fatal(err)
		}
	}
	steps := rows(t, db, "EXPLAIN "+text, args...)
	whole := strings.Join(steps, "\n")
	// How the few replies of a thread are joined depends on sizes too; SQLite shows that the
	// indexes are there.
	if strings.Contains(text, "terms @@") && !regexp.MustCompile(`Bitmap Index Scan on search_(docs|queue)_terms`).MatchString(whole) {
		slow = append(slow, "a search without its index")
	}
	threads := strings.Contains(text, "hidden_replies")
	for i, step := range steps {
		next := ""
		if i+1 < len(steps) {
			next = steps[i+1]
		}
		scan := regexp.MustCompile(`(Index .*Scan).* using (\w+)`).FindStringSubmatch(step)
		switch {
		case strings.Contains(step, "Sort  (") && !brief.MatchString(whole):
		case strings.Contains(step, "Seq Scan on ") && !regexp.MustCompile(` on `+small).MatchString(step):
		case scan != nil && !strings.Contains(next, "Index Cond:") && !waits.MatchString(scan[2]) && scan[2] != "sites_pkey" && scan[2] != "site_counts_pkey" && scan[2] != "webhooks_pkey" && !threads:
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
