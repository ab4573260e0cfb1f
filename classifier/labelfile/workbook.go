package labelfile

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"github.com/xuri/excelize/v2"

	"winnow/models"
)

// Bounds on a workbook. It is held in memory, and a small file can unpack to a
// huge one.
const (
	maxWorkbook = 64 << 20  // bytes as it is stored
	maxUnpacked = 256 << 20 // bytes of all parts
	maxPart     = 32 << 20  // bytes of a part other than sheets and strings
	maxStrings  = 2_000_000 // shared strings
	maxCell     = 256 << 10 // bytes of one cell; Excel takes 32,767 characters
	maxCells    = 1_000     // of one row
	maxDepth    = 64        // of XML elements
)

var errTooLarge = badRow("the workbook is too large to be read; save it as CSV (UTF-8)")

// readWorkbook reads every sheet that has columns for text and label.
func (r *reader) readWorkbook(br *bufio.Reader) error {
	r.found.Format = "xlsx"
	content, err := readWorkbookBytes(br)
	if err != nil {
		return r.at(0, err)
	}
	book, epoch, err := openWorkbook(content)
	if err != nil {
		return r.at(0, err)
	}
	defer book.Close() // it has no files of its own
	r.convert.epoch = epoch
	return r.readSheets(book)
}

// readWorkbookBytes returns a workbook that has been checked.
func readWorkbookBytes(br *bufio.Reader) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(br, maxWorkbook+1))
	if err == nil && len(content) > maxWorkbook {
		err = errTooLarge
	}
	if err == nil {
		err = checkWorkbook(content, maxUnpacked)
	}
	return content, err
}

// openWorkbook returns a workbook and the epoch of its dates.
func openWorkbook(content []byte) (book *excelize.File, epoch time.Time, err error) {
	defer recoverWorkbook(&err)
	// With equal limits nothing is unpacked into files.
	book, err = excelize.OpenReader(bytes.NewReader(content), excelize.Options{UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: maxUnpacked})
	if err != nil {
		return nil, epoch, badRow("not an .xlsx workbook: %s", shorten(err))
	}
	props, err := book.GetWorkbookProps()
	if err != nil {
		return nil, epoch, badRow("not an .xlsx workbook: %s", shorten(err))
	}
	if props.Date1904 != nil && *props.Date1904 {
		return book, time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC), nil
	}
	return book, time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC), nil
}

// recoverWorkbook makes an error of a panic of the library, which was written for
// files that a spreadsheet saved.
func recoverWorkbook(err *error) {
	if p := recover(); p != nil {
		*err = damaged(p)
	}
}

func (r *reader) readSheets(book *excelize.File) error {
	var refused error // of the first sheet that is not empty
	read := 0
	for _, name := range book.GetSheetList() {
		if read > 0 {
			r.sheet = name
		}
		rows, err := openSheet(book, name)
		if err != nil {
			return r.at(0, err)
		}
		ok, err := r.readSheet(rows)
		var columns *columnError
		switch {
		case errors.As(err, &columns):
			if refused == nil {
				refused = r.at(rows.number, err)
			}
		case err != nil || r.stopped:
			return r.at(rows.number, err)
		case ok:
			read++
		}
	}
	if read == 0 {
		return refused
	}
	return nil
}

// readSheet reads one sheet, and reports whether it has any rows.
func (r *reader) readSheet(rows *sheetRows) (bool, error) {
	header, err := rows.next()
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	t, err := r.newTable(header)
	if err != nil {
		return false, err
	}
	if t.headless {
		r.deliver(rows.number, t, header, nil)
	}
	for !r.stopped {
		fields, err := rows.next()
		switch {
		case errors.Is(err, io.EOF):
			return true, nil
		case err != nil && !isRowError(err):
			return true, err
		}
		r.deliver(rows.number, t, fields, err)
	}
	return true, nil
}

// sheetRows streams the rows of a sheet that are not blank.
type sheetRows struct {
	rows   *excelize.Rows
	number int // of the last row
}

func openSheet(book *excelize.File, name string) (rows *sheetRows, err error) {
	defer recoverWorkbook(&err)
	opened, err := book.Rows(name)
	if err != nil {
		return nil, badRow("sheet %.40q cannot be read: %s", name, shorten(err))
	}
	return &sheetRows{rows: opened}, nil
}

// next returns the next row, or io.EOF.
func (s *sheetRows) next() (fields []string, err error) {
	defer recoverWorkbook(&err)
	for s.rows.Next() {
		s.number++
		fields, err := s.rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return nil, badRow("the row cannot be read: %s", shorten(err))
		}
		size := 0
		for _, f := range fields {
			size += len(f)
		}
		if size > maxRow {
			return nil, badRow("the row is longer than %d bytes", maxRow)
		}
		if strings.TrimSpace(strings.Join(fields, "")) != "" {
			return fields, nil
		}
	}
	if err := s.rows.Error(); err != nil {
		return nil, damaged(err)
	}
	return nil, io.EOF
}

// damaged is an error that ends a workbook.
func damaged(cause any) error {
	return models.Errorf(models.KindInvalid, "the workbook is damaged (%s); save it again, or as CSV (UTF-8)", shorten(cause))
}

// shorten prints a cause that may quote the file.
func shorten(cause any) string {
	const most = 200
	s := strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, fmt.Sprint(cause))
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

// checkWorkbook looks at every part before the library does, and at most at left
// bytes of them. The library takes as much memory as it is given, and takes the end of broken XML for the end of a sheet.
func checkWorkbook(content []byte, left int64) error {
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return badRow("not an .xlsx workbook: %s", shorten(err))
	}
	for _, f := range archive.File {
		name := strings.ToLower(strings.ReplaceAll(f.Name, `\`, "/"))
		most := int64(maxPart)
		if strings.HasPrefix(name, "xl/worksheets/") || name == "xl/sharedstrings.xml" {
			most = left
		}
		part, err := f.Open()
		if err != nil {
			return damaged(err)
		}
		limited := &io.LimitedReader{R: part, N: min(most, left) + 1}
		before := limited.N
		if strings.HasSuffix(name, ".xml") {
			err = checkXML(limited)
		} else {
			_, err = io.Copy(io.Discard, limited)
		}
		_ = part.Close()
		switch {
		case limited.N == 0 || errors.Is(err, errTooLarge):
			return errTooLarge
		case err != nil:
			return damaged(f.Name + ": " + err.Error())
		}
		left -= before - limited.N
	}
	return nil
}

// checkXML reads a part to its end and checks its bounds.
func checkXML(part io.Reader) error {
	d := xml.NewDecoder(part)
	depth, items, cells, size := 0, 0, 0, 0
	inside := false // a cell or a shared string
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			if depth > 0 {
				return io.ErrUnexpectedEOF
			}
			return nil
		}
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			depth++
			switch t.Name.Local {
			case "si":
				items++
				inside, size = true, 0
			case "row":
				cells = 0
			case "c":
				cells++
				inside, size = true, 0
			}
		case xml.EndElement:
			depth--
			inside = inside && t.Name.Local != "si" && t.Name.Local != "c"
		case xml.CharData:
			if inside {
				size += len(t)
			}
		}
		if depth > maxDepth || items > maxStrings || cells > maxCells || size > maxCell {
			return errTooLarge
		}
	}
}
