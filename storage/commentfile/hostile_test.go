package commentfile_test

import (
	"bytes"
	"compress/gzip"
	"database/sql"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"winnow/models"
	"winnow/storage/commentfile"
)

const (
	wxrHead = `<rss xmlns:wp="http://wordpress.org/export/1.2/"><channel><item><wp:post_id>1</wp:post_id>`
	wxrTail = `</item></channel></rss>`
)

func wxrComment(id, body string) string {
	return "<wp:comment><wp:comment_id>" + id + "</wp:comment_id><wp:comment_content>" + body + "</wp:comment_content><wp:comment_date_gmt>2026-01-02 08:00:00</wp:comment_date_gmt><wp:comment_approved>1</wp:comment_approved></wp:comment>"
}

// TestHostileFiles: what cannot be read is refused in words, and what stands before it, or
// behind a bad record, is read all the same.
func TestHostileFiles(t *testing.T) {
	long := strings.Repeat("long ", 1<<20) // 5 MiB
	for name, test := range map[string]struct {
		format, content string
		comments        int
		want            string // in an error
	}{
		"an entity bomb":                        {"wordpress", `<!DOCTYPE lolz [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>` + wxrHead + wxrComment("1", "&b;") + wxrTail, 0, "text: line 1: the file declares entities of its own"},
		"an external entity":                    {"disqus", `<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><disqus>&a;</disqus>`, 0, "declares entities"},
		"an unknown entity":                     {"wordpress", wxrHead + wxrComment("1", "a &nbsp; b") + "\n" + wxrComment("2", "&bomb;") + wxrTail, 1, "line 2: invalid character entity &bomb;"},
		"deep elements":                         {"wordpress", wxrHead + wxrComment("1", "a") + strings.Repeat("<a>", 1000), 1, "nested more than 32 deep"},
		"deep elements of no interest":          {"disqus", "<disqus>" + strings.Repeat("<a>", 1000), 0, "nested more than 32 deep"},
		"a comment that is too long":            {"wordpress", wxrHead + wxrComment("1", "a") + wxrComment("2", long) + wxrComment("3", "b") + wxrTail, 2, "longer than 4 MiB"},
		"a token without end":                   {"wordpress", wxrHead + wxrComment("1", "a") + wxrComment("2", strings.Repeat(long, 4)), 1, "longer than 4 MiB"},
		"many elements":                         {"wordpress", wxrHead + wxrComment("1", strings.Repeat("<i/>", 6000)) + wxrComment("3", "b") + wxrTail, 1, "longer"},
		"bytes that are not UTF-8":              {"wordpress", wxrHead + wxrComment("1", "a") + "\n" + wxrComment("2", "K\xf6ln") + wxrTail, 1, "line 2: invalid UTF-8"},
		"an encoding that is not known":         {"wordpress", `<?xml version="1.0" encoding="klingon"?>` + wxrHead, 0, `the encoding "klingon" is not known`},
		"an encoding with a name":               {"wordpress", `<?xml version="1.0" encoding="windows-1252"?>` + wxrHead + wxrComment("1", "K\xf6ln") + wxrTail, 1, ""},
		"UTF-16":                                {"disqus", "\xff\xfe<\x00d\x00", 0, "UTF-16"},
		"a web page":                            {"wordpress", "<!DOCTYPE html><html><body>", 0, "no WordPress export"},
		"an export of another system":           {"disqus", wxrHead + wxrTail, 0, "no Disqus export"},
		"an empty file":                         {"disqus", "", 0, "the file is empty"},
		"a file that is cut":                    {"wordpress", wxrHead + wxrComment("1", "a") + "<wp:comment><wp:comm", 1, "the file is cut"},
		"elements that do not match":            {"wordpress", wxrHead + wxrComment("1", "a") + "</channel>", 1, "line 1: element"},
		"a compressed file that is cut":         {"remark42", string(packed(t, strings.Repeat(`{"id":"1","locator":{"url":"u"},"text":"a"}`+"\n", 5000))[:300]), -1, "cut or damaged"},
		"a file that is only called compressed": {"remark42", "\x1f\x8bnothing", 0, "no gzip file"},
		"a line that is too long":               {"remark42", `{"id":"1","locator":{"url":"u"},"text":"a"}` + "\n" + `{"id":"2","text":"` + long + "\"}\n" + `{"id":"3","locator":{"url":"u"},"text":"b"}`, 2, "text:2: a record is longer than 4 MiB"},
		"a line that is not UTF-8":              {"comments", `{"id":"1","article":{"id":"a"},"body":"K` + "\xf6" + `ln","status":"approved"}` + "\n" + `{"id":"3","article":{"id":"a"},"body":"b","status":"approved"}`, 1, "text:1: it is not UTF-8"},
		"a line of deep lists":                  {"coral", strings.Repeat("[", 20_000) + "\n" + `{"id":"1","storyID":"s","status":"NONE","revisions":[{"body":"a"}]}`, 0, "text: "},
		"a deep document":                       {"comentario", `{"x":` + strings.Repeat("[", 1000), 0, "nested more than 32 deep"},
		"a document that is cut":                {"comentario", `{"comments":[{"id":"1","pageId":"p","markdown":"a"},{"id":"2","pa`, 1, "cut after"},
		"a document with more behind it":        {"artalk", `[{"id":"1","page_key":"p","content":"a"}] {"x":1}`, 1, "more follows"},
		"a document of another kind":            {"artalk", `{"version":3}`, 0, "JSON of another kind"},
		"an element that is too long":           {"comentario", `{"comments":[{"id":"1","pageId":"p","markdown":"a"},{"id":"2","markdown":"` + long + `"}]}`, 1, "longer than 4 MiB"},
		"another version of archives":           {"comments", `{"type":"winnow-archive","version":9}`, 0, "version 9 of archives is not known"},
		"text instead of a database":            {"isso", "SQLite format 2", 0, "no SQLite database"},
		"a table of other things":               {"csv", "name,age\nAda,36\n", 0, "needs a column for text and one for article or url"},
	} {
		t.Run(name, func(t *testing.T) {
			comments, errs := readText(t, test.format, test.content)
			if comments != test.comments && test.comments >= 0 {
				t.Errorf("%d comments, want %d; %q", comments, test.comments, errs)
			}
			if all := strings.Join(errs, "\n"); !strings.Contains(all, test.want) || (test.want == "") != (all == "") || len(all) > 1000 {
				t.Errorf("errors %.1000q, want %q", all, test.want)
			}
		})
	}
}

func packed(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// readText reads a file with some content, and checks what holds for every one.
func readText(t testing.TB, name, content string) (comments int, errs []string) {
	t.Helper()
	src := commentfile.Source{Name: "text", In: strings.NewReader(content)}
	if name == "isso" {
		src.Path = filepath.Join(t.TempDir(), "isso.db")
		if err := os.WriteFile(src.Path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ended := false
	for r, err := range format(t, name).Read(t.Context(), src, commentfile.TableOptions{}) {
		switch {
		case ended:
			t.Fatalf("a record follows the end of the file: %+v, %v", r, err)
		case err != nil:
			if models.KindOf(err) != models.KindInvalid || !strings.HasPrefix(err.Error(), "text") {
				t.Fatalf("error %T: %v", err, err)
			}
			ended = commentfile.Ends(err)
			errs = append(errs, err.Error())
		case r.Comment != nil:
			comments++
			if s := r.Comment.Status; name != "comments" && s != models.Approved && s != models.Pending && s != models.Rejected {
				t.Fatalf("status %q", s)
			}
		}
		if len(errs) > 10_000 {
			t.Fatal("a small file has more than 10,000 errors")
		}
	}
	return comments, errs
}

// TestIssoDatabasesOfOthers: nothing that a schema brings along runs.
func TestIssoDatabasesOfOthers(t *testing.T) {
	for name, schema := range map[string]string{
		"no tables":         `CREATE TABLE x (y)`,
		"views":             `CREATE TABLE x (y); CREATE VIEW comments AS SELECT 1 AS id; CREATE VIEW threads AS SELECT 1 AS id`,
		"columns of others": `CREATE TABLE comments (id integer); CREATE TABLE threads (id integer)`,
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "other.db")
			db, err := sql.Open("sqlite", path)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := db.ExecContext(t.Context(), schema); err != nil {
				t.Fatal(err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if comments, errs := readText(t, "isso", string(content)); comments != 0 || len(errs) != 1 {
				t.Errorf("%d comments, %q", comments, errs)
			}
		})
	}
	whole, err := os.ReadFile("testdata/isso.db")
	if err != nil {
		t.Fatal(err)
	}
	if _, errs := readText(t, "isso", string(whole[:2000])); len(errs) == 0 {
		t.Error("a database that is cut has no error")
	}
}

func TestGzip(t *testing.T) {
	content, err := os.ReadFile("testdata/wordpress.xml")
	if err != nil {
		t.Fatal(err)
	}
	if comments, errs := readText(t, "wordpress", string(packed(t, string(content)))); comments != 5 || len(errs) > 0 {
		t.Errorf("%d comments, %q", comments, errs)
	}
}
