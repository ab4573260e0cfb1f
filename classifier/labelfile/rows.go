package labelfile

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"iter"
	"path/filepath"
	"strings"
	"time"
)

// Row is a row of a table, whatever its columns are.
type Row struct {
	Line   int       // where it begins; of a workbook the number of the row
	Sheet  string    // of a workbook
	Header []string  // names of the columns as ColumnName writes them
	Fields []string  // may be fewer or more than the names
	Epoch  time.Time // of dates that are numbers; zero: of none
}

// Rows streams the rows of a table, .csv, .tsv or .xlsx, below its header. Of the options
// those about the form of the file count. A row that cannot be read is an error of
// models.KindInvalid with its line; the next row follows if the caller goes on. Any other
// error ends the sequence, and has no line.
func Rows(src io.Reader, name string, opt Options) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		r := &reader{name: name, opt: opt}
		rows := &rowYielder{reader: r, yield: yield}
		if err := rows.run(src); err != nil && !r.stopped {
			yield(Row{}, err)
		}
	}
}

// ColumnName makes "Is-Spam " and "is_spam" the same name of a column.
func ColumnName(name string) string { return normalizeName(strings.TrimPrefix(name, "\ufeff")) }

// ParseTime reads a time as tables have it. Unless epoch is zero, numbers are those of a
// spreadsheet: days since then. A date of which it cannot be told whether the day or the
// month comes first is an error, unless the order is given.
func ParseTime(s string, epoch time.Time, order DateOrder) (time.Time, error) {
	d, err := parseDate(s, epoch)
	switch {
	case err != nil:
		return time.Time{}, badRow("%v, not %.40q", strings.TrimPrefix(err.Error(), "created_at "), s)
	case order == "" && d.ambiguous():
		return time.Time{}, badRow("the date %.40q can be %s or %s; name the order with --date-order dmy or --date-order mdy", s,
			d.dayFirst.Format("2 January"), d.monthFirst.Format("2 January"))
	case order == "" && d.dayFirst.IsZero():
		return d.monthFirst, nil
	}
	if d.in(order).IsZero() {
		return time.Time{}, badRow("the date %.40q is none in the order %s", s, order)
	}
	return d.in(order), nil
}

type rowYielder struct {
	*reader
	header []string
	epoch  time.Time
	yield  func(Row, error) bool
}

func (r *rowYielder) run(src io.Reader) error {
	if err := r.opt.Validate(); err != nil {
		return err
	}
	br := bufio.NewReaderSize(src, window)
	head, _ := br.Peek(window) // an error comes again when it is read
	extension := strings.ToLower(filepath.Ext(r.name))
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return r.workbook(br)
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		return r.at(0, badRow("an old or encrypted Excel file, which is not read; save it as .xlsx without a password"))
	case extension == ".xlsx" || extension == ".xlsm":
		return r.at(0, badRow("not an .xlsx workbook; if it is a table of text, name it .csv"))
	}
	return r.table(br, extension == ".tsv" || extension == ".tab")
}

func (r *rowYielder) table(br *bufio.Reader, tabs bool) error {
	lines, err := newLineReader(br, r.opt.Encoding, false)
	if err != nil {
		return r.at(0, err)
	}
	sep, err := r.separator(lines, tabs)
	if err != nil {
		return err
	}
	records := recordReader{lines, sep}
	for !r.stopped {
		rec, err := records.next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil && !isRowError(err):
			return r.at(lines.number, err)
		case err != nil && r.header == nil:
			return r.at(rec.line, err)
		}
		r.row(rec.line, rec.fields, err)
	}
	return nil
}

func (r *rowYielder) workbook(br *bufio.Reader) error {
	content, err := readWorkbookBytes(br)
	if err != nil {
		return r.at(0, err)
	}
	book, epoch, err := openWorkbook(content)
	if err != nil {
		return r.at(0, err)
	}
	defer book.Close() // it has no files of its own
	r.epoch = epoch
	for _, name := range book.GetSheetList() {
		r.sheet, r.header = name, nil
		rows, err := openSheet(book, name)
		if err != nil {
			return r.at(0, err)
		}
		for !r.stopped {
			fields, err := rows.next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil && (!isRowError(err) || r.header == nil) {
				return r.at(rows.number, err)
			}
			r.row(rows.number, fields, err)
		}
	}
	return nil
}

// row takes the first row for the header, and hands on the others.
func (r *rowYielder) row(line int, fields []string, err error) {
	if r.header == nil {
		for _, name := range fields {
			r.header = append(r.header, ColumnName(name))
		}
		return
	}
	if err != nil {
		err = r.at(line, err)
	}
	r.stopped = !r.yield(Row{Line: line, Sheet: r.sheet, Header: r.header, Fields: fields, Epoch: r.epoch}, err)
}
