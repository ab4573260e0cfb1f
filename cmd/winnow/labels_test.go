package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sheet is a table as a German spreadsheet saves it: semicolons, Windows-1252.
func sheet(t *testing.T, rows int) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("Kommentar;Status;Datum;\r\n")
	for i := range rows {
		fmt.Fprintf(&b, "Gr\xfc\xdfe aus K\xf6ln, Nummer %d;in Ordnung;28.11.2026;\r\n", i)
		fmt.Fprintf(&b, "\"G\xfcnstig; nur %d,99 \x80 im Angebot\";Werbung;;\r\n", i)
	}
	file := filepath.Join(t.TempDir(), "sheet.csv")
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

var sheetFlags = []string{"--columns", "label=Status", "--label-map", "in Ordnung=ham", "--label-map", "Werbung=spam"}

func TestTrainAndEvaluateOnSpreadsheetLabels(t *testing.T) {
	file, model := sheet(t, 40), filepath.Join(t.TempDir(), "m.wnw")
	must(t, "", append([]string{"train", "--labels", file, "--out", model}, sheetFlags...)...)
	if out := must(t, "", append([]string{"evaluate", "--labels", file, "--model", model, "--separator", "semicolon", "--encoding", "windows-1252", "--date-order", "dmy"}, sheetFlags...)...); !strings.Contains(out, "80 rows") {
		t.Error(out)
	}
	for flag, says := range map[string]string{
		"--columns=text":      "--columns must be pairs such as text=Kommentar,label=Status",
		"--columns=words=a":   `--columns has no field "words"`,
		"--label-map=1=bad":   "--label-map must give ham, spam or abuse",
		"--separator=dot":     "--separator must be comma",
		"--encoding=martian":  `--encoding "martian" is not known`,
		"--date-order=sdrawr": "--date-order must be dmy or mdy",
	} {
		if status, _, errs := winnow(t, "", "train", "--labels", file, "--out", model, flag); status != exitUsage || !strings.Contains(errs, says) {
			t.Errorf("%s: exit status %d, %s", flag, status, errs)
		}
	}
}

func TestLabelsCheck(t *testing.T) {
	file := sheet(t, 3)
	out := must(t, "", append([]string{"labels", "check", file}, sheetFlags...)...)
	for _, want := range []string{"encoding", "Windows-1252", "semicolon", "column of text", "Kommentar", "column of label", "Status", "Datum", "ham", "3\n", "bad rows"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
	status, out, errs := winnow(t, "", "labels", "check", "--json", "--columns", "label=Status", "--label-map", "Werbung=spam", file)
	if status != exitFailed || !strings.Contains(out, `"bad_rows":3`) || !strings.Contains(out, `sheet.csv:2: label must be ham, spam or abuse, not \"in Ordnung\"`) || !strings.Contains(errs, "3 bad rows") {
		t.Errorf("exit status %d\n%s\n%s", status, out, errs)
	}
	if status, _, errs := winnow(t, "", "labels", "check", file); status != exitFailed || !strings.Contains(errs, "sheet.csv:1: the header names no column for label") {
		t.Errorf("exit status %d, %s", status, errs)
	}
	if status, _, errs := winnow(t, "text\tlabel\na\tham\n", "labels", "check", "-"); status != exitDone {
		t.Errorf("exit status %d, %s", status, errs)
	}
}
