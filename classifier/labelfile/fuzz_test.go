package labelfile

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"winnow/models"
)

// checkAnyFile checks what holds for the rows and errors of any file.
func checkAnyFile(t *testing.T, content []byte, name string, opt Options, most int) {
	rows := 0
	for l, err := range Read(bytes.NewReader(content), name, opt) {
		if rows++; rows > most {
			t.Fatal("more rows than bytes")
		}
		if err != nil {
			if models.KindOf(err) != models.KindInvalid || !strings.HasPrefix(err.Error(), name+":") {
				t.Fatalf("bad error: %v", err)
			}
			if strings.Contains(err.Error(), "\n") || len(err.Error()) > 2000 {
				t.Fatalf("an error of more than a line: %q", err)
			}
			continue
		}
		if !l.Label.Valid() || models.Blank(l.Text) || l.Text != models.Clean(l.Text) || l.SelectionRate < 0 || l.SelectionRate > 1 {
			t.Fatalf("bad label: %+v", l)
		}
		if opt.Encoding == "" && utf8.Valid(content) && !bytes.ContainsRune(content, utf8.RuneError) && bytes.IndexByte(content, 0) < 0 &&
			name == "f.csv" && strings.ContainsRune(l.Text, utf8.RuneError) {
			t.Fatalf("letters are lost: %q", l.Text)
		}
	}
}

// fuzzOptions are options to choose from by a number.
var fuzzOptions = []Options{
	{},
	{Columns: map[string]string{"text": "1", "label": "2"}},
	{LabelMap: map[string]models.Class{"1": models.Spam, "0": models.Ham}, DateOrder: DayFirst},
	{Encoding: "windows-1252", Separator: ';'},
	{Encoding: "utf-16le"},
	{Columns: map[string]string{"text": "a", "label": "b", "created_at": "c"}},
}

func FuzzSeparated(f *testing.F) {
	for _, s := range []string{
		"text,label\none,ham\n\"two\n\",spam\n\"", "\ufefftext,label\r\n", "a\n\"b\"c,\n", "sep=;\ntext;is_spam;date\na;1;03/04/2026\n\"b\nc\";0;28/04/2026;;\n",
		"text\tlabel\n\"open\tham\nx\tspam\nsize 5\"\tham\n", "text,label\nGr\xfc\xdfe,ham\nGrüße,spam\n", "\xff\xfet\x00e\x00x\x00t\x00", "a,b,c\nx,ham,4/5/2026\n",
		"ham;x\rspam;y\r",
	} {
		for n := range fuzzOptions {
			f.Add([]byte(s), uint8(n))
		}
	}
	f.Fuzz(func(t *testing.T, content []byte, options uint8) {
		checkAnyFile(t, content, "f.csv", fuzzOptions[int(options)%len(fuzzOptions)], len(content)+1)
		checkNoLineIsLost(t, content)
	})
}

// checkNoLineIsLost checks that each line is of one record, or blank.
func checkNoLineIsLost(t *testing.T, content []byte) {
	if _, err := newLineReader(bufio.NewReader(bytes.NewReader(content)), "utf-8", false); err != nil {
		return // UTF-32
	}
	open := func() *lineReader {
		lines, err := newLineReader(bufio.NewReader(bytes.NewReader(content)), "utf-8", false)
		if err != nil {
			t.Fatal(err)
		}
		return lines
	}
	seen := map[int]int{}
	for records := (recordReader{open(), ','}); ; {
		rec, err := records.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil && !isRowError(err) {
			t.Fatal(err)
		}
		for _, l := range rec.lines {
			seen[l.number]++
		}
	}
	for lines := open(); ; {
		l, err := lines.next()
		if err != nil {
			return
		}
		if n := seen[l.number]; n > 1 || n == 0 && (l.err != nil || !blankRow(l.text, ',')) {
			t.Fatalf("line %d is in %d records", l.number, n)
		}
	}
}

func FuzzJSONLines(f *testing.F) {
	for _, s := range []string{
		`{"text":"one","label":"ham"}` + "\n{\n\n[]", "\xff\x00\n{}", `{"comment":"a","is_spam":true,"id":1.5e300,"date":"03/04/2026"}`, `{"a":"\ud800","b":"spam","c":-0}`, "null\n1\n\"\"",
	} {
		for n := range fuzzOptions {
			f.Add([]byte(s), uint8(n))
		}
	}
	f.Fuzz(func(t *testing.T, content []byte, options uint8) {
		checkAnyFile(t, content, "f.jsonl", fuzzOptions[int(options)%len(fuzzOptions)], len(content)+1)
	})
}

func FuzzWorkbook(f *testing.F) {
	const head = `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>`
	const shared = `<sst count="3"><si><t>text</t></si><si><t>label</t></si><si><r><t>h</t></r><r><t>am</t></r></si></sst>`
	for _, sheet := range []string{
		head + `<row r="2"><c r="A2"><v>1.5E+3</v></c><c r="B2" t="s"><v>2</v></c></row></sheetData></worksheet>`,
		head + `<row r="9"><c r="A9" t="b"><v>1</v></c><c r="XFD9" t="e"><v>#N/A</v></c></row><row r="3"/></sheetData></worksheet>`,
		head + `<row><c t="inlineStr"><is><t>a</t></is></c><c t="d"><v>2026-11-28T00:00:00Z</v></c><c t="s"><v>-1</v></c></row></sheetData></worksheet>`,
		head + `<row r="1048577"><c r="A1" s="99"><f>1+</f></c></row></sheetData>`,
	} {
		f.Add(sheet, shared, uint8(0))
		f.Add(sheet, shared, uint8(1))
	}
	f.Fuzz(func(t *testing.T, sheet, shared string, options uint8) {
		content := parts(t, map[string]string{"xl/worksheets/sheet1.xml": sheet, "xl/sharedStrings.xml": shared})
		checkAnyFile(t, []byte(content), "f.xlsx", fuzzOptions[int(options)%len(fuzzOptions)], len(sheet)+1)
	})
}
