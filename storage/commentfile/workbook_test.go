package commentfile_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"winnow/classifier/labelfile"
	"winnow/storage/commentfile"
)

// TestWorkbook reads a sheet whose columns and dates are those of a spreadsheet.
func TestWorkbook(t *testing.T) {
	book := excelize.NewFile()
	for i, row := range [][]any{
		{"Nr", "Seite", "Kommentar", "Autor", "Status", "Datum"},
		{1, "quay", "A comment", "Ada", "published", time.Date(2026, 5, 1, 10, 30, 0, 0, time.UTC)},
		{2, "quay", "Cheap pills", "Seller", "spam", "02.05.2026 08:00"},
		{3, "quay", "Ambiguous", "Bob", "pending", "03/04/2026"},
	} {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			t.Fatal(err)
		}
		if err := book.SetSheetRow("Sheet1", cell, &row); err != nil {
			t.Fatal(err)
		}
	}
	var content bytes.Buffer
	if err := book.Write(&content); err != nil {
		t.Fatal(err)
	}
	columns, err := commentfile.ParseColumns("article=Seite,text=Kommentar,author=Autor")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for r, err := range format(t, "csv").Read(t.Context(), commentfile.Source{Name: "old.xlsx", In: &content},
		commentfile.TableOptions{Columns: columns, DateOrder: labelfile.DayFirst}) {
		got = append(got, line(t, r, err))
	}
	want := `old.xlsx:Sheet1:2 comment {"key":"1","article":"quay","author":{"name":"Ada"},"body":"A comment","status":"approved","created_at":"2026-05-01T10:30:00Z"}
old.xlsx:Sheet1:3 comment {"key":"2","article":"quay","author":{"name":"Seller"},"body":"Cheap pills","status":"rejected","reason":"spam","removal":"spam","created_at":"2026-05-02T08:00:00Z"}
old.xlsx:Sheet1:4 comment {"key":"3","article":"quay","author":{"name":"Bob"},"body":"Ambiguous","status":"pending","reason":"imported","created_at":"2026-04-03T00:00:00Z"}`
	if strings.Join(got, "\n") != want {
		t.Errorf("found\n%s\nwant\n%s", strings.Join(got, "\n"), want)
	}
	for _, pairs := range []string{"text", "words=Text", "text="} {
		if _, err := commentfile.ParseColumns(pairs); err == nil {
			t.Errorf("%q names columns", pairs)
		}
	}
}
