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

// row is one label as the solver reads it in every epoch.
type row struct {
	index        int // in the row file
	class        models.Class
	fold         uint8
	augmented    bool             // a disguised copy: the solver learns from it, no metric counts it
	silent       [heads]bool      // ham that says nothing of the class of a head, see TrainOptions.Silent
	lang, source uint16           // ids of trainer.langs and trainer.sources
	terms        [blocks][]uint32 // ids of the vocabulary
}

// rowFile keeps rows in a temporary file, so that the memory that training takes
// does not grow with the number of labels. Rows are appended, then the file is
// flushed, then rows are read.
type rowFile struct {
	file *os.File
	w    *bufio.Writer
	rows int
	size int64
	// offsets of every interval-th row, in bytes, at which a reader may begin
	offsets  []int64
	interval int
	buf      []byte
}

const maxOffsets = 1024

// Flags of a row in the file.
const (
	augmentedFlag = 1 << iota
	silentFlag    // of the first head; those of the others follow
)

func newRowFile() (*rowFile, error) {
	f, err := createTemp()
	if err != nil {
		return nil, err
	}
	return &rowFile{file: f, w: bufio.NewWriterSize(f, 1<<18), interval: 1}, nil
}

// Close closes the file, which removes it.
func (f *rowFile) Close() error { return f.file.Close() }

// recordOffset is called before each row is written. When there are too many
// offsets it drops every other one.
func (f *rowFile) recordOffset() {
	if f.rows%f.interval == 0 {
		if len(f.offsets) == maxOffsets {
			for i := range maxOffsets / 2 {
				f.offsets[i] = f.offsets[2*i]
			}
			f.offsets = f.offsets[:maxOffsets/2]
			f.interval *= 2
		}
		if f.rows%f.interval == 0 {
			f.offsets = append(f.offsets, f.size)
		}
	}
	f.rows++
}

func (f *rowFile) append(r *row) error {
	b := binary.LittleEndian.AppendUint32(f.buf[:0], uint32(f.rows))
	f.recordOffset()
	b = append(b, r.class[0], r.fold)
	flags := byte(0)
	if r.augmented {
		flags |= augmentedFlag
	}
	for h, silent := range r.silent {
		if silent {
			flags |= silentFlag << h
		}
	}
	b = append(b, flags)
	b = binary.LittleEndian.AppendUint16(b, r.lang)
	b = binary.LittleEndian.AppendUint16(b, r.source)
	for _, ids := range r.terms {
		b = binary.AppendUvarint(b, uint64(len(ids)))
		for _, id := range ids {
			b = binary.LittleEndian.AppendUint32(b, id)
		}
	}
	f.buf = b
	n, err := f.w.Write(b)
	f.size += int64(n)
	return err
}

// flush ends the writing. Rows may then be read by several goroutines at once.
func (f *rowFile) flush() error {
	if err := f.w.Flush(); err != nil {
		return fmt.Errorf("write the temporary training file: %w", err)
	}
	return nil
}

// rowReader reads the rows of a section of the file.
type rowReader struct {
	r   *bufio.Reader
	buf []byte
}

var classOf = map[byte]models.Class{models.Ham[0]: models.Ham, models.Spam[0]: models.Spam, models.Abuse[0]: models.Abuse}

// read fills r, or returns io.EOF. It reuses the memory of r.terms.
func (rr *rowReader) read(r *row) error {
	var head [11]byte
	if _, err := io.ReadFull(rr.r, head[:]); err != nil {
		return err
	}
	r.index = int(binary.LittleEndian.Uint32(head[:]))
	r.class, r.fold = classOf[head[4]], head[5]
	r.augmented = head[6]&augmentedFlag != 0
	for h := range r.silent {
		r.silent[h] = head[6]&(silentFlag<<h) != 0
	}
	r.lang, r.source = binary.LittleEndian.Uint16(head[7:]), binary.LittleEndian.Uint16(head[9:])
	for b := range r.terms {
		n, err := binary.ReadUvarint(rr.r)
		if err != nil {
			return err
		}
		if size := int(4 * n); cap(rr.buf) < size {
			rr.buf = make([]byte, size)
		}
		raw := rr.buf[:4*n]
		if _, err := io.ReadFull(rr.r, raw); err != nil {
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

// shuffleReaders is how many sections of the file shuffled reads at once.
const shuffleReaders = 64

// shuffled calls visit for each row once, and stops at its first error. It reads
// from many sections of the file, each time from one chosen by rng, so that
// labels that were sorted by class or by age are mixed without being held in
// memory. The row is valid until visit returns.
func (f *rowFile) shuffled(rng *rand.Rand, visit func(*row) error) error {
	n := min(shuffleReaders, len(f.offsets))
	readers := make([]*rowReader, n)
	for i := range readers {
		from, to := f.offsets[i*len(f.offsets)/n], f.size
		if i+1 < n {
			to = f.offsets[(i+1)*len(f.offsets)/n]
		}
		readers[i] = &rowReader{r: bufio.NewReaderSize(io.NewSectionReader(f.file, from, to-from), 1<<14)}
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
			err = visit(&r)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
