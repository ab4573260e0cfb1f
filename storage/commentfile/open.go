package commentfile

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"errors"
	"io"
)

const (
	maxRecord = 4 << 20  // bytes of the largest record that is read
	maxToken  = 16 << 20 // bytes of XML that may come at once: posts have pictures in them
)

var errTooLong = invalid("a record is longer than %d MiB", maxRecord>>20)

// bounded reads a file, and fails when a record takes too much of it.
type bounded struct {
	src  *bufio.Reader
	most int // bytes of a record
	left int // of the present one
}

// unpack returns the content of a file that may be compressed with gzip.
func unpack(in io.Reader) (*bufio.Reader, error) {
	br := bufio.NewReaderSize(in, 64<<10)
	if head, _ := br.Peek(2); !bytes.Equal(head, []byte{0x1f, 0x8b}) { // an error comes again when it is read
		return br, nil
	}
	unpacked, err := gzip.NewReader(br)
	if err != nil {
		return nil, invalid("the file is no gzip file: %v", err)
	}
	return bufio.NewReaderSize(unpacked, 64<<10), nil
}

// open returns the reader of a text, which may be compressed.
func open(in io.Reader) (*bounded, error) {
	br, err := unpack(in)
	if err != nil {
		return nil, err
	}
	head, err := br.Peek(4)
	if len(head) == 0 && err != nil && !errors.Is(err, io.EOF) {
		return nil, readError(err)
	}
	switch {
	case len(head) == 0:
		return nil, invalid("the file is empty")
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		_, _ = br.Discard(3) // cannot fail: the bytes are buffered
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")), bytes.IndexByte(head, 0) >= 0:
		return nil, invalid("the file is UTF-16, UTF-32 or no text; save it as UTF-8")
	}
	return &bounded{br, maxRecord, maxRecord}, nil
}

// next begins a record.
func (b *bounded) next() { b.left = b.most }

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLong
	}
	n, err := b.src.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, readError(err)
}

// ReadByte makes encoding/xml read no further than it needs. Controls that XML does not
// allow, and that some exports have in comments, become spaces.
func (b *bounded) ReadByte() (byte, error) {
	if b.left <= 0 {
		return 0, errTooLong
	}
	b.left--
	c, err := b.src.ReadByte()
	if c < ' ' && c != '\n' && c != '\t' && c != '\r' {
		c = ' '
	}
	return c, readError(err)
}

// readError says in words what is wrong with a compressed file.
func readError(err error) error {
	var corrupt flate.CorruptInputError
	switch {
	case err == nil, err == io.EOF: //nolint:errorlint // readers must return io.EOF itself
		return err
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &corrupt):
		return invalid("the compressed file is cut or damaged: %v", err)
	}
	return &readFault{err}
}

// readFault is an error of the disk or the like, which says nothing of the file.
type readFault struct{ cause error }

func (e *readFault) Error() string { return "read: " + e.cause.Error() }
func (e *readFault) Unwrap() error { return e.cause }
