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
	augmented    bool // a disguised copy: taught, never measured
	lang, source uint16
	terms        [blocks][]uint32
}

// spool keeps rows in a temporary file, so that the memory that training takes
// does not grow with the number of labels.
type rowFile struct {
	file *os.File
	w    *bufio.Writer
	rows int
	size int64
	// marks are byte offsets of rows, spread evenly: where readers may begin.
	offsets  []int64
	interval int // rows between marks
	buf      []byte
}

const maxOffsets = 1024

func newRowFile() (*rowFile, error) {
	f, err := os.CreateTemp("", "winnow-train-*")
	if err != nil {
		return nil, fmt.Errorf("make a temporary file for training: %w", err)
	}
	return &rowFile{file: f, w: bufio.NewWriterSize(f, 1<<18), interval: 1}, nil
}

// Close removes the file.
func (s *rowFile) Close() error {
	return errors.Join(s.file.Close(), os.Remove(s.file.Name()))
}

// next is called before each row is written.
func (s *rowFile) recordOffset() {
	if s.rows%s.interval == 0 {
		if len(s.offsets) == maxOffsets { // thin them out
			for i := range maxOffsets / 2 {
				s.offsets[i] = s.offsets[2*i]
			}
			s.offsets = s.offsets[:maxOffsets/2]
			s.interval *= 2
		}
		if s.rows%s.interval == 0 {
			s.offsets = append(s.offsets, s.size)
		}
	}
	s.rows++
}

func (s *rowFile) append(r *row) error {
	b := binary.LittleEndian.AppendUint32(s.buf[:0], uint32(s.rows))
	s.recordOffset()
	b = append(b, r.class[0], r.fold)
	copied := byte(0)
	if r.augmented {
		copied = 1
	}
	b = append(b, copied)
	b = binary.LittleEndian.AppendUint16(b, r.lang)
	b = binary.LittleEndian.AppendUint16(b, r.source)
	for _, ids := range r.terms {
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
func (s *rowFile) flush() error {
	if err := s.w.Flush(); err != nil {
		return fmt.Errorf("write the temporary training file: %w", err)
	}
	return nil
}

// stream reads rows from one place of the spool to another.
type rowReader struct {
	r   *bufio.Reader
	buf []byte
}

var classOf = map[byte]models.Class{models.Ham[0]: models.Ham, models.Spam[0]: models.Spam, models.Abuse[0]: models.Abuse}

// next fills r, or returns io.EOF.
func (s *rowReader) read(r *row) error {
	var head [11]byte
	if _, err := io.ReadFull(s.r, head[:]); err != nil {
		return err
	}
	r.index = int(binary.LittleEndian.Uint32(head[:]))
	r.class, r.fold, r.augmented = classOf[head[4]], head[5], head[6] == 1
	r.lang, r.source = binary.LittleEndian.Uint16(head[7:]), binary.LittleEndian.Uint16(head[9:])
	for b := range r.terms {
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
		ids := r.terms[b][:0]
		for i := 0; i < len(raw); i += 4 {
			ids = append(ids, binary.LittleEndian.Uint32(raw[i:]))
		}
		r.terms[b] = ids
	}
	return nil
}

// streams is how many places of the spool are read at once by shuffled.
const shuffleReaders = 64

// shuffled calls f for each row once. It reads from many places of the spool
// in an order drawn from rng, so that labels that came sorted by class or by
// age are mixed, without holding them in memory. The row is good until f returns.
func (s *rowFile) shuffled(rng *rand.Rand, f func(*row) error) error {
	n := min(shuffleReaders, len(s.offsets))
	readers := make([]*rowReader, n)
	for i := range readers {
		from, to := s.offsets[i*len(s.offsets)/n], s.size
		if i+1 < n {
			to = s.offsets[(i+1)*len(s.offsets)/n]
		}
		readers[i] = &rowReader{r: bufio.NewReaderSize(io.NewSectionReader(s.file, from, to-from), 1<<14)}
	}
	var r row
	for len(readers) > 0 {
		i := rng.IntN(len(readers))
		err := readers[i].read(&r)
		if errors.Is(err, io.EOF) {
			readers[i] = readers[len(readers)-1]
			readers = readers[:len(readers)-1]
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
