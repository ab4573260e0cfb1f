package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"winnow/classifier/gate"
	"winnow/models"
)

// exchanged writes the rows of a label file with ham and spam exchanged.
func exchanged(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer(`"label":"ham"`, `"label":"spam"`, `"label":"spam"`, `"label":"ham"`).Replace(string(data))
	out := filepath.Join(t.TempDir(), "exchanged.jsonl")
	if err := os.WriteFile(out, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestModelsAreComparedBeforePromotion(t *testing.T) {
	dir := t.TempDir()
	database := "--database=sqlite:" + filepath.Join(dir, "w.db")
	rows := labels(t)
	good, bad := filepath.Join(dir, "good.wnw"), filepath.Join(dir, "bad.wnw")
	must(t, "", "train", "--labels", rows, "--out", good)
	must(t, "", "train", "--labels", exchanged(t, rows), "--out", bad)

	var report gate.Report
	out := must(t, "", "model", "compare", bad, "--with", good, "--labels", rows, "--held-out", "--json")
	if err := json.Unmarshal([]byte(out), &report); err != nil || !report.Refused || report.Labels != 600 {
		t.Errorf("%v: %s", err, out)
	}
	out = must(t, "", "model", "compare", good, "--with", "starter", "--labels", rows)
	if !strings.Contains(out, "No objection found.") || !strings.Contains(out, "There are no comments") {
		t.Error(out)
	}

	goodVersion := strings.TrimSpace(must(t, "", "model", "import", good, database))
	badVersion := strings.TrimSpace(must(t, "", "model", "import", bad, database))
	must(t, "", "model", "promote", goodVersion, database)
	if out := must(t, "", "model", "compare", badVersion, "--labels", rows, database); !strings.Contains(out, "flipped: ") {
		t.Error(out)
	}
	must(t, "", "model", "promote", badVersion, "--force", "--note", "a drill", database)
	if trail := must(t, "", "export", "audit", database); !strings.Contains(trail, `"forced":"a drill"`) {
		t.Error(trail)
	}
}

func TestPromoteRefuses(t *testing.T) {
	dir := t.TempDir()
	database := "--database=sqlite:" + filepath.Join(dir, "w.db")
	few := filepath.Join(dir, "few.jsonl")
	var lines []byte
	for _, row := range []models.Label{{Text: "The council was right", Label: models.Ham}, {Text: "Cheap pills, click here", Label: models.Spam}} {
		line, err := json.Marshal(row)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(append(lines, line...), '\n')
	}
	if err := os.WriteFile(few, lines, 0o600); err != nil {
		t.Fatal(err)
	}
	model := filepath.Join(dir, "few.wnw")
	if status, _, warnings := winnow(t, "", "train", "--labels", few, "--out", model); status != exitDone || !strings.Contains(warnings, "warning: ") {
		t.Errorf("status %d: %s", status, warnings)
	}
	version := strings.TrimSpace(must(t, "", "model", "import", model, database))
	if status, _, reasons := winnow(t, "", "model", "promote", version, database); status != exitFailed || !strings.Contains(reasons, "few_labels: ") {
		t.Errorf("status %d: %s", status, reasons)
	}
	if status, _, _ := winnow(t, "", "model", "promote", version, "--force", database); status != exitUsage {
		t.Errorf("forced without a note: status %d", status)
	}
}
