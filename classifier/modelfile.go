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

	"winnow/models"
)

// A model file is, in little-endian order:
//
//	magic      8 bytes "WINNOWMD"
//	format     uint32, 1 or 2
//	manifest   uint32 length in bytes, then JSON
//	tokens     uint32 number n, then n hashes, uint64 each, rising
//	weights    for each head of the manifest, spam before abuse: n float32
//	scores     only in format 2: uint32 number n, then n entries, see outOfFold
//	checksum   32 bytes, SHA-256 of all the above
const (
	magic         = "WINNOWMD"
	fileFormat    = 1
	scoredFormat  = 2 // with the section of out-of-fold scores
	maxManifest   = 1 << 20
	maxFileTokens = 4 << 20  // tokens
	maxWeight     = 14       // of a token, in log odds
	partSize      = 48 << 10 // bytes that are checked at once: a multiple of all sizes of entries
)

// MaxFile is the size of the largest possible model file, in bytes.
const MaxFile = int64(len(magic)+4+4+maxManifest+4+(8+4*heads)*maxFileTokens+4+entrySize*maxEntries) + sha256.Size

// WriteTo writes the model file. Equal models give equal bytes. A model that was
// read from a file gives the bytes of that file, even if this version of Manifest
// has other fields.
func (m *Model) WriteTo(w io.Writer) (int64, error) {
	manifest := m.manifestJSON
	if manifest == nil {
		var err error
		if manifest, err = json.Marshal(m.manifest); err != nil {
			return 0, fmt.Errorf("write the manifest: %w", err)
		}
	}
	tokens := make([]slot, 0, m.features.size)
	for _, s := range m.features.slots {
		if s.hash != 0 {
			tokens = append(tokens, s)
		}
	}
	slices.SortFunc(tokens, func(a, b slot) int { return cmp.Compare(a.hash, b.hash) })

	b := make([]byte, 0, 64+len(manifest)+16*len(tokens)+len(m.outOfFold))
	le := binary.LittleEndian
	b = append(b, magic...)
	format := uint32(fileFormat)
	if len(m.outOfFold) > 0 {
		format = scoredFormat
	}
	b = le.AppendUint32(b, format)
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
	if format == scoredFormat {
		b = append(le.AppendUint32(b, uint32(m.outOfFold.size())), m.outOfFold...)
	}
	sum := sha256.Sum256(b)
	n, err := w.Write(append(b, sum[:]...))
	return int64(n), err
}

// WriteFile writes the model file so that path never has a partial file: under a
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

// Read reads a model file to its end. The error is of models.KindInvalid unless
// the file is a complete and valid model of this format and token scheme. All is
// checked as it is read: memory is proportional to the bytes read, not to the sizes
// that the file states, and what is not a model is refused at its first part.
func Read(r io.Reader) (*Model, error) {
	sum := sha256.New()
	br := bufio.NewReader(r)
	in := &fileReader{r: io.TeeReader(br, sum)}
	if string(in.bytes(len(magic))) != magic {
		if in.err != nil && !in.truncated() {
			return nil, in.err
		}
		return nil, invalid("it is not a Winnow model file")
	}
	format := in.uint32()
	if in.err == nil && format != fileFormat && format != scoredFormat {
		return nil, invalid("its format is %d, this version reads up to %d", format, scoredFormat)
	}
	manifest := in.bytes(in.length("manifest", maxManifest))
	m := new(Model)
	if in.err == nil {
		if err := json.Unmarshal(manifest, &m.manifest); err != nil {
			return nil, invalid("its manifest cannot be read")
		}
	}
	n := in.length("tokens", maxFileTokens)
	if in.err == nil {
		if err := m.manifest.check(n); err != nil {
			return nil, err
		}
	}
	hashes := in.checked(8*n, risingHashes())
	var weights [heads][]byte
	for h := range heads {
		if m.head(h) != nil {
			weights[h] = in.checked(4*n, checkWeights)
		}
	}
	if format == scoredFormat {
		entries := in.length("scores", maxEntries)
		if in.err == nil && entries == 0 {
			return nil, invalid("it has no scores, which its format promises")
		}
		m.outOfFold = in.bytes(entrySize * entries)
	}
	want := sum.Sum(nil)
	got := in.bytes(sha256.Size)
	switch {
	case in.truncated():
		return nil, invalid("it is truncated")
	case in.err != nil:
		return nil, in.err
	case !bytes.Equal(want, got):
		return nil, invalid("its checksum does not match")
	}
	if _, err := br.ReadByte(); !errors.Is(err, io.EOF) {
		return nil, invalid("it has data after its end")
	}
	if !m.outOfFold.sorted() {
		return nil, invalid("its scores are not sorted")
	}
	m.version, m.manifestJSON = versionOf(want), manifest
	m.fillFeatures(hashes, weights)
	return m, nil
}

// risingHashes checks parts of the list of tokens, in their order.
func risingHashes() func(part []byte) error {
	last := uint64(0)
	return func(part []byte) error {
		for ; len(part) > 0; part = part[8:] {
			hash := binary.LittleEndian.Uint64(part)
			if hash <= last {
				return invalid("its tokens are not sorted")
			}
			last = hash
		}
		return nil
	}
}

func checkWeights(part []byte) error {
	for ; len(part) > 0; part = part[4:] {
		if w := math.Float32frombits(binary.LittleEndian.Uint32(part)); !(w >= -maxWeight && w <= maxWeight) {
			return invalid("a weight is out of range")
		}
	}
	return nil
}

// versionOf returns the version of the model file with a checksum.
func versionOf(sum []byte) string { return "w1-" + hex.EncodeToString(sum[:8]) }

// fillFeatures builds the feature table from the checked bytes of the file.
func (m *Model) fillFeatures(hashes []byte, weights [heads][]byte) {
	le := binary.LittleEndian
	m.features = newFeatureTable(len(hashes) / 8)
	for i := range len(hashes) / 8 {
		var w [heads]float32
		for h := range heads {
			if weights[h] != nil {
				w[h] = math.Float32frombits(le.Uint32(weights[h][4*i:]))
			}
		}
		m.features.put(le.Uint64(hashes[8*i:]), w)
	}
}

// fileReader reads the parts of a model file. After an error it returns zeros.
type fileReader struct {
	r   io.Reader
	err error
}

// truncated reports whether the file ended before the part that was read.
func (f *fileReader) truncated() bool {
	return errors.Is(f.err, io.EOF) || errors.Is(f.err, io.ErrUnexpectedEOF)
}

// bytes reads n bytes. Memory grows as they arrive: n may be a lie.
func (f *fileReader) bytes(n int) []byte {
	if f.err != nil {
		return nil
	}
	var b bytes.Buffer
	_, f.err = io.CopyN(&b, f.r, int64(n))
	return b.Bytes()
}

// checked reads n bytes and checks each part of them when it has arrived.
func (f *fileReader) checked(n int, check func(part []byte) error) []byte {
	var b bytes.Buffer
	for f.err == nil && b.Len() < n {
		start := b.Len()
		if _, f.err = io.CopyN(&b, f.r, int64(min(partSize, n-start))); f.err == nil {
			f.err = check(b.Bytes()[start:])
		}
	}
	return b.Bytes()
}

func (f *fileReader) uint32() uint32 {
	b := f.bytes(4)
	if f.err != nil {
		return 0
	}
	return binary.LittleEndian.Uint32(b)
}

func (f *fileReader) length(what string, limit int) int {
	n := f.uint32()
	if f.err == nil && n > uint32(limit) {
		f.err = invalid("the size of its %s is %d, the limit is %d", what, n, limit)
	}
	return int(n)
}

// reload writes and reads the model once, so that a model that was just trained
// equals the one that is read from its file, including its version.
func (m *Model) reload() (*Model, error) {
	var b bytes.Buffer
	if _, err := m.WriteTo(&b); err != nil {
		return nil, err
	}
	return Read(&b)
}
