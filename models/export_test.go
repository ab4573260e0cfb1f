package models_test

import (
	"strings"
	"testing"

	"winnow/models"
)

func TestAuditTrailHasNoFormulas(t *testing.T) {
	var b strings.Builder
	w, err := models.NewRowWriter(&b, "csv", models.AuditColumns)
	if err != nil {
		t.Fatal(err)
	}
	for _, subject := range []string{`=HYPERLINK("http://x.example")`, "+1", "-1", "@SUM(A1)", "\t=1"} {
		b.Reset()
		if err := w.Write(models.Audit{Subject: subject}); err != nil {
			t.Fatal(err)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), "'"+strings.ReplaceAll(subject, `"`, `""`)) {
			t.Errorf("%q became %s", subject, b.String())
		}
	}
}
