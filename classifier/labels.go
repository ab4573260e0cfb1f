package classifier

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"strings"
	"time"

	"winnow/models"
)

// maxRow is the maximum length of a row of a label file, in bytes: enough for
// models.MaxBody characters with escapes, and the other fields.
const maxRow = 1 << 20

// LabelOptions changes how label files are read. The zero value is usable.
type LabelOptions struct {
	// Skip, unless nil, is called with the error of each bad row, which is then
	// left out. If it is nil, the error is yielded.
	Skip func(bad error)
}

// ReadLabels streams the rows of a label file: CSV when name ends in ".csv",
// JSON Lines otherwise. Only text and label are required; unknown fields are
// ignored. For a bad row it yields an error of models.KindInvalid that begins
// with "name:line:", and goes on with the next row if the caller does. Any other
// error ends the sequence. A row has at most 1 MiB.
func ReadLabels(r io.Reader, name string, opt LabelOptions) iter.Seq2[models.Label, error] {
	read := readJSONLines
	if strings.EqualFold(filepath.Ext(name), ".csv") {
		read = readCSV
	}
	return func(yield func(models.Label, error) bool) {
		br := bufio.NewReaderSize(r, 64<<10)
		if bom, _ := br.Peek(3); bytes.Equal(bom, []byte("\xef\xbb\xbf")) {
			_, _ = br.Discard(3) // cannot fail: the bytes are buffered
		}
		read(br, func(line int, l models.Label, err error) bool {
			var bad *rowError
			var syntax *csv.ParseError
			if errors.As(err, &bad) {
				err = models.Errorf(models.KindInvalid, "%s:%d: %s", name, line, bad.why)
				if opt.Skip != nil {
					opt.Skip(err)
					return true
				}
			} else if errors.Is(err, errLongRow) {
				err = models.Errorf(models.KindInvalid, "%s:%d: a row is longer than %d bytes; is a quote not closed?", name, line, maxRow)
			} else if errors.As(err, &syntax) {
				err = models.Errorf(models.KindInvalid, "%s:%d: the header is not CSV: %v", name, line, syntax.Err)
			} else if err != nil {
				err = fmt.Errorf("read %s:%d: %w", name, line, err)
			}
			return yield(l, err)
		})
	}
}

// rowError says what is wrong with one row. The next row can still be read.
type rowError struct{ why string }

func (e *rowError) Error() string { return e.why }

func badRow(format string, args ...any) error { return &rowError{fmt.Sprintf(format, args...)} }

type yieldRow func(line int, l models.Label, err error) bool

func readJSONLines(br *bufio.Reader, yield yieldRow) {
	var long []byte // a row that is longer than the reader's buffer
	for line := 1; ; line++ {
		long = long[:0]
		row, err := br.ReadSlice('\n')
		size := len(row)
		for errors.Is(err, bufio.ErrBufferFull) {
			if size <= maxRow {
				long = append(long, row...)
			}
			row, err = br.ReadSlice('\n')
			size += len(row)
		}
		if err != nil && !errors.Is(err, io.EOF) {
			yield(line, models.Label{}, err)
			return
		}
		if len(long) > 0 && size <= maxRow {
			long = append(long, row...)
			row = long
		}
		var l models.Label
		var bad error
		switch row = bytes.TrimSpace(row); {
		case size > maxRow:
			bad = badRow("the row is longer than %d bytes", maxRow)
		case len(row) == 0:
			if err != nil {
				return
			}
			continue
		default:
			if e := json.Unmarshal(row, &l); e != nil {
				bad = badRow("not a label row in JSON: %s", describeJSONError(e))
			} else {
				bad = checkLabel(&l)
			}
		}
		if bad != nil {
			l = models.Label{}
		}
		if !yield(line, l, bad) || err != nil {
			return
		}
	}
}

// describeJSONError says what is wrong with a row without naming Go types.
func describeJSONError(err error) string {
	var mismatch *json.UnmarshalTypeError
	if errors.As(err, &mismatch) {
		if mismatch.Field == "" {
			return "it must be an object, not " + mismatch.Value
		}
		return fmt.Sprintf("field %q cannot be %s", mismatch.Field, mismatch.Value)
	}
	return err.Error()
}

func readCSV(br *bufio.Reader, yield yieldRow) {
	limited := &rowLimiter{r: br}
	cr := csv.NewReader(limited)
	cr.FieldsPerRecord = -1
	cr.ReuseRecord = true
	limited.left = maxRow
	header, err := cr.Read()
	if errors.Is(err, io.EOF) {
		return
	}
	if err != nil {
		yield(1, models.Label{}, err)
		return
	}
	columns := make([]string, len(header))
	for i, h := range header {
		columns[i] = strings.ToLower(strings.TrimSpace(h))
	}
	for line := 1; ; {
		limited.left = maxRow
		record, err := cr.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		var l models.Label
		var syntax *csv.ParseError
		switch {
		case errors.As(err, &syntax):
			line = syntax.StartLine
			err = badRow("not CSV: %v", syntax.Err)
		case err == nil:
			line, _ = cr.FieldPos(0)
			if err = fillLabel(&l, columns, record); err == nil {
				err = checkLabel(&l)
			}
		default:
			yield(line, l, err)
			return
		}
		if err != nil {
			l = models.Label{}
		}
		if !yield(line, l, err) {
			return
		}
	}
}

// errLongRow ends a CSV file. The cause may be a quote that is not closed, so it
// is unknown where the next row begins.
var errLongRow = errors.New("row too long")

// rowLimiter returns an error after left bytes, so that a quote that is not closed
// cannot use up the memory.
type rowLimiter struct {
	r    io.Reader
	left int
}

func (l *rowLimiter) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errLongRow
	}
	n, err := l.r.Read(p)
	l.left -= n
	return n, err
}

func fillLabel(l *models.Label, columns, record []string) error {
	for i, value := range record {
		if i >= len(columns) {
			return badRow("more fields than the header has")
		}
		switch columns[i] {
		case "id":
			l.ID = value
		case "text":
			l.Text = value
		case "label":
			l.Label = models.Class(value)
		case "author":
			l.Author = value
		case "author_email":
			l.AuthorEmail = value
		case "author_url":
			l.AuthorURL = value
		case "url":
			l.URL = value
		case "site":
			l.Site = value
		case "lang":
			l.Lang = value
		case "source":
			l.Source = value
		case "labelled_by":
			l.LabelledBy = value
		case "created_at":
			if value == "" {
				continue
			}
			at, err := time.Parse(time.RFC3339, value)
			if err != nil {
				return badRow("created_at must be a time such as 2006-01-02T15:04:05Z")
			}
			l.CreatedAt = at
		}
	}
	return nil
}

func checkLabel(l *models.Label) error {
	l.Text = models.Clean(l.Text)
	switch {
	case models.Blank(l.Text):
		return badRow("text is missing or empty")
	case l.Label == "":
		return badRow("label is missing")
	case !l.Label.Valid():
		return badRow("label must be ham, spam or abuse, not %.40q", string(l.Label))
	}
	return nil
}
