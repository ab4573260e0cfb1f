package commentfile_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"winnow/storage/commentfile"
)

var update = flag.Bool("update", false, "write what the readers find to the golden files")

// TestReadersOfFormats compares what each reader finds in a small file of its format. Those
// with a version in their names are of comments that were made up for this test, and that the
// program itself has kept and exported:
//
//	artalk-2.10.json    the export of Artalk 2.10.0 for the zone of Berlin, with two sites that have
//	                    a page of the same key. One comment waits, one is pinned, one folded,
//	                    one edited; one was deleted, and with it the reply to it.
//	comentario-3.13.json  the export of Comentario 3.13.1. It has imported the file of WordPress
//	                    first. One comment waits, one was rejected, one deleted, one edited.
//	isso-0.14.db        the database of Isso 0.14.0 without its preferences. Two comments were
//	                    deleted, one of them with a reply; two wait; one was edited.
//	remark42-1.jsonl    the export of Remark42, built from its source of 2026-08-22 (after 1.16.4), without
//	                    hashes of addresses. It has imported the file of WordPress first, and
//	                    keeps those comments as HTML; four others were deleted, one is pinned,
//	                    one was edited.
//	waline-1.39.tsv     its table, as the command line client of MariaDB 10.11 writes it.
//	waline-1.39.json    what /api/db of Waline 1.39.3 on MariaDB says, without passwords. One
//	                    comment waits, one is spam, one is on top; two were deleted.
//	wordpress-7.1.xml   the exporter of WordPress 7.1, without its explanations. One comment
//	                    is spam, which WordPress does not export; two are in the trash, one of
//	                    them from spam; one was deleted for good, one is on a post in the trash.
func TestReadersOfFormats(t *testing.T) {
	files, err := filepath.Glob("testdata/*.*")
	if err != nil {
		t.Fatal(err)
	}
	covered := map[string]bool{}
	for _, path := range files {
		if strings.HasSuffix(path, ".golden") {
			continue
		}
		name, _, _ := strings.Cut(filepath.Base(path), ".")
		name, _, _ = strings.Cut(name, "-")
		covered[name] = true
		t.Run(filepath.Base(path), func(t *testing.T) {
			got := strings.Join(readAll(t, format(t, name), path, commentfile.TableOptions{}), "\n") + "\n"
			golden := path + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil || got != string(want) {
				t.Errorf("%v; found\n%swant\n%s", err, got, want)
			}
		})
	}
	for _, f := range commentfile.Formats {
		if !covered[f.Name] {
			t.Errorf("there is no file of the format %s in testdata", f.Name)
		}
	}
}

func format(t testing.TB, name string) commentfile.Format {
	t.Helper()
	for _, f := range commentfile.Formats {
		if f.Name == name {
			return f
		}
	}
	t.Fatalf("there is no format %q", name)
	return commentfile.Format{}
}

// readAll returns each record of a file as a line.
func readAll(t testing.TB, f commentfile.Format, path string, opt commentfile.TableOptions) (lines []string) {
	t.Helper()
	in, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	for r, err := range f.Read(t.Context(), commentfile.Source{Name: filepath.Base(path), In: in, Path: path}, opt) {
		lines = append(lines, line(t, r, err))
	}
	return lines
}

func line(t testing.TB, r commentfile.Record, err error) string {
	t.Helper()
	if err != nil {
		return "error " + err.Error()
	}
	var what any = r.LeftOut
	kind := "left out"
	switch {
	case r.Article != nil:
		kind, what = "article", r.Article
	case r.Author != nil:
		kind, what = "author", r.Author
	case r.Comment != nil:
		kind, what = "comment", r.Comment
	case r.Label != nil:
		kind, what = "label", r.Label
	case r.Settings != nil:
		kind, what = "settings", r.Settings
	case r.Rules != nil:
		kind, what = "rules", r.Rules
	case r.Decision != nil:
		kind, what = "decision", r.Decision
	case r.Ban != nil:
		kind, what = "ban", r.Ban
	}
	text, jsonErr := json.Marshal(what)
	if jsonErr != nil {
		t.Fatal(jsonErr)
	}
	return r.Place + " " + kind + " " + string(text)
}
