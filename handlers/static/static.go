// Package static serves files that are part of the binary. Each is compressed once,
// when it is first asked for. It imports nothing of this program.
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
)

// File is one file, with its compressed form where that is shorter.
type File struct {
	contentType string
	plain       representation
	compressed  func() representation // without data when compression does not pay
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
		compressed: sync.OnceValue(func() representation {
			if compressed := Compress(data, gzip.BestCompression); len(compressed) < len(data) {
				return representation{compressed, `"` + sum + `-gzip"`}
			}
			return representation{}
		}),
	}
}

// ServeHTTP replies with the file, compressed for clients that accept it.
// Headers that the caller has set stay.
func (f File) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Add("Vary", "Accept-Encoding")
	h.Set("Content-Type", f.contentType)
	form := f.plain
	if AcceptsGzip(r) {
		if compressed := f.compressed(); compressed.data != nil {
			form = compressed
			h.Set("Content-Encoding", "gzip")
			h.Set("Content-Length", strconv.Itoa(len(form.data))) // ServeContent leaves it out for an encoded body
		}
	}
	h.Set("ETag", form.etag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(form.data))
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

// AcceptsGzip reports whether a request's Accept-Encoding names gzip (RFC 9110,
// 12.5.3). A wildcard alone does not count: no browser sends it. It allocates
// nothing, since every request passes here.
func AcceptsGzip(r *http.Request) bool {
	for _, field := range r.Header["Accept-Encoding"] {
		for field != "" {
			var item string
			item, field, _ = strings.Cut(field, ",")
			coding, parameters, _ := strings.Cut(item, ";")
			if strings.EqualFold(strings.TrimSpace(coding), "gzip") {
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
