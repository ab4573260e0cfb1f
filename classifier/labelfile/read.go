package labelfile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"strings"

	"winnow/models"
)

// Read streams the rows of a label file. The format goes by the extension of name:
// .jsonl, .ndjson, .json (JSON Lines), .csv, .tsv, .xlsx; of any other name it is
// found. Only text and label are required; unknown columns are ignored. For a bad
// row it yields an error of models.KindInvalid that begins with "name:line:", and
// goes on with the next row if the caller does. Any other error ends the sequence.
// A row has at most 1 MiB.
//
// A file of which it cannot be told how to read it (no column for the text, an
// unknown encoding, dates of which day and month cannot be told apart) ends the
// sequence too, also with Options.Skip, because nothing of it would be right.
func Read(src io.Reader, name string, opt Options) iter.Seq2[models.Label, error] {
	return func(yield func(models.Label, error) bool) {
		r := newReader(name, opt, yield)
		if err := r.run(src); err != nil && !r.stopped {
			yield(models.Label{}, err)
		}
	}
}

// reader reads one label file.
type reader struct {
	name, sheet string // sheet is the second and further of a workbook
	opt         Options
	convert     *converter
	found       Summary
	yield       func(models.Label, error) bool
	stopped     bool // the caller wants no more

	order     DateOrder // "" until a date tells
	orderLine int       // of the date that told
	held      []pending // rows from the first date on that needs an order
	heldSize  int
}

func newReader(name string, opt Options, yield func(models.Label, error) bool) *reader {
	return &reader{name: name, opt: opt, convert: newConverter(opt), order: opt.DateOrder, yield: yield}
}

func (r *reader) run(src io.Reader) error {
	if err := r.opt.Validate(); err != nil {
		return err
	}
	br := bufio.NewReaderSize(src, window)
	head, _ := br.Peek(window) // an error comes again when it is read
	extension := strings.ToLower(filepath.Ext(r.name))
	workbook := extension == ".xlsx" || extension == ".xlsm"
	var err error
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		err = r.readWorkbook(br)
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		err = r.at(0, badRow("an old or encrypted Excel file, which is not read; save it as .xlsx without a password"))
	case workbook && len(head) > 0:
		err = r.at(0, badRow("not an .xlsx workbook; if it is a table of text, name it .csv"))
	case !workbook:
		err = r.readText(br, extension)
	}
	if err != nil || r.stopped {
		return err
	}
	return r.endDates()
}

func (r *reader) readText(br *bufio.Reader, extension string) error {
	jsonLines := isJSONLines(br, extension)
	lines, err := newLineReader(br, r.opt.Encoding, jsonLines)
	if err != nil {
		return r.at(0, err)
	}
	if jsonLines {
		err = r.readJSONLines(lines)
	} else {
		err = r.readSeparated(lines, extension == ".tsv" || extension == ".tab")
	}
	r.found.Encoding = lines.dec.name
	return err
}

// isJSONLines tells JSON Lines from a table by the extension or, if that says
// nothing, by the first character.
func isJSONLines(br *bufio.Reader, extension string) bool {
	switch extension {
	case ".jsonl", ".ndjson", ".json":
		return true
	case ".csv", ".tsv", ".tab":
		return false
	}
	head, _ := br.Peek(window)
	for _, mark := range []string{"\xef\xbb\xbf", "\xfe\xff", "\xff\xfe"} {
		head = bytes.TrimPrefix(head, []byte(mark))
	}
	head = bytes.TrimLeft(head, "\x00 \t\r\n") // zero bytes are of UTF-16
	return bytes.HasPrefix(head, []byte("{")) || bytes.HasPrefix(head, []byte("["))
}

// at says where an error is. Faults of the file become models.KindInvalid.
func (r *reader) at(line int, err error) error {
	if err == nil {
		return nil
	}
	place := r.name
	if r.sheet != "" {
		place += ":" + shorten(r.sheet)
	}
	if line > 0 {
		place += fmt.Sprintf(":%d", line)
	}
	var row *rowError
	var columns *columnError
	if errors.As(err, &row) || errors.As(err, &columns) || models.KindOf(err) == models.KindInvalid {
		return models.Errorf(models.KindInvalid, "%s: %s", place, err)
	}
	return fmt.Errorf("read %s: %w", place, err)
}

// table is what the header of a table says.
type table struct {
	layout
	labelColumn string // the name of the column of labels
	convert     *converter
}

func (r *reader) newTable(header []string) (table, error) {
	names := trimAll(header)
	l, err := resolve(names, r.opt.Columns, r.opt.Unlabelled)
	if err != nil {
		return table{}, err
	}
	t := table{layout: l, convert: r.convert}
	if at := l.find(fieldLabel); !l.headless && at >= 0 {
		t.labelColumn = names[at]
	}
	for i, f := range l.fields {
		name := names[i]
		if l.headless {
			name = fmt.Sprintf("column %d", i+1)
		}
		r.found.column(f, name)
	}
	return t, nil
}

// values assigns the fields of a row.
func (t table) values(fields []string) (v values, err error) {
	for i, value := range fields {
		value = strings.TrimSpace(value)
		switch {
		case i >= len(t.fields) && value != "":
			return v, badRow("more fields than the header has, which are %d: is a text with the separator not in quotes?", len(t.fields))
		case i < len(t.fields) && t.fields[i] >= 0:
			v[t.fields[i]] = value
		}
	}
	if need := max(t.find(fieldText), t.find(fieldLabel)); len(fields) <= need && v[fieldText] != "" {
		return v, badRow("label is missing: the row has %s, the header %d", countOf(len(fields), "field"), len(t.fields))
	}
	return v, nil
}

// swallowed reports whether a record of several lines looks like as many rows:
// then a quote was not closed, and one in a later row closed it.
func (t table) swallowed(rec record, sep byte) bool {
	label := t.find(fieldLabel)
	if len(rec.lines) < 2 || label < 0 {
		return false
	}
	for _, l := range rec.lines {
		fields := strings.Split(l.text, string(rune(sep)))
		if len(fields) != len(t.fields) {
			return false
		}
		if _, err := t.convert.class(fields[label], t.labelColumn); err != nil || strings.TrimSpace(fields[label]) != fields[label] {
			return false
		}
	}
	return true
}

// deliver hands on a row of a table, or its fault.
func (r *reader) deliver(line int, t table, fields []string, err error) {
	var v values
	if err == nil {
		v, err = t.values(fields)
	}
	r.deliverValues(line, &v, t.labelColumn, err)
}

func (r *reader) deliverValues(line int, v *values, labelColumn string, err error) {
	row := pending{line: line, sheet: r.sheet}
	if err == nil {
		row.label, row.date, err = r.convert.convert(v, labelColumn)
		row.written = v[fieldCreatedAt]
	}
	row.err = err
	r.push(row)
}

// emit gives a row to the caller.
func (r *reader) emit(row pending) {
	if r.stopped {
		return
	}
	if row.err == nil {
		row.label.CreatedAt = row.date.in(r.order)
		r.found.add(row.label.Label)
		r.stopped = !r.yield(row.label, nil)
		return
	}
	sheet := r.sheet
	r.sheet = row.sheet
	err := r.at(row.line, row.err)
	r.sheet = sheet
	r.found.addBad(err)
	if r.opt.Skip != nil {
		r.opt.Skip(err)
		return
	}
	r.stopped = !r.yield(models.Label{}, err)
}
