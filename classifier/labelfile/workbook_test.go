package labelfile

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"winnow/models"
)

// workbook makes a file with sheets of rows.
func workbook(t testing.TB, sheets ...[][]any) string {
	if t != nil {
		t.Helper()
	}
	book := excelize.NewFile()
	defer book.Close()
	for i, rows := range sheets {
		name := fmt.Sprintf("Sheet%d", i+1)
		if i > 0 {
			if _, err := book.NewSheet(name); err != nil {
				t.Fatal(err)
			}
		}
		for n, row := range rows {
			if err := book.SetSheetRow(name, fmt.Sprintf("A%d", n+1), &row); err != nil {
				t.Fatal(err)
			}
		}
	}
	var out bytes.Buffer
	if err := book.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestWorkbook(t *testing.T) {
	day := time.Date(2026, 11, 28, 14, 3, 0, 0, time.UTC)
	content := workbook(t, [][]any{
		{},
		{"Nr", "Kommentar", "Ist Spam", "Datum", "Notiz"},
		{17, " Grüße, „Ärger“\nzwei; Zeilen ", false, day, "x"},
		{"", "", "", "", ""},
		{123456789012, "Nur 3,99 €", true, "28.11.2026 14:03"},
		{3, "offen", "vielleicht", nil},
		{4, 4711, "nein", nil},
	})
	labels, faults := readAll("a.xlsx", content, Options{Columns: map[string]string{"label": "Ist Spam"}, LabelMap: map[string]models.Class{"TRUE": models.Spam, "FALSE": models.Ham, "nein": models.Ham}})
	if len(labels) != 3 || len(faults) != 1 || !strings.HasPrefix(faults[0], `a.xlsx:6: label must be ham, spam or abuse, not "vielleicht"`) {
		t.Fatalf("%+v %q", labels, faults)
	}
	if l := labels[0]; l.ID != "17" || l.Text != "Grüße, „Ärger“\nzwei; Zeilen" || l.Label != models.Ham || !l.CreatedAt.Equal(day) {
		t.Errorf("%+v", l)
	}
	if l := labels[1]; l.ID != "123456789012" || l.Text != "Nur 3,99 €" || l.Label != models.Spam || !l.CreatedAt.Equal(day) {
		t.Errorf("%+v", l)
	}
	if labels[2].Text != "4711" {
		t.Errorf("%+v", labels[2])
	}
	// A workbook is known by its content.
	if labels, _ := readAll("a.csv", content, Options{Columns: map[string]string{"label": "Ist Spam"}}); len(labels) != 0 {
		t.Errorf("%+v", labels)
	}
}

func TestWorkbookSheets(t *testing.T) {
	content := workbook(t,
		[][]any{{"Readme"}, {"Zwei Blätter"}}, [][]any{{"text", "label"}, {"a", "ham"}}, [][]any{}, [][]any{{"content", "class"}, {"b", "spam"}, {"c", "x"}})
	checkRows(t, "a.xlsx", content, Options{}, []string{"ham a", "spam b"}, `a.xlsx:Sheet4:3: label must be`)
	checkRows(t, "a.xlsx", workbook(t, [][]any{{"one", "two"}, {"a", "ham"}}), Options{}, nil, `a.xlsx:1: the header names no column for text and label, it has "one", "two"`)
	checkRows(t, "a.xlsx", workbook(t, [][]any{{"a", "ham"}, {"b", "spam"}}), Options{Columns: map[string]string{"text": "1", "label": "2"}}, []string{"ham a", "spam b"})
	checkRows(t, "a.xlsx", workbook(t, [][]any{}), Options{}, nil)
}

func TestWorkbookDates(t *testing.T) {
	book := excelize.NewFile()
	yes := true
	if err := book.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes}); err != nil {
		t.Fatal(err)
	}
	for cell, value := range map[string]any{"A1": "text", "B1": "label", "C1": "date", "A2": "a", "B2": "ham", "C2": 44892.5} {
		if err := book.SetCellValue("Sheet1", cell, value); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := book.Write(&out); err != nil {
		t.Fatal(err)
	}
	labels, faults := readAll("a.xlsx", out.String(), Options{})
	if len(faults) > 0 || labels[0].CreatedAt.Format("2006-01-02 15:04") != "2026-11-28 12:00" {
		t.Errorf("%+v %q", labels, faults)
	}
}

// goodParts returns the parts of a workbook with the rows "ham a" and "spam b".
var goodParts = sync.OnceValue(func() map[string]string {
	good := workbook(nil, [][]any{{"text", "label"}, {"a", "ham"}, {"b", "spam"}})
	archive, err := zip.NewReader(strings.NewReader(good), int64(len(good)))
	if err != nil {
		panic(err)
	}
	all := map[string]string{}
	for _, f := range archive.File {
		part, err := f.Open()
		if err != nil {
			panic(err)
		}
		content, err := io.ReadAll(part)
		if err != nil {
			panic(err)
		}
		all[f.Name] = string(content)
	}
	return all
})

// parts makes a workbook of a good one with other parts put in.
func parts(t testing.TB, replaced map[string]string) string {
	t.Helper()
	all := maps.Clone(goodParts())
	maps.Copy(all, replaced)
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	w.RegisterCompressor(zip.Deflate, func(to io.Writer) (io.WriteCloser, error) { return flate.NewWriter(to, flate.BestSpeed) })
	for _, name := range slices.Sorted(maps.Keys(all)) {
		to, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(to, all[name]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestDamagedWorkbooksAreRefused(t *testing.T) {
	const sheet, shared = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
	head := `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c t="inlineStr"><is><t>text</t></is></c><c t="inlineStr"><is><t>label</t></is></c></row>`
	good := `<row r="2"><c t="inlineStr"><is><r><t>on</t></r><r><t>e</t></r></is></c><c t="inlineStr"><is><t>ham</t></is></c></row>`
	tail := `</sheetData></worksheet>`
	checkRows(t, "a.xlsx", parts(t, map[string]string{sheet: head + good + tail}), Options{}, []string{"ham one"})
	for name, c := range map[string]struct{ content, want string }{
		"cut":              {workbook(t, [][]any{{"text", "label"}, {"a", "ham"}})[:2000], "a.xlsx: not an .xlsx workbook"},
		"a zip":            {"PK\x03\x04 and no more", "a.xlsx: not an .xlsx workbook"},
		"text":             {"text,label\na,ham\n", "a.xlsx: not an .xlsx workbook; if it is a table of text, name it .csv"},
		"old Excel":        {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "a.xlsx: an old or encrypted Excel file"},
		"half a sheet":     {parts(t, map[string]string{sheet: head + good + `<row r="3"><c t="inl`}), "a.xlsx: the workbook is damaged (xl/worksheets/sheet1.xml: "},
		"an open sheet":    {parts(t, map[string]string{sheet: head + good}), "a.xlsx: the workbook is damaged (xl/worksheets/sheet1.xml: "},
		"long cell":        {parts(t, map[string]string{shared: "<sst><si><t>" + strings.Repeat("x", maxCell+1) + "</t></si></sst>"}), "a.xlsx: the workbook is too large"},
		"many strings":     {parts(t, map[string]string{shared: "<sst>" + strings.Repeat("<si/>", maxStrings+1) + "</sst>"}), "a.xlsx: the workbook is too large"},
		"many cells":       {parts(t, map[string]string{sheet: "<sheetData><row>" + strings.Repeat("<c/>", maxCells+1) + "</row></sheetData>"}), "a.xlsx: the workbook is too large"},
		"deep":             {parts(t, map[string]string{sheet: strings.Repeat("<a>", maxDepth+1)}), "a.xlsx: the workbook is too large"},
		"huge other part":  {parts(t, map[string]string{"xl/styles.xml": strings.Repeat(" ", maxPart+1)}), "a.xlsx: the workbook is too large"},
		"string not there": {parts(t, map[string]string{sheet: head + `<row r="2"><c t="s"><v>-7</v></c><c t="inlineStr"><is><t>ham</t></is></c></row>` + tail}), "a.xlsx:2: text is missing"},
	} {
		t.Run(name, func(t *testing.T) { checkRows(t, "a.xlsx", c.content, Options{}, nil, c.want) })
	}
}

func TestWorkbookIsNotUnpackedBeyondItsBound(t *testing.T) {
	bomb := []byte(parts(t, map[string]string{"xl/worksheets/sheet1.xml": strings.Repeat(" ", 4<<20)}))
	if err := checkWorkbook(bomb, 1<<20); !errors.Is(err, errTooLarge) {
		t.Error(err)
	}
	if err := checkWorkbook(bomb, 5<<20); err != nil {
		t.Error(err)
	}
}

func TestWorkbookLeavesNoFiles(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	rows := [][]any{{"text", "label"}}
	for i := range 3_000 {
		rows = append(rows, []any{fmt.Sprintf("%d %s", i, strings.Repeat("text ", 1000)), "ham"})
	}
	content := workbook(t, rows)
	n := 0
	for _, err := range Read(strings.NewReader(content), "a.xlsx", Options{}) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n == 2 {
			if files, err := os.ReadDir(os.TempDir()); len(files) > 0 || err != nil {
				t.Errorf("%v %v", files, err)
			}
		}
	}
	if n != 3_000 {
		t.Errorf("%d rows", n)
	}
}
