package main

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"winnow/storage/storagetest"
)

// TestBackupRestoreAndErase backs up a running node, restores it to PostgreSQL and
// erases a reader there.
func TestBackupRestoreAndErase(t *testing.T) {
	dir := t.TempDir()
	sqlite, postgres := "--database=sqlite:"+filepath.Join(dir, "w.db"), "--database="+storagetest.PostgresURL(t)
	var site struct{ Key string }
	if err := json.Unmarshal([]byte(must(t, "", "site", "add", "gazette", "--json", sqlite)), &site); err != nil {
		t.Fatal(err)
	}
	n := start(t, sqlite)
	id := n.call(t, http.StatusCreated, "POST", "/v1/comments", site.Key, object{
		"article": object{"id": "a"}, "author": object{"id": "u1", "name": "Ada"}, "body": "I was there.",
	})["id"].(string)
	file := filepath.Join(dir, "backup.db")
	must(t, "", "backup", file, sqlite)
	n.stop()
	if status, _, errs := winnow(t, "", "backup", file, sqlite); status != exitFailed || !strings.Contains(errs, "already") {
		t.Errorf("over a file: exit status %d: %s", status, errs)
	}
	must(t, "", "backup", "--force", file, sqlite)
	must(t, "", "restore", file, postgres)
	if status, _, errs := winnow(t, "", "restore", file, sqlite); status != exitFailed || !strings.Contains(errs, "not empty") {
		t.Errorf("over a database: exit status %d: %s", status, errs)
	}
	if status, _, errs := winnow(t, "", "backup", filepath.Join(dir, "none", "b.db"), sqlite); status != exitFailed || errs == "" {
		t.Errorf("into no folder: exit status %d: %s", status, errs)
	}

	out := filepath.Join(dir, "ada.json")
	must(t, "", "reader", "export", "--site", "gazette", "--id", "u1", "--out", out, postgres)
	exported, err := os.ReadFile(out)
	if err != nil || !strings.Contains(string(exported), id) || !strings.Contains(string(exported), "I was there.") {
		t.Errorf("exported %s, %v", exported, err)
	}
	for want, args := range map[string][]string{
		"--yes": {"reader", "erase", "--site", "gazette", "--id", "u1", postgres},
		"--id":  {"reader", "erase", "--site", "gazette", "--yes", postgres},
	} {
		if status, _, errs := winnow(t, "", args...); status != exitUsage || !strings.Contains(errs, want) {
			t.Errorf("%q: exit status %d: %s", args, status, errs)
		}
	}
	if out := must(t, "", "reader", "erase", "--site", "gazette", "--id", "u1", "--yes", postgres); !strings.HasPrefix(out, "1 comment,") {
		t.Error(out)
	}
	if left := must(t, "", "reader", "export", "--site", "gazette", "--id", "u1", postgres); strings.Contains(left, id) {
		t.Errorf("left %s", left)
	}
}

func TestKilledBackupLeavesNoFile(t *testing.T) {
	dir := t.TempDir()
	url, file := "sqlite:"+filepath.Join(dir, "w.db"), filepath.Join(dir, "backups", "b.db")
	must(t, "", "migrate", "--database", url)
	if err := os.Mkdir(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	// Large enough to take a while.
	for _, name := range []string{"a", "b", "c"} {
		if _, err := storagetest.Raw(t, url).Exec(`INSERT INTO settings (name, value) VALUES ($1, zeroblob(50000000))`, name); err != nil {
			t.Fatal(err)
		}
	}
	run := exec.Command(os.Args[0], "backup", file, "--database", url)
	run.Env = append(os.Environ(), runAsProgram+"=1")
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	poll(t, "the backup has begun", func() bool {
		found, err := os.ReadDir(filepath.Dir(file))
		return err == nil && len(found) > 0
	})
	_ = run.Process.Kill() // fails if it has already ended
	_ = run.Wait()
	checkIntegrity := func() {
		t.Helper()
		var result string
		if err := storagetest.Raw(t, "sqlite:"+file).QueryRow(`PRAGMA integrity_check`).Scan(&result); err != nil || result != "ok" {
			t.Errorf("%s, %v", result, err)
		}
	}
	if _, err := os.Stat(file); err == nil {
		checkIntegrity() // it was complete before the kill
	}
	must(t, "", "backup", "--force", file, "--database", url)
	checkIntegrity()
}
