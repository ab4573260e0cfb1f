package main

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"winnow/storage/storagetest"
)

func TestAuditVerify(t *testing.T) {
	for name, url := range map[string]string{
		"SQLite": "sqlite:" + filepath.Join(t.TempDir(), "w.db"), "PostgreSQL": storagetest.PostgresURL(t),
	} {
		t.Run(name, func(t *testing.T) {
			database := "--database=" + url
			must(t, "", "site", "add", "gazette", "--second-look", "0.25", database)
			must(t, "", "site", "set", "gazette", "--second-look", "0", database)
			must(t, "", "site", "rotate-key", "gazette", database)
			out := must(t, "", "audit", "verify", database)
			found := regexp.MustCompile(`(?m)^gazette +3 rows, head ([0-9a-f]{64})\n3 rows, all chains valid\n$`).FindStringSubmatch(out)
			if found == nil {
				t.Fatal(out)
			}
			if trail := must(t, "", "export", "audit", database); !strings.Contains(trail, found[1]) || !strings.Contains(trail, `"second_look":0.25`) || !strings.Contains(trail, "audit.export") {
				t.Error(trail)
			}
			must(t, "", "audit", "verify", "--expect", strings.ToUpper(found[1]), database)
			if status, _, errs := winnow(t, "", "audit", "verify", "--expect", "123", database); status != exitUsage {
				t.Errorf("exit status %d: %s", status, errs)
			}
			if _, err := storagetest.Raw(t, url).Exec(`UPDATE audit SET actor = 'command:mallory' WHERE seq = 2`); err != nil {
				t.Fatal(err)
			}
			status, out, errs := winnow(t, "", "audit", "verify", database)
			if status != exitFailed || out != "" || !strings.Contains(errs, "row 2") {
				t.Errorf("exit status %d: %s%s", status, out, errs)
			}
		})
	}
}
