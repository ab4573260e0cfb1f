// Package static serves files that are part of the binary. Each is compressed once,
// when that is first asked for. It imports nothing of this program.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/andybalholm/brotli"
)

// File is one file, with its compressed forms where those are shorter.
type File struct {
	contentType string
	plain       representation
	// The shortest first; without data when compression does not pay. Browsers accept brotli
	// only over TLS, and on their own machine.
	brotli, gzip func() representation
}

// representation is a form of a file, with an entity tag of its own (RFC 9110, 8.8.3.3).
type representation struct {
	data []byte
	etag string
}

// New makes a file. Its name's extension gives its media type.
func New(name string, data []byte) File {
	hash := sha256.Sum256(data)
	sum := hex.EncodeToString(hash[:8])
	return File{
		contentType: mime.TypeByExtension(path.Ext(name)),
		plain:       representation{data, `"` + sum + `"`},
		brotli:      once(data, `"`+sum+`-br"`, compressBrotli),
		gzip: once(data, `"`+sum+`-gzip"`, func(data []byte) []byte {
			return Compress(data, gzip.BestCompression)
		}),
	}
}

// once returns a compressed form, which is made when it is first asked for.
func once(data []byte, etag string, compress func([]byte) []byte) func() representation {
	return sync.OnceValue(func() representation {
		if compressed := compress(data); len(compressed) < len(data) {
			return representation{compressed, etag}
		}
		return representation{}
	})
}

// ServeHTTP replies with the file, compressed for clients that accept it.
// Headers that the caller has set stay.
func (f File) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Add("Vary", "Accept-Encoding")
	h.Set("Content-Type", f.contentType)
	form, coding := f.plain, ""
	for _, c := range []struct {
		coding     string
		compressed func() representation
	}{{"br", f.brotli}, {"gzip", f.gzip}} {
		if coding == "" && accepts(r, c.coding) {
			if compressed := c.compressed(); compressed.data != nil {
				form, coding = compressed, c.coding
			}
		}
	}
	if coding != "" {
		h.Set("Content-Encoding", coding)
		h.Set("Content-Length", strconv.Itoa(len(form.data))) // ServeContent leaves it out for an encoded body
	}
	h.Set("ETag", form.etag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(form.data))
}

// compressBrotli returns data in the brotli format (RFC 7932), about a sixth shorter than
// gzip's.
func compressBrotli(data []byte) []byte {
	var out bytes.Buffer
	w := brotli.NewWriterLevel(&out, brotli.BestCompression)
	// Writing to memory cannot fail.
	_, _ = w.Write(data)
	_ = w.Close()
	return out.Bytes()
}

// Compress returns data in the gzip format (RFC 1952). The level is one of
// compress/gzip's.
func Compress(data []byte, level int) []byte {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, level)
	if err != nil {
		panic(err) // callers name levels that exist
	}
	// Writing to memory cannot fail.
	_, _ = w.Write(data)
	_ = w.Close()
	return out.Bytes()
}

// AcceptsGzip reports whether a request's Accept-Encoding names gzip.
func AcceptsGzip(r *http.Request) bool { return accepts(r, "gzip") }

// accepts reports whether a request's Accept-Encoding names a coding (RFC 9110,
// 12.5.3). A wildcard alone does not count: no browser sends it. It allocates
// nothing, since every request passes here.
func accepts(r *http.Request, wanted string) bool {
	for _, field := range r.Header["Accept-Encoding"] {
		for field != "" {
			var item string
			item, field, _ = strings.Cut(field, ",")
			coding, parameters, _ := strings.Cut(item, ";")
			if strings.EqualFold(strings.TrimSpace(coding), wanted) {
				return !isZeroWeight(parameters)
			}
		}
	}
	return false
}

// isZeroWeight reports whether a coding's parameters are a quality value of 0,
// which refuses it.
func isZeroWeight(parameters string) bool {
	name, value, _ := strings.Cut(strings.TrimSpace(parameters), "=")
	if !strings.EqualFold(name, "q") {
		return false
	}
	q, err := strconv.ParseFloat(value, 64)
	return err == nil && q == 0
}
