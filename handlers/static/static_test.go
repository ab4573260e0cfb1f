package static

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
)

func get(t *testing.T, f File, headers ...string) *http.Response {
	t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "/file", nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	f.ServeHTTP(w, r)
	return w.Result()
}

func TestFileIsCompressedForThoseWhoAcceptIt(t *testing.T) {
	data := bytes.Repeat([]byte("const answer = 42;\n"), 100)
	f := New("file.js", data)
	etags := map[string]string{}
	for accept, c := range map[string]struct {
		coding string
		reader func(io.Reader) (io.Reader, error)
	}{
		"":                     {"", func(r io.Reader) (io.Reader, error) { return r, nil }},
		"deflate, gzip":        {"gzip", func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }},
		"gzip, br;q=0":         {"gzip", func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }},
		"gzip, deflate, br":    {"br", func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil }},
		"identity, br;q=0.001": {"br", func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil }},
	} {
		res := get(t, f, "Accept-Encoding", accept)
		if coding := res.Header.Get("Content-Encoding"); coding != c.coding || coding != "" && (res.ContentLength <= 0 || res.ContentLength > 200) {
			t.Errorf("%q: %d bytes, %v", accept, res.ContentLength, res.Header)
		}
		r, err := c.reader(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, data) {
			t.Errorf("%q: %d bytes decompressed, %v", accept, len(got), err)
		}
		if res.Header.Get("Vary") != "Accept-Encoding" || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/javascript") {
			t.Errorf("%q: headers %v", accept, res.Header)
		}
		etags[c.coding] = res.Header.Get("ETag")
	}
	if etags[""] == etags["gzip"] || etags[""] == etags["br"] || etags["gzip"] == etags["br"] {
		t.Errorf("two forms have the same entity tag: %v", etags)
	}
}

func TestFileIsNotSentAgain(t *testing.T) {
	f := New("file.js", bytes.Repeat([]byte("a"), 1000))
	for _, encoding := range []string{"identity", "gzip", "br"} {
		etag := get(t, f, "Accept-Encoding", encoding).Header.Get("ETag")
		res := get(t, f, "Accept-Encoding", encoding, "If-None-Match", etag)
		if res.StatusCode != http.StatusNotModified || res.Header.Get("Content-Encoding") != "" || res.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s: %d %v", encoding, res.StatusCode, res.Header)
		}
	}
}

func TestShortFileStaysPlain(t *testing.T) {
	if res := get(t, New("file.js", []byte("1")), "Accept-Encoding", "gzip"); res.Header.Get("Content-Encoding") != "" || res.ContentLength != 1 {
		t.Errorf("%d bytes, %v", res.ContentLength, res.Header)
	}
}

func TestAcceptsGzip(t *testing.T) {
	for field, want := range map[string]bool{
		"": false, "gzip": true, "GZIP": true, "deflate, gzip;q=1.0, *;q=0.5": true, "gzip;q=0": false, "gzip; q=0.000": false,
		"br": false, "x-gzipped": false, "*": false,
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Accept-Encoding", field)
		if got := AcceptsGzip(r); got != want {
			t.Errorf("%q: %v", field, got)
		}
		if n := testing.AllocsPerRun(10, func() { AcceptsGzip(r) }); n > 0 {
			t.Errorf("%q: %v allocations", field, n)
		}
	}
}
