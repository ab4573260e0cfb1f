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

// TestMainJob goes the newsroom's whole circle on both set-ups: a model is
// trained and promoted while the server runs, comments arrive, moderators
// decide, decisions leave as labels, a second node and a restart know it all.
func TestMainJob(t *testing.T) {
	t.Run("SQLite, in process", func(t *testing.T) {
		mainJob(t, "--database=sqlite:"+filepath.Join(t.TempDir(), "w.db"))
	})
	t.Run("PostgreSQL and Redis", func(t *testing.T) {
		mainJob(t, "--database="+storagetest.PostgresURL(t), "--redis="+storagetest.Redis(t).URL)
	})
}

func mainJob(t *testing.T, setup ...string) {
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

	// A starter model scores from the first moment, and does not reject.
	first := n.comment(t, site.Key, "harbour", "Make money fast!!! http://win.example/casino free bonus, click now", 0)
	if first["status"] == "rejected" {
		t.Errorf("the starter model rejected: %v", first)
	}

	model := filepath.Join(t.TempDir(), "m.wnw")
	rows := labels(t)
	must(t, "", "train", "--labels", rows, "--out", model)
	figures := must(t, "", "evaluate", "--model", model, "--labels", rows, "--json")
	var measured struct{ Spam struct{ AUC float64 } }
	if err := json.Unmarshal([]byte(figures), &measured); err != nil || measured.Spam.AUC < 0.99 {
		t.Fatalf("figures of an easy set: %v %s", err, figures)
	}
	data, err := os.ReadFile(model)
	if err != nil {
		t.Fatal(err)
	}
	version := n.call(t, http.StatusCreated, "POST", "/v1/models", ada, data)["version"].(string)
	n.call(t, http.StatusOK, "POST", "/v1/models/"+url.PathEscape(version)+"/promote", ada, object{})

	ham := n.comment(t, site.Key, "harbour", "I think the council was right about the bridge, the seats are full on Sundays.", 1)
	if ham["status"] != "approved" || ham["verdict"].(object)["model"] != version {
		t.Errorf("a harmless comment: %v", ham)
	}
	scoreLikeTheServer(t, n, site.Key, model)

	// The site holds everything now, so that there is a queue.
	must(t, "", "site", "set", "gazette", "--mode", "pre", database)
	held := waitHeld(t, n, site.Key)
	moderate(t, n, ada, bob, held)
	exportAndRetrain(t, n, ada, rows, database)

	// Another node, and this one after a restart, know it all.
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

// waitHeld posts until the site's new mode has reached the server, and returns
// the ids of two comments that wait for a moderator.
func waitHeld(t *testing.T, n *node, key string) (held []string) {
	t.Helper()
	for i := 20; len(held) < 2; i++ {
		if i == 180 {
			t.Fatal("pre-moderation never began")
		}
		c := n.comment(t, key, "harbour", fmt.Sprintf("A remark about the market, number %d.", i), i)
		if c["status"] == "pending" {
			held = append(held, c["id"].(string))
		} else {
			time.Sleep(50 * time.Millisecond) // between polls of a state, not for a time
		}
	}
	return held
}

// moderate has ada claim both, and bob come too late.
func moderate(t *testing.T, n *node, ada, bob string, held []string) {
	t.Helper()
	public := func(id string) bool {
		_, page := n.do(t, "GET", "/v1/comments?site=gazette&article=harbour&limit=200", "", nil)
		return bytes.Contains(page, []byte(id))
	}
	dealt := n.call(t, http.StatusOK, "POST", "/v1/queue/claim", ada, object{"site": "gazette", "limit": 50})["items"].([]any)
	if len(dealt) < 2 {
		t.Fatalf("claim dealt %d items", len(dealt))
	}
	if rest := n.call(t, http.StatusOK, "POST", "/v1/queue/claim", bob, object{"site": "gazette", "limit": 50})["items"].([]any); len(rest) != 0 {
		t.Errorf("bob was dealt %d items that ada holds", len(rest))
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
		t.Error("undone, the comment must leave the page")
	}
	n.call(t, http.StatusOK, "POST", good, ada, object{"action": "approve"})
}

// exportAndRetrain takes the decisions out as labels, both ways, and learns
// from them.
func exportAndRetrain(t *testing.T, n *node, token, rows, database string) {
	t.Helper()
	status, export := n.do(t, "GET", "/v1/labels?format=jsonl", token, nil)
	if status != http.StatusOK || bytes.Count(export, []byte("\n")) != 2 {
		t.Fatalf("labels: status %d, want two rows:\n%s", status, export)
	}
	if typed := must(t, "", "export", "labels", database); typed != string(export) {
		t.Errorf("the command exports\n%s\nthe server\n%s", typed, export)
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

// scoreLikeTheServer holds winnow score against the server.
func scoreLikeTheServer(t *testing.T, n *node, key, model string) {
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
			t.Errorf("%q: score says %+v, the server %+v", text, alone, served)
		}
	}
}
