package main

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestEmbedPrintsWhatAPageNeeds(t *testing.T) {
	db := "--database=sqlite:" + filepath.Join(t.TempDir(), "w.db")
	must(t, "", "site", "add", "gazette", db)
	printed := must(t, "", "embed", "gazette", "--server", "https://comments.gazette.example/winnow/", db)
	for _, want := range []string{
		`<winnow-comments site="gazette" article="ARTICLE">`, `src="https://comments.gazette.example/winnow/widget/v2.js"`,
		"No page may post yet.", "script-src https://comments.gazette.example; connect-src https://comments.gazette.example",
		"--sso-secret-file", `"site":"gazette"`,
	} {
		if !strings.Contains(printed, want) {
			t.Errorf("no %s in\n%s", want, printed)
		}
	}
	must(t, "", "site", "set", "gazette", "--origin", "https://gazette.example", db)
	if printed := must(t, "", "embed", "gazette", db); !strings.Contains(printed, "winnow site set gazette --origin https://gazette.example --origin https://news.example") {
		t.Errorf("the command would drop an origin:\n%s", printed)
	}
	for want, args := range map[string][]string{"nowhere": {"embed", "nowhere", db}, "--server must be": {"embed", "gazette", "--server", "gazette", db}} {
		if status, _, errs := winnow(t, "", args...); status == exitDone || !strings.Contains(errs, want) {
			t.Errorf("%v: exit status %d: %s", args, status, errs)
		}
	}
}
