package importer_test

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"winnow/models"
	"winnow/storage"
	"winnow/storage/commentfile"
	"winnow/storage/importer"
	"winnow/storage/storagetest"
)

// TestEachFormatTwice imports the file of each format, and again.
func TestEachFormatTwice(t *testing.T) {
	files, err := filepath.Glob("../commentfile/testdata/*.*")
	if err != nil {
		t.Fatal(err)
	}
	onEach(t, func(t *testing.T, f *fixture) {
		for _, path := range files {
			if strings.HasSuffix(path, ".golden") {
				continue
			}
			name, _, _ := strings.Cut(filepath.Base(path), ".")
			name, _, _ = strings.Cut(name, "-")
			s, _, err := f.run(name, path, "", importer.Options{})
			if err != nil || len(s.Added) == 0 || s.Known > 0 {
				t.Errorf("%s: %v, %s", path, err, summaryText(t, s))
			}
			storagetest.Counters(t, f.url)
			before := f.state("gazette")
			again, _, err := f.run(name, path, "", importer.Options{})
			if err != nil || len(again.Added) > 0 || again.Known != s.Comments || again.Labels > 0 || f.state("gazette") != before {
				t.Errorf("%s again: %v, %s", path, err, summaryText(t, again))
			}
		}
	})
}

// archive exports a site.
func (f *fixture) archive(slug string) string {
	t := f.t
	t.Helper()
	site, err := f.db.Site(t.Context(), slug)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w, err := commentfile.NewArchiveWriter(&b, site, time.Unix(1767340800, 0))
	if err != nil {
		t.Fatal(err)
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for a, err := range f.db.AllArticles(t.Context(), slug) {
		must(err)
		must(w.Article(a))
	}
	for c, err := range f.db.Comments(t.Context(), slug, time.Time{}) {
		must(err)
		must(w.Comment(c))
	}
	for l, err := range f.db.CommentLabels(t.Context(), slug) {
		must(err)
		must(w.Label(l.Comment, l.Label))
	}
	must(w.Flush())
	return b.String()
}

// TestArchiveComesBackTheSame moves a site with decisions, a merge and an erased comment to
// other databases, and to another site of the same one.
func TestArchiveComesBackTheSame(t *testing.T) {
	onEach(t, func(t *testing.T, f *fixture) {
		for _, path := range []string{"wordpress.xml", "disqus.xml", "isso.db"} {
			name, _, _ := strings.Cut(path, ".")
			if _, _, err := f.run(name, "../commentfile/testdata/"+path, "", importer.Options{}); err != nil {
				t.Fatal(err)
			}
		}
		f.moderate()
		want, text := f.state("gazette"), f.archive("gazette")
		if strings.Contains(text, "203.0.113") || !strings.HasPrefix(text, `{"type":"winnow-archive","version":1,"site":"gazette"`) {
			t.Errorf("the archive begins\n%.300s", text)
		}
		f.addSite("other")
		s, bad, err := f.run("comments", "", text, importer.Options{Site: "other"})
		if err != nil || len(bad) > 0 || s.Detached > 0 {
			t.Fatal(err, bad, summaryText(t, s))
		}
		if got := f.state("other"); got != want {
			t.Errorf("on another site there is\n%swant\n%s", got, want)
		}
		if s, _, err := f.run("comments", "", text, importer.Options{}); err != nil || s.Known != s.Comments || len(s.Added) > 0 || f.state("gazette") != want {
			t.Errorf("on the same site: %v %s", err, summaryText(t, s))
		}
		for name, newURL := range databases {
			url := newURL(t)
			there := &fixture{t: t, url: url, db: storagetest.Open(t, url, storage.Options{})}
			there.addSite("gazette")
			for range 2 {
				if _, bad, err := there.run("comments", "", text, importer.Options{}); err != nil || len(bad) > 0 {
					t.Fatal(name, err, bad)
				}
			}
			if got := there.archive("gazette"); got != text {
				t.Errorf("%s: the archive of the archive is\n%s\nwant\n%s", name, got, text)
			}
			storagetest.Counters(t, url)
		}
	})
}

// moderate changes what was imported.
func (f *fixture) moderate() {
	t := f.t
	ann := models.Caller{Kind: models.ByModerator, Name: "ann", Role: models.RoleAdmin}
	for c, err := range f.db.Comments(t.Context(), "gazette", time.Time{}) {
		if err != nil {
			t.Fatal(err)
		}
		request := models.DecisionRequest{}
		switch c.Body {
		case "Waiting to be read.":
			request.Action = models.Approve
		case "First paragraph.\n\nSecond <one>.", "Hello *there*":
			request.Action, request.Reason = models.Reject, models.ReasonAbuse
		default:
			continue
		}
		if _, _, err := f.db.Decide(t.Context(), ann, c.ID, request); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := f.db.MergeArticles(t.Context(), ann, "gazette", "14", "12"); err != nil {
		t.Fatal(err)
	}
}
