package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"winnow/models"
)

// TestLoopTrainsFromAFreshServer is what a newsroom of one moderator does: 400
// comments arrive, what is held is decided, what the training sample deals is looked
// at, and then there are enough labels to train.
func TestLoopTrainsFromAFreshServer(t *testing.T) {
	database := "--database=sqlite:" + filepath.Join(t.TempDir(), "w.db")
	n := start(t, database)
	var site struct{ Slug, Key string }
	if err := json.Unmarshal([]byte(must(t, "", "site", "add", "gazette", "--json", "--campaign-copies", "0", database)), &site); err != nil {
		t.Fatal(err)
	}
	must(t, "a fine pass phrase\n", "moderator", "add", "ada", "--role", "admin", "--password-stdin", database)
	ada := n.login(t, "ada", "a fine pass phrase")
	for i := range 400 {
		n.comment(t, site.Key, fmt.Sprint("article-", i%7), loopText(i), i)
	}
	looks := 0
	for working := true; working; {
		working = false
		for _, item := range n.call(t, http.StatusOK, "POST", "/v1/second-looks/claim", ada, object{"limit": 50})["items"].([]any) {
			look := item.(object)
			n.call(t, http.StatusOK, "POST", "/v1/second-looks/"+look["id"].(string), ada, loopDecision(look["comment"].(object)["body"].(string)))
			looks++
			working = true
		}
		for _, item := range n.call(t, http.StatusOK, "GET", "/v1/queue?limit=100", ada, nil)["items"].([]any) {
			comment := item.(object)["comment"].(object)
			n.call(t, http.StatusOK, "POST", "/v1/comments/"+comment["id"].(string)+"/decision", ada, loopDecision(comment["body"].(string)))
			working = true
		}
	}
	if looks == 0 || looks > 210 { // of the sample, and a hundredth of the others
		t.Errorf("%d second looks", looks)
	}
	state := n.call(t, http.StatusOK, "GET", "/v1/second-looks?site=gazette", ada, nil)
	sample := state["sites"].([]any)[0].(object)["training_sample"].(object)
	if sample["looked"] != 200.0 || sample["arrived"] != 200.0 || sample["total"] != 200.0 {
		t.Errorf("training sample: %v", state)
	}
	n.call(t, http.StatusAccepted, "POST", "/v1/models/train", ada, object{})
	for deadline := time.Now().Add(15 * time.Minute); ; time.Sleep(200 * time.Millisecond) {
		training := n.call(t, http.StatusOK, "GET", "/v1/models", ada, nil)["training"].(object)
		if training["state"] == "done" {
			break
		}
		if training["state"] == "failed" || time.Now().After(deadline) {
			t.Fatalf("training: %v", training)
		}
	}
	kinds := map[string]int{}
	for line := range strings.Lines(must(t, "", "export", "labels", database)) {
		var l models.Label
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatal(err)
		}
		if want := loopDecision(l.Text)["action"]; (want == "approve") != (l.Label == models.Ham) {
			t.Errorf("%q has the label %s", l.Text, l.Label)
		}
		if l.SelectionRate == 0 {
			t.Errorf("%q was selected by %q without a rate", l.Text, l.SelectedBy)
		}
		kinds[l.SelectedBy+" "+string(l.Label)]++
	}
	if kinds["sample ham"] < 20 {
		t.Errorf("labels: %v", kinds)
	}
}

// loopText returns the text of a comment, a quarter of them spam.
func loopText(i int) string {
	places := []string{"harbour", "library", "market", "bridge", "theatre", "station", "school"}
	acts := []string{"reopened", "closed", "was painted", "was sold", "stands empty", "is loud"}
	offers := []string{"pills", "followers", "a loan", "replica watches", "betting tips"}
	if i%4 == 0 {
		return fmt.Sprintf("Order %s today at http://offer%d.example/win, only %d left for you", offers[i/4%5], i, 10+i)
	}
	return fmt.Sprintf("My neighbour said the %s %s in %d, which nobody had told us before.", places[i%7], acts[i%6], 1600+i)
}

func loopDecision(text string) object {
	if strings.HasPrefix(text, "Order ") {
		return object{"action": "reject", "reason": "spam"}
	}
	return object{"action": "approve"}
}

func TestImportLabels(t *testing.T) {
	folder := t.TempDir()
	database := "--database=sqlite:" + filepath.Join(folder, "w.db")
	must(t, "", "site", "add", "gazette", database)
	file := filepath.Join(folder, "rows.jsonl")
	rows := `{"text":"good","label":"ham"}` + "\n" + `{"text":"odd","label":"HAM?"}` + "\n" + `{"text":"bad","label":"spam","site":"elsewhere"}` + "\n"
	if err := os.WriteFile(file, []byte(rows), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"2 labels added, 0 known", "0 labels added, 2 known"} {
		status, stdout, stderr := winnow(t, "", "import", "labels", file, "--site", "gazette", database)
		if status != exitFailed || !strings.Contains(stdout, want) || !strings.Contains(stderr, "rows.jsonl:2:") || !strings.Contains(stderr, "1 bad rows") {
			t.Errorf("status %d, stdout %s, stderr %s", status, stdout, stderr)
		}
	}
	exported := must(t, "", "export", "labels", "--site", "gazette", database)
	if strings.Count(exported, `"selected_by":"import"`) != 2 {
		t.Errorf("exported: %s", exported)
	}
	if out := must(t, exported, "import", "labels", "-", database); !strings.Contains(out, "0 labels added, 2 known") {
		t.Errorf("an export again: %s", out)
	}
	if status, _, _ := winnow(t, "", "import", "labels", file, "--site", "none", database); status != exitFailed {
		t.Errorf("an unknown site: status %d", status)
	}
	if status, _, _ := winnow(t, "", "import", "labels", database); status != exitUsage {
		t.Errorf("no file: status %d", status)
	}
}

func TestGoldenExamples(t *testing.T) {
	database := "--database=sqlite:" + filepath.Join(t.TempDir(), "w.db")
	must(t, "", "site", "add", "gazette", "--training-sample", "50", database)
	var g models.GoldenExample
	if err := json.Unmarshal([]byte(must(t, "buy now\n", "golden", "add", "spam", "-", "--site", "gazette", "--note", "seen in May", "--json", database)), &g); err != nil {
		t.Fatal(err)
	}
	must(t, "", "golden", "add", "ham", "good morning", database)
	if list := must(t, "", "golden", "list", database); !strings.Contains(list, "good morning") || !strings.Contains(list, "seen in May") {
		t.Errorf("list: %s", list)
	}
	must(t, "", "golden", "remove", g.ID, database)
	if list := must(t, "", "golden", "list", "--site", "gazette", "--json", database); strings.TrimSpace(list) != "[]" {
		t.Errorf("after removal: %s", list)
	}
	if trail := must(t, "", "export", "audit", database); !strings.Contains(trail, "golden.add") || !strings.Contains(trail, `"training_sample":50`) {
		t.Errorf("audit: %s", trail)
	}
	if status, _, _ := winnow(t, "", "golden", "add", "odd", "text", database); status != exitFailed {
		t.Errorf("an unknown label: status %d", status)
	}
}
