package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const wordPressFile = "../../storage/commentfile/testdata/wordpress.xml"

func TestImportComments(t *testing.T) {
	database := "--database=sqlite:" + filepath.Join(t.TempDir(), "w.db")
	must(t, "", "site", "add", "gazette", database)
	dry := must(t, "", "import", "wordpress", wordPressFile, "--site", "gazette", "--dry-run", database)
	want := "read: 5 comments on 2 articles by 5 authors\n5 would be added: 2 approved, 1 pending, 2 rejected; 2 labels\n" +
		"1 answers a comment that is not there, and begins a thread of its own\n1 left out: pingback\n"
	if dry != want {
		t.Errorf("printed\n%swant\n%s", dry, want)
	}
	if out := must(t, "", "import", "wordpress", wordPressFile, "--site", "gazette", database); !strings.Contains(out, "5 added: 2 approved") {
		t.Errorf("printed\n%s", out)
	}
	if out := must(t, "", "import", "wordpress", wordPressFile, "--site", "gazette", database); !strings.Contains(out, "0 added") || !strings.Contains(out, "5 were here already") {
		t.Errorf("printed\n%s", out)
	}
	labels := must(t, "", "export", "labels", database)
	if strings.Count(labels, "\n") != 2 || !strings.Contains(labels, `"source":"wordpress spam"`) || !strings.Contains(labels, `"source":"wordpress trash"`) {
		t.Errorf("labels\n%s", labels)
	}
	for name, test := range map[string]struct {
		args   []string
		status int
		want   string
	}{
		"no site":              {[]string{"import", "wordpress", wordPressFile, database}, exitUsage, "--site is missing"},
		"an unknown site":      {[]string{"import", "wordpress", wordPressFile, "--site", "x", database}, exitFailed, `"x"`},
		"no file":              {[]string{"import", "wordpress", "--site", "gazette", database}, exitUsage, "FILE is missing"},
		"no such file":         {[]string{"import", "wordpress", "none.xml", "--site", "gazette", database}, exitFailed, "none.xml"},
		"a file of other kind": {[]string{"import", "wordpress", "importcomments_test.go", "--site", "gazette", database}, exitFailed, "importcomments_test.go: "},
		"a bad kind of id":     {[]string{"import", "wordpress", wordPressFile, "--site", "gazette", "--article-id", "slug", database}, exitUsage, "--article-id"},
		"a bad label":          {[]string{"import", "wordpress", wordPressFile, "--site", "gazette", "--removed-as", "ham", database}, exitUsage, "--removed-as"},
	} {
		t.Run(name, func(t *testing.T) {
			status, _, errs := winnow(t, "", test.args...)
			if status != test.status || !strings.Contains(errs, test.want) {
				t.Errorf("exit status %d and %q; want %d and %q", status, errs, test.status, test.want)
			}
		})
	}
}

func TestExportAll(t *testing.T) {
	dir := t.TempDir()
	database, second := "--database=sqlite:"+filepath.Join(dir, "w.db"), "--database=sqlite:"+filepath.Join(dir, "x.db")
	file := filepath.Join(dir, "gazette.jsonl.gz")
	must(t, "", "site", "add", "gazette", database)
	must(t, "", "site", "add", "gazette", second)
	must(t, "", "import", "wordpress", wordPressFile, "--site", "gazette", database)
	must(t, "", "site", "set", "gazette", "--hold-budget", "0.25", database)
	must(t, "", "export", "all", "--site", "gazette", "--out", file, database)
	if out := must(t, "", "import", "comments", file, "--site", "gazette", "--dry-run", second); !strings.Contains(out, "settings would be added") {
		t.Errorf("printed\n%s", out)
	}
	if out := must(t, "", "import", "comments", file, "--site", "gazette", second); !strings.Contains(out, "5 added: 2 approved, 1 pending, 2 rejected; 2 labels") {
		t.Errorf("printed\n%s", out)
	}
	first, again := must(t, "", "export", "all", "--site", "gazette", database), must(t, "", "export", "all", "--site", "gazette", second)
	_, first, _ = strings.Cut(first, "\n") // the first lines have the time
	_, again, _ = strings.Cut(again, "\n")
	if first != again || strings.Count(first, "\n") != 11 || !strings.Contains(first, `"hold_budget":0.25`) {
		t.Errorf("exported\n%swant\n%s", again, first)
	}
	if status, _, errs := winnow(t, "", "export", "all", database); status != exitUsage || !strings.Contains(errs, "--site is missing") {
		t.Errorf("exit status %d and %q", status, errs)
	}
}

// TestImportOfSeveralFiles: Coral's collections are files of their own, in any order.
func TestImportOfSeveralFiles(t *testing.T) {
	dir := t.TempDir()
	database := "--database=sqlite:" + filepath.Join(dir, "w.db")
	all, err := os.ReadFile("../../storage/commentfile/testdata/coral.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for name, field := range map[string]string{"comments": `"revisions":[`, "stories": `"url":`, "users": `"username":`} {
		var lines []string
		for line := range strings.Lines(string(all)) {
			if strings.Contains(line, field) && !strings.Contains(line, "ODD") {
				lines = append(lines, line)
			}
		}
		file := filepath.Join(dir, name+".jsonl")
		if err := os.WriteFile(file, []byte(strings.Join(lines, "")), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	must(t, "", "site", "add", "gazette", database)
	out := must(t, "", append([]string{"import", "coral", "--site", "gazette", "--same-authors", database}, files...)...)
	if !strings.Contains(out, "4 added: 1 approved, 1 pending, 2 rejected; 1 label") {
		t.Errorf("printed\n%s", out)
	}
	if exported := must(t, "", "export", "comments", "--site", "gazette", database); !strings.Contains(exported, `"author":{"id":"u-1","name":"Ada","email":"ada@example.org","staff":true}`) {
		t.Errorf("exported\n%s", exported)
	}
}

// TestFilesCannotWriteToTheTerminal: what a file says is printed without control characters.
func TestFilesCannotWriteToTheTerminal(t *testing.T) {
	database := "--database=sqlite:" + filepath.Join(t.TempDir(), "w.db")
	must(t, "", "site", "add", "gazette", database)
	for name, test := range map[string]struct {
		args []string
		text string
	}{
		"names of columns":   {[]string{"csv", "-", "--columns", "text=Kommentar"}, "\x1b[2Jid,text\u202e\nx,y\n"},
		"records left out":   {[]string{"comments", "-"}, `{"type":"\u001b[2Jreaction"}` + "\n"},
		"ids of bad records": {[]string{"comments", "-"}, `{"type":"comment","id":"\u001b[2J","article":{"id":"x"},"body":"","status":"approved"}` + "\n"},
	} {
		_, out, errs := winnow(t, test.text, append(append([]string{"import"}, test.args...), "--site", "gazette", database)...)
		if strings.ContainsAny(out+errs, "\x1b\u202e") || !strings.Contains(out+errs, `[2`) {
			t.Errorf("%s: printed %q and %q", name, out, errs)
		}
	}
}

// TestOneIsNoPlural: a file with one comment.
func TestOneIsNoPlural(t *testing.T) {
	database := "--database=sqlite:" + filepath.Join(t.TempDir(), "w.db")
	must(t, "", "site", "add", "gazette", database)
	const row = "id,text,article\n1,Hello,quay\n"
	for _, want := range []string{"read: 1 comment on 1 article by 1 author\n1 added: 1 approved, 0 pending, 0 rejected; 0 labels\n", "1 was here already and stays as it is\n"} {
		if out := must(t, row, "import", "csv", "-", "--site", "gazette", database); !strings.Contains(out, want) {
			t.Errorf("printed\n%s", out)
		}
	}
}

// TestSitesAreNotNamedHelp: the command line took the word for its own.
func TestSitesAreNotNamedHelp(t *testing.T) {
	database := "--database=sqlite:" + filepath.Join(t.TempDir(), "w.db")
	for _, slug := range []string{"h", "help"} {
		if status, _, errs := winnow(t, "", "site", "add", slug, database); status != exitFailed || !strings.Contains(errs, "must not be h or help") {
			t.Errorf("%s: exit status %d and %q", slug, status, errs)
		}
	}
}

// TestHelpHasOneDefault: of each flag.
func TestHelpHasOneDefault(t *testing.T) {
	for _, command := range [][]string{{"site", "set"}, {"site", "add"}, {"serve"}, {"import", "csv"}, {"export", "all"}, {"golden", "add"}} {
		for line := range strings.Lines(must(t, "", append(command, "--help")...)) {
			if strings.Count(line, "(default") > 1 {
				t.Errorf("%v: %s", command, line)
			}
		}
	}
}
