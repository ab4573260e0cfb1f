package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"winnow/storage/storagetest"
)

// TestWorkflow runs the whole workflow of a newsroom on both databases: train and
// promote a model while the server runs, post and decide comments, export the labels,
// restart.
func TestWorkflow(t *testing.T) {
	t.Run("SQLite, in process", func(t *testing.T) {
		workflow(t, "--database=sqlite:"+filepath.Join(t.TempDir(), "w.db"))
	})
	t.Run("PostgreSQL and Redis", func(t *testing.T) {
		workflow(t, "--database="+storagetest.PostgresURL(t), "--redis="+storagetest.Redis(t).URL)
	})
}

func workflow(t *testing.T, setup ...string) {
	database := setup[0]
	n := start(t, setup...)
	if !strings.Contains(n.stdout.String(), "password:") {
		t.Errorf("the first start must print the password:\n%s", n.stdout)
	}
	var site struct{ Slug, Key string }
	if err := json.Unmarshal([]byte(must(t, "", "site", "add", "gazette", "--json", database)), &site); err != nil {
		t.Fatal(err)
	}
	must(t, "a fine pass phrase\n", "moderator", "add", "ada", "--role", "admin", "--password-stdin", database)
	must(t, "another pass phrase\n", "moderator", "add", "bob", "--password-stdin", database)
	ada, bob := n.login(t, "ada", "a fine pass phrase"), n.login(t, "bob", "another pass phrase")

	// The starter model scores at once and does not reject.
	first := n.comment(t, site.Key, "harbour", "Make money fast!!! http://win.example/casino free bonus, click now", 0)
	if first["status"] == "rejected" {
		t.Errorf("the starter model rejected: %v", first)
	}

	rows := labels(t)
	model, version := trainAndPromote(t, n, ada, rows)

	ham := n.comment(t, site.Key, "harbour", "I think the council was right about the bridge, the seats are full on Sundays.", 1)
	if ham["status"] != "approved" || ham["verdict"].(object)["model"] != version {
		t.Errorf("a ham comment: %v", ham)
	}
	compareScores(t, n, site.Key, model)

	// Premoderation fills the queue.
	must(t, "", "site", "set", "gazette", "--mode", "pre", database)
	held := waitHeld(t, n, site.Key)
	moderate(t, n, ada, bob, held)
	exportAndRetrain(t, n, ada, rows, database)

	// All of it survives a restart.
	if status := n.stop(); status != exitDone {
		t.Errorf("exit status %d after the end of the context", status)
	}
	again := start(t, setup...)
	if strings.Contains(again.stdout.String(), "password:") {
		t.Error("a later start printed a password")
	}
	reply := again.call(t, http.StatusOK, "GET", "/v1/comments/"+ham["id"].(string), ada, nil)
	if reply["comment"].(object)["status"] != "approved" {
		t.Errorf("after a restart: %v", reply)
	}
	if c := again.comment(t, site.Key, "harbour", "And here we are again.", 200); c["verdict"].(object)["model"] != version {
		t.Errorf("after a restart another model scores: %v", c)
	}
}

// trainAndPromote trains a model on rows, checks its metrics and makes it live.
func trainAndPromote(t *testing.T, n *node, token, rows string) (model, version string) {
	t.Helper()
	model = filepath.Join(t.TempDir(), "m.wnw")
	must(t, "", "train", "--labels", rows, "--out", model)
	metrics := must(t, "", "evaluate", "--model", model, "--labels", rows, "--json")
	var measured struct{ Spam struct{ AUC float64 } }
	if err := json.Unmarshal([]byte(metrics), &measured); err != nil || measured.Spam.AUC < 0.99 {
		t.Fatalf("metrics of an easy set: %v %s", err, metrics)
	}
	data, err := os.ReadFile(model)
	if err != nil {
		t.Fatal(err)
	}
	version = n.call(t, http.StatusCreated, "POST", "/v1/models", token, data)["version"].(string)
	n.call(t, http.StatusOK, "POST", "/v1/models/"+url.PathEscape(version)+"/promote", token, object{})
	return model, version
}

// waitHeld posts until the server uses the new mode of the site, and returns the ids
// of two held comments.
func waitHeld(t *testing.T, n *node, key string) (held []string) {
	t.Helper()
	for i := 20; len(held) < 2; i++ {
		if i == 180 {
			t.Fatal("premoderation did not begin")
		}
		c := n.comment(t, key, "harbour", fmt.Sprintf("A remark about the market, number %d.", i), i)
		if c["status"] == "pending" {
			held = append(held, c["id"].(string))
		} else {
			time.Sleep(50 * time.Millisecond) // between polls
		}
	}
	return held
}

// moderate lets ada claim and decide both, and bob get conflicts.
func moderate(t *testing.T, n *node, ada, bob string, held []string) {
	t.Helper()
	public := func(id string) bool {
		_, page := n.do(t, "GET", "/v1/comments?site=gazette&article=harbour&limit=200", "", nil)
		return bytes.Contains(page, []byte(id))
	}
	claimed := n.call(t, http.StatusOK, "POST", "/v1/queue/claim", ada, object{"site": "gazette", "limit": 50})["items"].([]any)
	if len(claimed) < 2 {
		t.Fatalf("claim returned %d items", len(claimed))
	}
	if rest := n.call(t, http.StatusOK, "POST", "/v1/queue/claim", bob, object{"site": "gazette", "limit": 50})["items"].([]any); len(rest) != 0 {
		t.Errorf("bob got %d items that ada has claimed", len(rest))
	}
	good, bad := "/v1/comments/"+held[0]+"/decision", "/v1/comments/"+held[1]+"/decision"
	n.call(t, http.StatusConflict, "POST", good, bob, object{"action": "approve"})
	decision := n.call(t, http.StatusOK, "POST", good, ada, object{"action": "approve"})["id"].(string)
	n.call(t, http.StatusOK, "POST", bad, ada, object{"action": "reject", "reason": "spam"})
	if !public(held[0]) || public(held[1]) {
		t.Error("the page must show the approved comment, and not the rejected one")
	}
	n.call(t, http.StatusOK, "POST", "/v1/decisions/"+decision+"/undo", ada, object{})
	if public(held[0]) {
		t.Error("after the undo the page must not show the comment")
	}
	n.call(t, http.StatusOK, "POST", good, ada, object{"action": "approve"})
}

// exportAndRetrain exports the decisions as labels, through the API and the command,
// and trains on them.
func exportAndRetrain(t *testing.T, n *node, token, rows, database string) {
	t.Helper()
	status, export := n.do(t, "GET", "/v1/labels?format=jsonl", token, nil)
	if status != http.StatusOK || bytes.Count(export, []byte("\n")) != 2 {
		t.Fatalf("labels: status %d, want two rows:\n%s", status, export)
	}
	if exported := must(t, "", "export", "labels", database); exported != string(export) {
		t.Errorf("the command exports\n%s\nthe server\n%s", exported, export)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "export.jsonl")
	if err := os.WriteFile(file, export, 0o600); err != nil {
		t.Fatal(err)
	}
	must(t, "", "train", "--labels", rows, "--labels", file, "--out", filepath.Join(dir, "m.wnw"))
	version := strings.TrimSpace(must(t, "", "model", "import", filepath.Join(dir, "m.wnw"), database))
	must(t, "", "model", "promote", version, database)
	if live := must(t, "", "model", "list", database); !strings.Contains(live, version+"  live") {
		t.Errorf("model list:\n%s", live)
	}
	must(t, "", "model", "rollback", database)
}

// compareScores compares winnow score with the server.
func compareScores(t *testing.T, n *node, key, model string) {
	t.Helper()
	for i, text := range []string{
		"I think the library should open on Sundays.",
		"Cheap replica watches now!!! Click http://offer7.example/win",
		"Maybe a bonus for the theatre would help.",
	} {
		row, _ := json.Marshal(object{"text": text, "author": "Reader", "url": "https://gazette.example/harbour"})
		var alone, served struct {
			Spam    float64
			Action  string
			Model   string
			Verdict json.RawMessage
		}
		if err := json.Unmarshal([]byte(must(t, string(row), "score", "--model", model)), &alone); err != nil {
			t.Fatal(err)
		}
		reply, _ := json.Marshal(n.comment(t, key, "harbour", text, 10+i)["verdict"])
		if err := json.Unmarshal(reply, &served); err != nil {
			t.Fatal(err)
		}
		if alone.Spam != served.Spam || alone.Action != served.Action || alone.Model != served.Model {
			t.Errorf("%q: winnow score gives %+v, the server %+v", text, alone, served)
		}
	}
}
