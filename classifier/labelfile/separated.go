package labelfile

import (
	"errors"
	"io"
	"slices"
	"strings"
)

// record is one row of a table.
type record struct {
	line   int // where it begins
	fields []string
	lines  []line // that it was read from
}

// recordReader splits lines into records as RFC 4180 has them, with any
// separator. A quote within a field that does not begin with one is a character
// like others. After a record with a fault it goes on with the next line, so that
// a quote that is not closed costs its own row and no other.
type recordReader struct {
	lines *lineReader
	sep   byte
}

// next returns the next record that is not blank, or io.EOF. The fault of one
// record is a *rowError; after a fault of quotes the record has its first line alone.
func (r *recordReader) next() (record, error) {
	for {
		first, err := r.lines.next()
		if err != nil {
			return record{line: first.number}, err
		}
		if first.err == nil && blankRow(first.text, r.sep) {
			continue
		}
		return r.parse(first)
	}
}

// blankRow reports whether a line is empty, or a row of empty fields, as
// spreadsheets write below the last row.
func blankRow(text string, sep byte) bool {
	if strings.Trim(text, "\" \t"+string(rune(sep))) != "" {
		return false
	}
	for f := range strings.SplitSeq(text, string(rune(sep))) {
		if f = strings.TrimSpace(f); f != "" && f != `""` {
			return false
		}
	}
	return true
}

func (r *recordReader) parse(first line) (record, error) {
	rec := record{line: first.number, lines: []line{first}}
	rest := first.text
	for {
		if !strings.HasPrefix(rest, `"`) {
			at := strings.IndexByte(rest, r.sep)
			if at < 0 {
				rec.fields = append(rec.fields, rest)
				return rec, rec.lineFault()
			}
			rec.fields = append(rec.fields, rest[:at])
			rest = rest[at+1:]
			continue
		}
		var more bool
		var err error
		if rest, more, err = r.quoted(&rec, rest[1:]); err != nil {
			r.lines.unread(rec.lines[1:])
			rec.lines, rec.fields = rec.lines[:1], nil
			return rec, err
		}
		if !more {
			return rec, rec.lineFault()
		}
	}
}

// lineFault is the fault of the first line that has one.
func (r *record) lineFault() error {
	for _, l := range r.lines {
		if l.err != nil && l.number != r.line {
			return badRow("line %d: %v", l.number, l.err)
		} else if l.err != nil {
			return l.err
		}
	}
	return nil
}

// quoted reads a field in quotes from rest, which follows the opening quote, and
// from as many lines as it has. It returns what follows the field's separator;
// more is false if there is none.
func (r *recordReader) quoted(rec *record, rest string) (after string, more bool, err error) {
	opened := rec.lines[len(rec.lines)-1].number
	var value strings.Builder
	size := 0
	for {
		at := strings.IndexByte(rest, '"')
		switch {
		case at >= 0 && strings.HasPrefix(rest[at+1:], `"`):
			value.WriteString(rest[:at+1])
			rest = rest[at+2:]
		case at >= 0:
			value.WriteString(rest[:at])
			rest = strings.TrimLeft(rest[at+1:], " ")
			if rest != "" && rest[0] != r.sep {
				return "", false, strayQuote(opened, rec.lines[len(rec.lines)-1].number)
			}
			rec.fields = append(rec.fields, value.String())
			return strings.TrimPrefix(rest, string(rune(r.sep))), rest != "", nil
		default:
			value.WriteString(rest)
			value.WriteByte('\n')
			size += len(rest) + 1
			next, err := r.lines.next()
			switch {
			case errors.Is(err, io.EOF):
				return "", false, badRow("the quote that opens in line %d is not closed; close it, or write it twice if it belongs to the text", opened)
			case err != nil:
				return "", false, err
			}
			rec.lines = append(rec.lines, next)
			if size+len(next.text) > maxRow || next.err != nil && next.text == "" {
				return "", false, badRow("the row is longer than %d bytes: the quote that opens in line %d is not closed; close it, or write it twice if it belongs to the text", maxRow, opened)
			}
			rest = next.text
		}
	}
}

func strayQuote(opened, closed int) error {
	if opened == closed {
		return badRow("a quote ends a field and more text follows; a quote within a text in quotes is written twice")
	}
	return badRow("the quote that opens in line %d is not closed before line %d, where another quote stands; close it, or write it twice if it belongs to the text", opened, closed)
}

// detectSeparator returns the separator with which the first row names the columns
// or, if none does, the one that divides the first rows best.
func detectSeparator(lines *lineReader, columns map[string]string) byte {
	var sample []line
	for size := 0; len(sample) < 100 && size < maxRow; {
		next, err := lines.next()
		if err != nil {
			break // it comes again when the line is read
		}
		sample = append(sample, next)
		size += len(next.text)
	}
	lines.unread(sample)
	best, bestScore := separators[0].char, -1
	for _, s := range separators {
		// The reader of the sample is its own: what it skips is read again.
		if score := scoreSeparator(recordReader{&lineReader{back: sample, err: io.EOF}, s.char}, columns); score > bestScore {
			best, bestScore = s.char, score
		}
	}
	return best
}

func scoreSeparator(r recordReader, columns map[string]string) int {
	const most = 20 // records
	header, err := r.next()
	if err != nil && !isRowError(err) {
		return 0
	}
	width := len(header.fields)
	score := min(width, most)
	if _, err := resolve(trimAll(header.fields), columns, false); err == nil {
		score += 10 * most
	}
	for range most {
		rec, err := r.next()
		if err != nil && !isRowError(err) {
			break
		}
		if width > 1 && len(rec.fields) == width {
			score += 2
		}
	}
	return score
}

func isRowError(err error) bool {
	var bad *rowError
	return errors.As(err, &bad)
}

func trimAll(names []string) []string {
	trimmed := slices.Clone(names)
	for i, n := range trimmed {
		trimmed[i] = strings.TrimSpace(n)
	}
	return trimmed
}

// readSeparated reads a table of text.
func (r *reader) readSeparated(lines *lineReader, tabs bool) error {
	sep, err := r.separator(lines, tabs)
	if err != nil {
		return err
	}
	r.found.Format, r.found.Separator = "table", separatorName(sep)
	records := recordReader{lines, sep}
	header, err := records.next()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if isRowError(err) {
		return r.at(header.line, err)
	}
	if err != nil {
		return r.at(lines.number, err)
	}
	t, err := r.newTable(header.fields)
	if err != nil {
		return r.at(header.line, err)
	}
	if t.layout.headless {
		r.deliver(header.line, t, header.fields, nil)
	}
	for !r.stopped {
		rec, err := records.next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil && !isRowError(err):
			return r.at(lines.number, err)
		case err == nil && t.swallowed(rec, sep):
			lines.unread(rec.lines[1:])
			err = badRow("the quote that opens in this row is closed only in line %d, and the lines between are rows; close it, or write it twice if it belongs to the text", rec.lines[len(rec.lines)-1].number)
		}
		r.deliver(rec.line, t, rec.fields, err)
	}
	return nil
}

// separator returns the separator of a table: as the options name it, as a first
// line such as "sep=;" does, or as the rows show.
func (r *reader) separator(lines *lineReader, tabs bool) (byte, error) {
	first, err := lines.next()
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = nil
		}
		return ',', r.at(first.number, err)
	}
	if s, ok := strings.CutPrefix(strings.ToLower(first.text), "sep="); ok && len(s) == 1 && first.err == nil {
		if r.opt.Separator == 0 {
			return s[0], nil
		}
		return byte(r.opt.Separator), nil
	}
	lines.unread([]line{first})
	switch {
	case r.opt.Separator != 0:
		return byte(r.opt.Separator), nil
	case tabs && strings.Contains(first.text, "\t"):
		return '\t', nil
	}
	return detectSeparator(lines, r.opt.Columns), nil
}
