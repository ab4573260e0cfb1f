package classifier

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"

	"winnow/models"
)

// row is one label as the trainer meets it again and again: what it is, and
// the numbers of the tokens it holds, block by block.
type row struct {
	index        int // of the row in the spool
	class        models.Class
	fold         uint8
	copied       bool // a disguised copy: taught, never measured
	lang, source uint16
	ids          [blocks][]uint32
}

// spool keeps rows in a temporary file, so that the memory that training takes
// does not grow with the number of labels.
type spool struct {
	file *os.File
	w    *bufio.Writer
	rows int
	size int64
	// marks are byte offsets of rows, spread evenly: where readers may begin.
	marks []int64
	every int // rows between marks
	buf   []byte
}

const maxMarks = 1024

func newSpool() (*spool, error) {
	f, err := os.CreateTemp("", "winnow-train-*")
	if err != nil {
		return nil, fmt.Errorf("make a temporary file for training: %w", err)
	}
	return &spool{file: f, w: bufio.NewWriterSize(f, 1<<18), every: 1}, nil
}

// Close removes the file.
func (s *spool) Close() error {
	return errors.Join(s.file.Close(), os.Remove(s.file.Name()))
}

// next is called before each row is written.
func (s *spool) next() {
	if s.rows%s.every == 0 {
		if len(s.marks) == maxMarks { // thin them out
			for i := range maxMarks / 2 {
				s.marks[i] = s.marks[2*i]
			}
			s.marks = s.marks[:maxMarks/2]
			s.every *= 2
		}
		if s.rows%s.every == 0 {
			s.marks = append(s.marks, s.size)
		}
	}
	s.rows++
}

func (s *spool) put(r *row) error {
	b := binary.LittleEndian.AppendUint32(s.buf[:0], uint32(s.rows))
	s.next()
	b = append(b, r.class[0], r.fold)
	copied := byte(0)
	if r.copied {
		copied = 1
	}
	b = append(b, copied)
	b = binary.LittleEndian.AppendUint16(b, r.lang)
	b = binary.LittleEndian.AppendUint16(b, r.source)
	for _, ids := range r.ids {
		b = binary.AppendUvarint(b, uint64(len(ids)))
		for _, id := range ids {
			b = binary.LittleEndian.AppendUint32(b, id)
		}
	}
	s.buf = b
	n, err := s.w.Write(b)
	s.size += int64(n)
	return err
}

// flush ends the writing; then rows may be read, by several goroutines.
func (s *spool) flush() error {
	if err := s.w.Flush(); err != nil {
		return fmt.Errorf("write the temporary training file: %w", err)
	}
	return nil
}

// stream reads rows from one place of the spool to another.
type stream struct {
	r   *bufio.Reader
	buf []byte
}

var classOf = map[byte]models.Class{models.Ham[0]: models.Ham, models.Spam[0]: models.Spam, models.Abuse[0]: models.Abuse}

// next fills r, or returns io.EOF.
func (s *stream) next(r *row) error {
	var head [11]byte
	if _, err := io.ReadFull(s.r, head[:]); err != nil {
		return err
	}
	r.index = int(binary.LittleEndian.Uint32(head[:]))
	r.class, r.fold, r.copied = classOf[head[4]], head[5], head[6] == 1
	r.lang, r.source = binary.LittleEndian.Uint16(head[7:]), binary.LittleEndian.Uint16(head[9:])
	for b := range r.ids {
		n, err := binary.ReadUvarint(s.r)
		if err != nil {
			return err
		}
		if size := int(4 * n); cap(s.buf) < size {
			s.buf = make([]byte, size)
		}
		raw := s.buf[:4*n]
		if _, err := io.ReadFull(s.r, raw); err != nil {
			return err
		}
		ids := r.ids[b][:0]
		for i := 0; i < len(raw); i += 4 {
			ids = append(ids, binary.LittleEndian.Uint32(raw[i:]))
		}
		r.ids[b] = ids
	}
	return nil
}

// streams is how many places of the spool are read at once by shuffled.
const streams = 64

// shuffled calls f for each row once. It reads from many places of the spool
// in an order drawn from rng, so that labels that came sorted by class or by
// age are mixed, without holding them in memory. The row is good until f returns.
func (s *spool) shuffled(rng *rand.Rand, f func(*row) error) error {
	n := min(streams, len(s.marks))
	open := make([]*stream, n)
	for i := range open {
		from, to := s.marks[i*len(s.marks)/n], s.size
		if i+1 < n {
			to = s.marks[(i+1)*len(s.marks)/n]
		}
		open[i] = &stream{r: bufio.NewReaderSize(io.NewSectionReader(s.file, from, to-from), 1<<14)}
	}
	var r row
	for len(open) > 0 {
		i := rng.IntN(len(open))
		err := open[i].next(&r)
		if errors.Is(err, io.EOF) {
			open[i] = open[len(open)-1]
			open = open[:len(open)-1]
			continue
		}
		if err == nil {
			err = f(&r)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
