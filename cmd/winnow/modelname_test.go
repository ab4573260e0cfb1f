package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestModelsAreNamed(t *testing.T) {
	dir := t.TempDir()
	database := "--database=sqlite:" + filepath.Join(dir, "w.db")
	table, model := filepath.Join(dir, "rows.csv"), filepath.Join(dir, "model.wnw")
	if err := os.WriteFile(table, []byte("id;text;label\n1;Cheap watches, click now;spam\n2;The library opens on Sundays;\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	must(t, "", "train", "--labels", labels(t), "--out", model)
	version := strings.TrimSpace(must(t, "", "model", "import", model, database))
	starter := must(t, "", "score", "--model", "starter", "--in", table)
	if strings.Count(starter, "\n") != 2 || !strings.Contains(starter, `"id":"2"`) {
		t.Error(starter)
	}
	if live := must(t, "", "score", "--model", "live", "--in", table, database); live != starter {
		t.Errorf("the live model of a new installation is the starter: %s", live)
	}
	must(t, "", "evaluate", "--model", "starter", "--labels", labels(t))
	if card := must(t, "", "model", "card", version, database); !strings.HasPrefix(card, "# Model "+version) || card != must(t, "", "model", "card", model) {
		t.Error(card)
	}
	must(t, "", "model", "promote", version, "--force", "--note", "a drill", database)
	if card := must(t, "", "model", "card", "live", "--lang", "de", database); !strings.HasPrefix(card, "# Modell "+version) {
		t.Error(card)
	}
	must(t, "", "site", "add", "gazette", "--hold-budget", "0.1", database)
	if trail := must(t, "", "export", "audit", database); !strings.Contains(trail, `"hold_budget":0.1`) {
		t.Error(trail)
	}
}
