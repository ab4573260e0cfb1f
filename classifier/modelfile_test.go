package classifier

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"winnow/models"
)

func TestReadRejectsInvalidFiles(t *testing.T) {
	valid := bytesOf(t, smallModel(t))
	changed := func(at int, with ...byte) []byte {
		b := bytes.Clone(valid)
		copy(b[at:], with)
		return b
	}
	manifest := int(binary.LittleEndian.Uint32(valid[12:]))
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"nothing":             {nil, "not a Winnow model file"},
		"a foreign file":      {[]byte("some other file"), "not a Winnow model file"},
		"a newer format":      {changed(8, 3), "its format is 3"},
		"a huge manifest":     {changed(12, 0xff, 0xff, 0xff, 0xff), "is 4294967295, the limit is"},
		"a broken manifest":   {changed(16, '!'), "manifest cannot be read"},
		"a huge token number": {changed(16+manifest, 0xff, 0xff, 0xff, 0xff), "is 4294967295, the limit is"},
		"too many tokens":     {changed(16+manifest, 0, 0, 0x10, 0), "its manifest says"},
		"other weights":       {changed(len(valid)-34, 0x55), "checksum"},
		"another checksum":    {changed(len(valid)-1, valid[len(valid)-1]+1), "checksum"},
		"more than a model":   {append(bytes.Clone(valid), 0), "data after its end"},
	} {
		m, err := Read(bytes.NewReader(c.file))
		if m != nil || models.KindOf(err) != models.KindInvalid || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	for n := range valid {
		if m, err := Read(bytes.NewReader(valid[:n])); m != nil || models.KindOf(err) != models.KindInvalid {
			t.Fatalf("cut at %d of %d: %v", n, len(valid), err)
		}
	}
}

func TestReadReturnsReadErrors(t *testing.T) {
	broken := errors.New("connection reset")
	valid := bytesOf(t, smallModel(t))
	for _, n := range []int{0, 4, 20, len(valid) - 5} {
		_, err := Read(iotest.TimeoutReader(bytes.NewReader(valid[:n])))
		if err == nil {
			t.Errorf("%d bytes and then a fault were read", n)
		}
		_, err = Read(&failingReader{valid[:n], broken})
		if !errors.Is(err, broken) {
			t.Errorf("%d bytes and then a fault: %v", n, err)
		}
	}
	if _, err := ReadFile(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

type failingReader struct {
	rest []byte
	err  error
}

func (f *failingReader) Read(p []byte) (int, error) {
	if len(f.rest) == 0 {
		return 0, f.err
	}
	n := copy(p, f.rest)
	f.rest = f.rest[n:]
	return n, nil
}

func TestWriteFileLeavesNoPartialFile(t *testing.T) {
	m := smallModel(t)
	folder := t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, "taken"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := m.WriteFile(filepath.Join(folder, "taken")); err == nil {
		t.Error("a folder was overwritten")
	}
	if err := m.WriteFile(filepath.Join(folder, "no", "folder")); err == nil {
		t.Error("a missing folder was created")
	}
	left, err := os.ReadDir(folder)
	if err != nil || len(left) != 1 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func FuzzRead(f *testing.F) {
	valid := bytesOf(f, smallModel(f))
	body := valid[:len(valid)-sha256.Size]
	f.Add(valid, false)
	f.Add(valid[:len(valid)/2], false)
	f.Add(body, true)
	f.Add([]byte(magic+"\x01\x00\x00\x00\x02\x00\x00\x00{}"), false)
	f.Add([]byte(magic+"\x01\x00\x00\x00\x1f\x00\x00\x00{\"scheme\":1,\"spam\":{\"prior\":1}}\x00\x00\x00\x00"), true)
	// A right checksum lets the fuzzer past the first check.
	f.Fuzz(func(t *testing.T, b []byte, fixChecksum bool) {
		if fixChecksum {
			sum := sha256.Sum256(b)
			b = append(bytes.Clone(b), sum[:]...)
		}
		m, err := Read(bytes.NewReader(b))
		if err != nil {
			if models.KindOf(err) != models.KindInvalid {
				t.Fatalf("bad error: %v", err)
			}
			return
		}
		m.Verdict(Input{Text: "casino bonus at the library"}, Policy{})
		if again, err := Read(bytes.NewReader(bytesOf(t, m))); err != nil || again.features.size != m.features.size {
			t.Fatalf("a model that was read cannot be written: %v", err)
		}
	})
}

func TestModelFileRoundTrip(t *testing.T) {
	m := train(t, comments(150, models.Ham, models.Spam, models.Abuse), TrainOptions{})
	path := t.TempDir() + "/model.wnw"
	if err := m.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	got, err := ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got.Version() != m.Version() || !bytes.Equal(bytesOf(t, got), bytesOf(t, m)) {
		t.Error("the model that was read is not the one that was written")
	}
	for _, l := range comments(20, models.Ham, models.Spam, models.Abuse) {
		a, b := m.Verdict(FromLabel(l), Policy{}), got.Verdict(FromLabel(l), Policy{})
		if *a.Spam != *b.Spam || *a.Abuse != *b.Abuse || a.Action != b.Action || len(a.Signals) != len(b.Signals) {
			t.Fatalf("%q: %+v before, %+v after", l.Text, a, b)
		}
	}
}

// TestJunkIsRefusedAtItsFirstPart: what follows a header costs no more than that.
func TestJunkIsRefusedAtItsFirstPart(t *testing.T) {
	for name, file := range junkFiles(t) {
		read := &countingReader{r: file}
		if _, err := Read(read); models.KindOf(err) != models.KindInvalid {
			t.Errorf("%s: %v", name, err)
		}
		if read.n > 300<<10 {
			t.Errorf("%s: refused after %d bytes", name, read.n)
		}
	}
}

// junkFiles are endless files: without a header, and with the beginning of a model
// that states the largest sizes.
func junkFiles(t testing.TB) map[string]io.Reader {
	t.Helper()
	junk := rand.NewChaCha8([32]byte{1})
	valid := bytesOf(t, smallModel(t))
	manifest := 16 + int(binary.LittleEndian.Uint32(valid[12:]))
	most := binary.LittleEndian.AppendUint32(bytes.Clone(valid[:manifest]), maxFileTokens)
	long := binary.LittleEndian.AppendUint32([]byte(magic+"\x01\x00\x00\x00"), 200<<10)
	return map[string]io.Reader{
		"no header":  junk,
		"a number":   io.MultiReader(bytes.NewReader(most), junk),
		"tokens":     io.MultiReader(bytes.NewReader(valid[:manifest+4]), junk),
		"a manifest": io.MultiReader(bytes.NewReader(long), junk),
	}
}

type countingReader struct {
	r io.Reader
	n int
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}

// BenchmarkReadJunk measures the memory that refusing an endless file takes.
func BenchmarkReadJunk(b *testing.B) {
	for _, name := range []string{"no header", "a number", "tokens", "a manifest"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				b.StopTimer()
				file := junkFiles(b)[name]
				b.StartTimer()
				if _, err := Read(file); err == nil {
					b.Fatal("junk was read as a model")
				}
			}
		})
	}
}
