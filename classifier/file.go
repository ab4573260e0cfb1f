package classifier

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"

	"github.com/google/renameio/v2/maybe"

	"winnow/classifier/text"
	"winnow/models"
)

// A model file is, in little-endian order:
//
//	magic      8 bytes "WINNOWMD"
//	format     uint32, fileFormat
//	manifest   uint32 length in bytes, then JSON
//	tokens     uint32 number n, then n hashes, uint64 each, rising
//	weights    for each head of the manifest, spam before abuse: n float32
//	checksum   32 bytes, SHA-256 of all the above
const (
	magic       = "WINNOWMD"
	fileFormat  = 1
	maxManifest = 1 << 20
	maxInFile   = 4 << 20 // tokens
)

// WriteTo writes the model file. Equal models give equal bytes, and a model that
// was read gives those of its file, whatever has become of Manifest since.
func (m *Model) WriteTo(w io.Writer) (int64, error) {
	manifest := m.written
	if manifest == nil {
		var err error
		if manifest, err = json.Marshal(m.manifest); err != nil {
			return 0, fmt.Errorf("write the manifest: %w", err)
		}
	}
	tokens := make([]slot, 0, m.table.size)
	for _, s := range m.table.slots {
		if s.hash != 0 {
			tokens = append(tokens, s)
		}
	}
	slices.SortFunc(tokens, func(a, b slot) int { return cmp.Compare(a.hash, b.hash) })

	b := make([]byte, 0, 64+len(manifest)+16*len(tokens))
	le := binary.LittleEndian
	b = append(b, magic...)
	b = le.AppendUint32(b, fileFormat)
	b = le.AppendUint32(b, uint32(len(manifest)))
	b = append(b, manifest...)
	b = le.AppendUint32(b, uint32(len(tokens)))
	for _, t := range tokens {
		b = le.AppendUint64(b, t.hash)
	}
	for h := range heads {
		if m.head(h) == nil {
			continue
		}
		for _, t := range tokens {
			b = le.AppendUint32(b, math.Float32bits(t.weight[h]))
		}
	}
	sum := sha256.Sum256(b)
	n, err := w.Write(append(b, sum[:]...))
	return int64(n), err
}

// WriteFile writes the model file so that path is never half a model: under a
// temporary name first, then synced and renamed. A new file has mode 0644.
func (m *Model) WriteFile(path string) error {
	var file bytes.Buffer
	_, err := m.WriteTo(&file)
	if err == nil {
		err = maybe.WriteFile(path, file.Bytes(), 0o644)
	}
	if err != nil {
		return fmt.Errorf("write the model: %w", err)
	}
	return nil
}

// ReadFile reads the model file at path, see Read.
func ReadFile(path string) (*Model, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the model: %w", err)
	}
	defer f.Close() // nothing was written
	return Read(f)
}

func invalid(format string, args ...any) error {
	return models.Errorf(models.KindInvalid, "not a usable model: "+format, args...)
}

// Read reads a model file to its end. Whatever is not a whole and sound model
// of this format and token scheme is an error of models.KindInvalid. It takes
// memory in proportion to the bytes that come, whatever they claim.
func Read(r io.Reader) (*Model, error) {
	sum := sha256.New()
	br := bufio.NewReader(r)
	fr := &fileReader{r: io.TeeReader(br, sum)}
	if string(fr.bytes(len(magic))) != magic {
		if fr.err != nil && !fr.short() {
			return nil, fr.err
		}
		return nil, invalid("it does not begin like one")
	}
	if format := fr.uint32(); fr.err == nil && format != fileFormat {
		return nil, invalid("its format is %d, this version reads %d", format, fileFormat)
	}
	manifest := fr.bytes(fr.length("manifest", maxManifest))
	n := fr.length("tokens", maxInFile)
	hashes := fr.bytes(8 * n)
	m := new(Model)
	if fr.err == nil {
		if err := json.Unmarshal(manifest, &m.manifest); err != nil {
			return nil, invalid("its manifest cannot be read")
		}
		if err := m.manifest.check(n); err != nil {
			return nil, err
		}
	}
	var weights [heads][]byte
	for h := range heads {
		if m.head(h) != nil {
			weights[h] = fr.bytes(4 * n)
		}
	}
	want := sum.Sum(nil)
	got := fr.bytes(sha256.Size)
	switch {
	case fr.short():
		return nil, invalid("it ends too early")
	case fr.err != nil:
		return nil, fr.err
	case !bytes.Equal(want, got):
		return nil, invalid("its checksum does not match")
	}
	if _, err := br.ReadByte(); !errors.Is(err, io.EOF) {
		return nil, invalid("there is more after its end")
	}
	m.version, m.written = versionOf(want), manifest
	return m, m.fill(hashes, weights)
}

// versionOf names a model by the checksum of its file.
func versionOf(sum []byte) string { return "w1-" + hex.EncodeToString(sum[:8]) }

// fill makes the table.
func (m *Model) fill(hashes []byte, weights [heads][]byte) error {
	le := binary.LittleEndian
	m.table = newTable(len(hashes) / 8)
	last := uint64(0)
	for i := range len(hashes) / 8 {
		hash := le.Uint64(hashes[8*i:])
		if hash <= last {
			return invalid("its tokens are out of order")
		}
		last = hash
		var w [heads]float32
		for h := range heads {
			if weights[h] == nil {
				continue
			}
			w[h] = math.Float32frombits(le.Uint32(weights[h][4*i:]))
			if !(w[h] >= -maxWeight && w[h] <= maxWeight) {
				return invalid("a weight is out of range")
			}
		}
		m.table.put(hash, w)
	}
	return nil
}

// check refuses what would make verdicts nonsense.
func (f *Manifest) check(tokens int) error {
	if f.Scheme != text.Scheme {
		return invalid("its token scheme is %d, this version has %d; train it again", f.Scheme, text.Scheme)
	}
	if f.Tokens != tokens {
		return invalid("its manifest speaks of %d tokens, it holds %d", f.Tokens, tokens)
	}
	for _, h := range []*Head{f.Spam, f.Abuse} {
		if h == nil {
			continue
		}
		for _, x := range append(h.Scale[:], h.Prior) {
			if !(math.Abs(x) <= 1000) {
				return invalid("its manifest has a scale out of range")
			}
		}
		if !(h.Hold >= 0 && h.Hold <= 1.001) || !(h.Reject >= 0 && h.Reject <= 1.001) {
			return invalid("its manifest has a threshold out of range")
		}
	}
	return nil
}

// fileReader reads the parts of a model file and keeps the first error.
type fileReader struct {
	r   io.Reader
	err error
}

// short tells whether the file ended before its time.
func (f *fileReader) short() bool {
	return errors.Is(f.err, io.EOF) || errors.Is(f.err, io.ErrUnexpectedEOF)
}

// bytes reads n bytes. It takes memory as they come, not as they are promised.
func (f *fileReader) bytes(n int) []byte {
	if f.err != nil {
		return nil
	}
	var b bytes.Buffer
	_, f.err = io.CopyN(&b, f.r, int64(n))
	return b.Bytes()
}

func (f *fileReader) uint32() uint32 {
	b := f.bytes(4)
	if f.err != nil {
		return 0
	}
	return binary.LittleEndian.Uint32(b)
}

func (f *fileReader) length(what string, most int) int {
	n := f.uint32()
	if f.err == nil && n > uint32(most) {
		f.err = invalid("it claims %d for the size of its %s", n, what)
	}
	return int(n)
}

// sealed writes and reads the model once, so that what was just trained is
// exactly what a reader of its file gets, its version included.
func (m *Model) sealed() (*Model, error) {
	var b bytes.Buffer
	if _, err := m.WriteTo(&b); err != nil {
		return nil, err
	}
	return Read(&b)
}
