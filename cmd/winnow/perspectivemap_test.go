package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPerspectiveMap(t *testing.T) {
	dir := t.TempDir()
	flag := "--database=sqlite:" + filepath.Join(dir, "w.db")
	must(t, "", "site", "add", "gazette", flag)
	file := filepath.Join(dir, "scores.csv")
	rows := "text,TOXICITY,FLIRTATION\n" +
		"You are an idiot and I hate you.,0.93,0.1\nYou are an idiot.,0.81,0.2\nThe ferry runs again.,0.05,0.3\nThank you for the report.,0.02,0.4\n"
	if err := os.WriteFile(file, []byte(rows), 0o600); err != nil {
		t.Fatal(err)
	}
	out := must(t, "", "perspective-map", "--site", "gazette", "--model", "starter", "--scores", file, "--at", "0.8", flag)
	if !strings.Contains(out, "TOXICITY, 4 comments, rank correlation") || !strings.Contains(out, "2 (100 %)") || strings.Contains(out, "FLIRTATION") {
		t.Error(out)
	}
	var all []attributeMap
	lines := `{"text":"You are an idiot.","scores":{"TOXICITY":0.8}}` + "\n" + `{"text":"Thanks.","scores":{"TOXICITY":0.1}}`
	if err := json.Unmarshal([]byte(must(t, lines, "perspective-map", "--site", "gazette", "--model", "starter", "--scores", "-", "--json", flag)), &all); err != nil {
		t.Fatal(err)
	}
	if len(all) != 1 || all[0].Comments != 2 || len(all[0].Rows) != 8 {
		t.Errorf("%+v", all)
	}
	for want, args := range map[string][]string{
		"-:1: it has no text": {"--scores", "-"},
		"no score of a known": {"--scores", "-", "--at", "0.5"},
		"--at must be":        {"--scores", "-", "--at", "2"},
	} {
		in := map[bool]string{true: "{}", false: `{"text":"a"}`}[strings.HasPrefix(want, "-:1")]
		if status, _, errs := winnow(t, in, append([]string{"perspective-map", "--site", "gazette", "--model", "starter", flag}, args...)...); status == exitDone || !strings.Contains(errs, want) {
			t.Errorf("%v: exit status %d: %s", args, status, errs)
		}
	}
}
