package labelfile

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// maxRow is the maximum length of a row of a label file, in bytes: enough for
// models.MaxBody characters with escapes, and the other fields.
const maxRow = 1 << 20

// line is one line of a text file without its end.
type line struct {
	number int
	text   string
	err    error // the line is too long, and text missing, or text is as it stands in the file, in another encoding
}

// lineReader reads lines, of which some can be put back.
type lineReader struct {
	br     *bufio.Reader
	dec    *decoder
	end    byte
	number int    // of the last line read from br
	back   []line // put back, the next one first
	err    error  // ends the file after the last line
}

func newLineReader(br *bufio.Reader, encodingName string, jsonLines bool) (*lineReader, error) {
	br, dec, err := openDecoder(br, encodingName, jsonLines)
	if err != nil {
		return nil, err
	}
	l := &lineReader{br: br, dec: dec, end: '\n'}
	// Mac programs of old end lines with a carriage return alone.
	if head, _ := br.Peek(window); bytes.IndexByte(head, '\n') < 0 && bytes.Count(head, []byte{'\r'}) > 1 {
		l.end = '\r'
	}
	return l, nil
}

// next returns io.EOF after the last line. Faults of one line are in its err; an
// error that ends the file comes with the line's number.
func (l *lineReader) next() (line, error) {
	if len(l.back) > 0 {
		first := l.back[0]
		l.back = l.back[1:]
		return first, nil
	}
	if l.err != nil {
		return line{number: l.number}, l.err
	}
	raw, size, err := l.read()
	if err != nil && !errors.Is(err, io.EOF) {
		l.err = err
		l.number++
		return line{number: l.number}, err
	}
	if err != nil {
		l.err = io.EOF
		if size == 0 {
			return line{number: l.number}, io.EOF
		}
	}
	l.number++
	got := line{number: l.number}
	if size > maxRow {
		got.err = badRow("the row is longer than %d bytes", maxRow)
		return got, nil
	}
	raw = bytes.TrimSuffix(bytes.TrimSuffix(raw, []byte{l.end}), []byte{'\r'})
	if l.dec.name == "" {
		raw = bytes.Clone(raw) // looking ahead moves the buffer
	}
	got.text, got.err = l.dec.decode(raw, l.ahead)
	if errors.Is(got.err, errEncoding) {
		l.err = got.err
		return got, got.err
	}
	if got.err != nil {
		got.text = string(raw) // for its quotes
	}
	return got, nil
}

// read returns the next line with its end, and its length even if that is more
// than maxRow; the line is then cut.
func (l *lineReader) read() (raw []byte, size int, err error) {
	raw, err = l.br.ReadSlice(l.end)
	size = len(raw)
	if !errors.Is(err, bufio.ErrBufferFull) {
		return raw, size, err
	}
	long := bytes.Clone(raw)
	for errors.Is(err, bufio.ErrBufferFull) {
		raw, err = l.br.ReadSlice(l.end)
		if size += len(raw); size <= maxRow {
			long = append(long, raw...)
		}
	}
	return long, size, err
}

// ahead returns what is buffered after the current line.
func (l *lineReader) ahead() []byte {
	head, _ := l.br.Peek(window)
	return head
}

// unread puts lines back before those that were not read yet.
func (l *lineReader) unread(lines []line) {
	if len(lines) > 0 {
		l.back = append(append(make([]line, 0, len(lines)+len(l.back)), lines...), l.back...)
	}
}
