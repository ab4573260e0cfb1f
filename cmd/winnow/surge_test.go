package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"winnow/models"
)

func TestASiteSaysHowMuchIsTooMuch(t *testing.T) {
	db := "--database=sqlite:" + filepath.Join(t.TempDir(), "w.db")
	must(t, "", "site", "add", "gazette", "--surge", "30/5/60", db)
	must(t, "", "site", "add", "herald", "--surge", "9/1/9", db)
	must(t, "", "site", "set", "herald", "--surge", "off", db)
	var sites []models.Site
	if err := json.Unmarshal([]byte(must(t, "", "site", "list", "--json", db)), &sites); err != nil {
		t.Fatal(err)
	}
	if want := (models.Surge{Count: 30, Minutes: 5, HoldMinutes: 60}); sites[0].Surge != want || sites[1].Surge != (models.Surge{}) {
		t.Errorf("too many are %+v and %+v", sites[0].Surge, sites[1].Surge)
	}
	if list := must(t, "", "site", "list", db); !strings.Contains(list, "30/5/60") {
		t.Error(list)
	}
	for text, want := range map[string]int{"30": exitUsage, "30/5/x": exitUsage, "30/0/5": exitFailed} {
		if status, _, errs := winnow(t, "", "site", "set", "gazette", "--surge", text, db); status != want {
			t.Errorf("%s: exit status %d: %s", text, status, errs)
		}
	}
}
