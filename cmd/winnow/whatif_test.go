package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"winnow/handlers/whatif"
	"winnow/models"
	"winnow/storage"
)

func TestWhatIf(t *testing.T) {
	path := "sqlite:" + filepath.Join(t.TempDir(), "w.db")
	flag := "--database=" + path
	must(t, "", "site", "add", "gazette", flag)
	db, err := storage.Open(t.Context(), path, storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range []string{"The new quay is open.\nAt last!", "A casino on the quay?", "We walked home in the rain."} {
		_, _, _, err := db.CreateComment(t.Context(), storage.NewComment{Comment: models.Comment{
			Site: "gazette", Article: models.Article{ID: "quay"}, Author: models.Author{Name: "Ada"}, Body: body, Status: models.Approved,
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	rules := `{"blocked_words":{"words":["casino"],"action":"reject"}}`
	out := must(t, rules, "what-if", "--site", "gazette", "--rules", "-", "--hold", "1", flag)
	for _, want := range []string{"Of the last 3 comments it would hold 0 (now 0) and reject 1 (now 0).", "reject (rule)", "A casino on the quay?"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	var r whatif.Result
	if err := json.Unmarshal([]byte(must(t, "", "what-if", "--site", "gazette", "--comments", "2", "--mode", "pre", "--json", flag)), &r); err != nil {
		t.Fatal(err)
	}
	if r.Comments != 2 || r.Then.Held != 2 || len(r.Changes) != 2 {
		t.Errorf("%+v", r)
	}
	for want, args := range map[string][]string{
		"there is no site": {"--site", "herald"},
		"mode":             {"--site", "gazette", "--mode", "strict"},
		"comments":         {"--site", "gazette", "--comments", "0"},
	} {
		if status, _, errs := winnow(t, "", append([]string{"what-if", flag}, args...)...); status != exitFailed || !strings.Contains(errs, want) {
			t.Errorf("%v: exit status %d: %s", args, status, errs)
		}
	}
}
