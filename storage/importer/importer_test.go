package importer_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"winnow/classifier/searchterms"
	"winnow/models"
	"winnow/storage"
	"winnow/storage/commentfile"
	"winnow/storage/importer"
	"winnow/storage/storagetest"
)

func TestMain(m *testing.M) {
	code := storagetest.Main(m)
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

var databases = map[string]func(testing.TB) string{
	"SQLite": storagetest.ReadySQLiteURL, "PostgreSQL": storagetest.ReadyPostgresURL, "partitions": storagetest.PartitionedPostgresURL,
}

var operator = models.Caller{Kind: models.ByCommand, Name: "operator"}

// onEach runs a test on both databases, with a site "gazette".
func onEach(t *testing.T, test func(t *testing.T, f *fixture)) {
	for name, newURL := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := newURL(t)
			f := &fixture{t: t, url: url, db: storagetest.Open(t, url, storage.Options{})}
			f.addSite("gazette")
			test(t, f)
			storagetest.Counters(t, url)
		})
	}
}

type fixture struct {
	t   *testing.T
	url string
	db  *storage.DB
}

func (f *fixture) addSite(slug string) {
	f.t.Helper()
	if _, err := f.db.AddSite(f.t.Context(), operator, models.Site{Slug: slug}); err != nil {
		f.t.Fatal(err)
	}
}

// run imports a file, or a text, and returns the summary and what was bad.
func (f *fixture) run(format, path, text string, opt importer.Options) (importer.Summary, []string, error) {
	f.t.Helper()
	var bad []string
	opt.Bad = func(err error) { bad = append(bad, err.Error()) }
	if opt.Site == "" {
		opt.Site = "gazette"
	}
	opt.Source, opt.Folder = format, f.t.TempDir()
	if opt.ArticleIDs == "" {
		opt.ArticleIDs, opt.RemovedAs = importer.ByID, models.Abuse
	}
	for _, each := range commentfile.Formats {
		if each.Name != format {
			continue
		}
		src := commentfile.Source{Name: "text", In: strings.NewReader(text)}
		if path != "" {
			in, err := os.Open(path)
			if err != nil {
				f.t.Fatal(err)
			}
			defer in.Close()
			src = commentfile.Source{Name: filepath.Base(path), In: in, Path: path}
		}
		opt.Archive = each.Archive
		s, err := importer.Run(f.t.Context(), f.db, operator, each.Read(f.t.Context(), src, commentfile.TableOptions{}), opt)
		left, globErr := os.ReadDir(opt.Folder)
		if globErr != nil || len(left) > 0 {
			f.t.Errorf("%d temporary files are left, %v", len(left), globErr)
		}
		return s, bad, err
	}
	f.t.Fatalf("there is no format %q", format)
	return importer.Summary{}, nil, nil
}

// state is what can be seen of a site: its comments in order of their times, its articles
// and labels, and what is public.
func (f *fixture) state(site string) string {
	f.t.Helper()
	var b strings.Builder
	texts := map[string]string{} // texts by id, so that ids do not matter
	for c, err := range f.db.Comments(f.t.Context(), site, time.Time{}) {
		if err != nil {
			f.t.Fatal(err)
		}
		texts[c.ID] = c.Body
		fmt.Fprintf(&b, "%s %s on %s by %s/%s/%s/%s answers %q %s %s: %q\n", c.CreatedAt.UTC().Format(time.RFC3339Nano), c.Status, c.Article.ID,
			c.Author.ID, c.Author.Name, c.Author.Email, c.Author.URL, texts[c.ParentID], c.Reason, c.UpdatedAt.UTC().Format(time.RFC3339Nano), c.Body)
	}
	for a, err := range f.db.AllArticles(f.t.Context(), site) {
		if err != nil {
			f.t.Fatal(err)
		}
		fmt.Fprintf(&b, "article %s %q %s %s %s: %d %d %d, merged %q, described %t\n", a.ID, a.Title, a.URL, a.State, a.PublishedAt.UTC().Format(time.RFC3339), a.Approved, a.Pending, a.Rejected, a.MergedInto, a.Described)
	}
	for l, err := range f.db.CommentLabels(f.t.Context(), site) {
		if err != nil {
			f.t.Fatal(err)
		}
		fmt.Fprintf(&b, "label %s of %q by %s from %s\n", l.Label.Label, texts[l.Comment], l.Author, l.Source)
	}
	return b.String()
}

func summaryText(t *testing.T, s importer.Summary) string {
	t.Helper()
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestWordPress(t *testing.T) {
	onEach(t, func(t *testing.T, f *fixture) {
		const path = "../commentfile/testdata/wordpress.xml"
		want := `{"comments":5,"articles":2,"authors":5,"added":{"approved":2,"pending":1,"rejected":2},"known":0,"labels":2,"without_parent":1,"twice":0,"left_out":{"pingback":1},"bad":0}`
		dry, _, err := f.run("wordpress", path, "", importer.Options{DryRun: true})
		if got := summaryText(t, dry); err != nil || got != want {
			t.Errorf("dry run: %v\n%s, want\n%s", err, got, want)
		}
		if got := f.state("gazette"); got != "" {
			t.Errorf("the dry run has stored\n%s", got)
		}
		s, bad, err := f.run("wordpress", path, "", importer.Options{})
		if got := summaryText(t, s); err != nil || got != want || len(bad) > 0 {
			t.Fatalf("%v, %q\n%s, want\n%s", err, bad, got, want)
		}
		first := f.state("gazette")
		wantState := strings.TrimLeft(`
2026-01-02T08:00:00Z approved on 12 by wordpress:7/Ada/ada@example.org/https://ada.example answers ""  2026-01-02T08:00:00Z: "I walked along the new quay.\nSee the map (https://gazette.example/map) & go."
2026-01-02T08:10:00Z rejected on 12 by /Cid// answers "I walked along the new quay.\nSee the map (https://gazette.example/map) & go." other 2026-01-02T08:10:00Z: "You are all fools."
2026-01-02T08:30:00Z approved on 12 by /Bob// answers "You are all fools."  2026-01-02T08:30:00Z: "A reply to the reply, which comes later in the file."
2026-01-03T01:00:00Z rejected on 12 by /Best Pills// answers "" spam 2026-01-03T01:00:00Z: "Cheap pills at https://pills.example"
2026-02-01T10:00:00Z pending on 14 by /Anonymous// answers "" imported 2026-02-01T10:00:00Z: "Waiting to be read."
article 12 "The harbour & the quay" https://gazette.example/2026/harbour/ closed 2026-01-02T06:00:00Z: 2 0 2, merged "", described true
article 14 "The bridge" https://gazette.example/2026/bridge/ open 0001-01-01T00:00:00Z: 0 1 0, merged "", described true
label abuse of "You are all fools." by Cid from wordpress trash
label spam of "Cheap pills at https://pills.example" by Best Pills from wordpress spam
`, "\n")
		if first != wantState {
			t.Errorf("stored\n%swant\n%s", first, wantState)
		}
		storagetest.Counters(t, f.url)
		again, _, err := f.run("wordpress", path, "", importer.Options{})
		if err != nil || again.Known != 5 || len(again.Added) != 0 || again.Labels != 0 || f.state("gazette") != first {
			t.Errorf("the second time: %v, %s\n%s", err, summaryText(t, again), f.state("gazette"))
		}
		f.checkWordPressDesk()
	})
}

// checkWordPressDesk looks at what moderators and readers see of the import.
func (f *fixture) checkWordPressDesk() {
	t := f.t
	page, err := f.db.Queue(t.Context(), models.Caller{Kind: models.ByModerator, Name: "ann", Role: models.RoleAdmin}, models.QueueFilter{Site: "gazette"})
	if err != nil || len(page.Items) != 1 || page.Items[0].Comment.Body != "Waiting to be read." {
		t.Errorf("the queue has %+v, %v", page.Items, err)
	}
	var hidden, events, imports int
	db := storagetest.Raw(t, f.url)
	for query, into := range map[string]*int{
		`SELECT count(*) FROM hidden_replies`:                         &hidden,
		`SELECT count(*) FROM events WHERE kind LIKE 'comment.%'`:     &events,
		`SELECT count(*) FROM audit WHERE action = 'comments.import'`: &imports,
	} {
		if err := db.QueryRowContext(t.Context(), query).Scan(into); err != nil {
			t.Fatal(err)
		}
	}
	if hidden != 1 || events != 0 || imports != 2 {
		t.Errorf("%d hidden replies, %d events, %d audit rows; want 1, 0, 2", hidden, events, imports)
	}
}

func TestMapping(t *testing.T) {
	onEach(t, func(t *testing.T, f *fixture) {
		m := "kind,from,to\narticle,https://gazette.example/2026/harbour/,2026/harbour\narticle,14,\"bridge, the\"\nauthor,7,reader-7\n"
		if _, bad, err := f.run("wordpress", "../commentfile/testdata/wordpress.xml", "", importer.Options{Map: importer.Map{In: strings.NewReader(m), Name: "map.csv"}}); err != nil || len(bad) > 0 {
			t.Fatal(err, bad)
		}
		state := f.state("gazette")
		for _, want := range []string{"on 2026/harbour by reader-7/Ada", "pending on bridge, the by"} {
			if !strings.Contains(state, want) {
				t.Errorf("no %q in\n%s", want, state)
			}
		}
		_, _, err := f.run("wordpress", "", "<rss/>", importer.Options{Map: importer.Map{In: strings.NewReader("article,1,2\npage,3,4\n"), Name: "map.csv"}})
		if err == nil || !strings.Contains(err.Error(), "map.csv:2: kind must be article or author") {
			t.Error(err)
		}
	})
}

func TestACutFileLosesNothingBeforeTheCut(t *testing.T) {
	whole, err := os.ReadFile("../commentfile/testdata/wordpress.xml")
	if err != nil {
		t.Fatal(err)
	}
	cut := string(whole[:strings.Index(string(whole), "<wp:comment_id>104")])
	onEach(t, func(t *testing.T, f *fixture) {
		s, bad, err := f.run("wordpress", "", cut, importer.Options{})
		if err == nil || !strings.Contains(err.Error(), "text: line ") || !strings.Contains(err.Error(), "cut") || models.KindOf(err) != models.KindInvalid {
			t.Errorf("error %v", err)
		}
		if s.Comments != 3 || s.Added["approved"] != 2 || len(bad) > 0 {
			t.Errorf("%s, %q", summaryText(t, s), bad)
		}
		var asError *models.Error
		if !errors.As(err, &asError) {
			t.Errorf("%T", err)
		}
	})
}

// TestErasedCommentsStayErased: what a reader had erased does not come back with the file.
func TestErasedCommentsStayErased(t *testing.T) {
	const path = "../commentfile/testdata/wordpress.xml"
	onEach(t, func(t *testing.T, f *fixture) {
		if _, _, err := f.run("wordpress", path, "", importer.Options{}); err != nil {
			t.Fatal(err)
		}
		if _, err := f.db.EraseReader(t.Context(), operator, models.Reader{Site: "gazette", Name: "Best Pills"}); err != nil {
			t.Fatal(err)
		}
		before := f.state("gazette")
		if strings.Contains(before, "Cheap pills at https") {
			t.Fatalf("it is not erased:\n%s", before)
		}
		if s, _, err := f.run("wordpress", path, "", importer.Options{}); err != nil || s.Known != 5 || f.state("gazette") != before {
			t.Errorf("%v, %s\n%s", err, summaryText(t, s), f.state("gazette"))
		}
	})
}

// TestRepliesInACircle: replies that answer each other, themselves or comments of another
// article begin threads.
func TestRepliesInACircle(t *testing.T) {
	rows := []string{"id,parent,article,author,text,created_at"}
	for _, row := range []string{"1,2,a", "2,1,a", "3,3,a", "4,5,a", "5,,b", "6,1,a"} {
		rows = append(rows, row+",Ada,text of "+row[:1]+",2026-01-0"+row[:1])
	}
	onEach(t, func(t *testing.T, f *fixture) {
		s, bad, err := f.run("csv", "", strings.Join(rows, "\n"), importer.Options{})
		if err != nil || len(bad) > 0 || s.Added["approved"] != 6 || s.Detached != 4 {
			t.Errorf("%v, %q, %s", err, bad, summaryText(t, s))
		}
		if state := f.state("gazette"); strings.Count(state, `answers ""`) != 6 {
			t.Errorf("threads\n%s", state)
		}
	})
}

// TestSearchFindsImportedComments: also those that are older than what was indexed.
func TestSearchFindsImportedComments(t *testing.T) {
	onEach(t, func(t *testing.T, f *fixture) {
		index := func() {
			t.Helper()
			for n, err := 1, error(nil); n > 0; {
				if n, err = f.db.IndexComments(t.Context(), searchterms.OfComment, 500); err != nil {
					t.Fatal(err)
				}
			}
		}
		const newer = "id,article,author,text,created_at\n1,a,Ada,the newest of all,2026-06-01\n"
		if _, _, err := f.run("csv", "", newer, importer.Options{}); err != nil {
			t.Fatal(err)
		}
		index()
		if _, _, err := f.run("wordpress", "../commentfile/testdata/wordpress.xml", "", importer.Options{}); err != nil {
			t.Fatal(err)
		}
		index()
		var docs int
		if err := storagetest.Raw(t, f.url).QueryRowContext(t.Context(), `SELECT count(*) FROM search_docs`).Scan(&docs); err != nil || docs != 6 {
			t.Errorf("%d comments are indexed, %v; want 6", docs, err)
		}
	})
}

// TestAnotherBlogIsNotMixedIn: a second blog has articles with the ids of the first one's.
func TestAnotherBlogIsNotMixedIn(t *testing.T) {
	data, err := os.ReadFile("../commentfile/testdata/wordpress.xml")
	if err != nil {
		t.Fatal(err)
	}
	other := strings.ReplaceAll(string(data), "gazette.example", "herald.example")
	onEach(t, func(t *testing.T, f *fixture) {
		if _, _, err := f.run("wordpress", "", string(data), importer.Options{}); err != nil {
			t.Fatal(err)
		}
		before := f.state("gazette")
		for _, dryRun := range []bool{true, false} {
			if _, _, err := f.run("wordpress", "", other, importer.Options{DryRun: dryRun}); err == nil || !strings.Contains(err.Error(), "--article-id url") || f.state("gazette") != before {
				t.Errorf("another blog: %v", err)
			}
		}
		www := strings.ReplaceAll(string(data), "https://gazette.example", "https://www.gazette.example")
		for _, text := range []string{string(data), www} {
			if s, _, err := f.run("wordpress", "", text, importer.Options{}); err != nil || s.Known != s.Comments {
				t.Errorf("the same blog: %v %s", err, summaryText(t, s))
			}
		}
		if _, _, err := f.run("wordpress", "", other, importer.Options{SameArticles: true}); err != nil {
			t.Errorf("the same articles elsewhere: %v", err)
		}
	})
}

// TestUnreadableDatesAreNotNow: a comment without a date that can be read is bad.
func TestUnreadableDatesAreNotNow(t *testing.T) {
	data, err := os.ReadFile("../commentfile/testdata/wordpress.xml")
	if err != nil {
		t.Fatal(err)
	}
	broken := regexp.MustCompile(`(<wp:comment_date(?:_gmt)?>)[^<]*`).ReplaceAllString(string(data), "${1}yesterday")
	f := &fixture{t: t, url: databases["SQLite"](t)}
	f.db = storagetest.Open(t, f.url, storage.Options{})
	f.addSite("gazette")
	if s, bad, err := f.run("wordpress", "", broken, importer.Options{}); err != nil || len(s.Added) > 0 || len(bad) == 0 || !strings.Contains(bad[0], `has no date that can be read, but "yesterday"`) || !strings.HasPrefix(bad[0], "text:") {
		t.Errorf("%v %q %s", err, bad, summaryText(t, s))
	}
}
